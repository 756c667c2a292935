import {
  dispatch,
  dispatchByServer,
  type Engine,
  type EngineFactory,
  type Facts,
  type JsonObject,
  js,
  type PolicyIr,
  type ServerIr,
  type Subject,
  toolFacts,
} from "@mcpolicy/core";
import { kit } from "./kit.ts";
import { policyFunction } from "./to-javascript.ts";
import { validatorFunction } from "./validator-code.ts";

/**
 * The engine that runs generated code, made with `new Function`: the rules of a policy about one server when it is loaded, of one about more when each is
 * first asked about; the validator of a tool when it is first called. The code reaches the kit and nothing else of ours. Throws at once where code may
 * not be made.
 */
export const generatedEngine: EngineFactory = (ir, formats) => {
  return {
    name: "generated",
    ...(ir.servers.length > 1 ? functionsByServer(ir) : functionsOf(ir, dispatch(ir))),
    fits(name, tool) {
      const server = ir.servers.find((each) => each.name === name);
      const schemas = server?.untyped ? server.checks : server?.tools;
      if (server === undefined || schemas === undefined || !Object.hasOwn(schemas, tool)) return undefined;
      const schema = server.untyped ? server.checks?.[tool] : server.tools[tool]?.schema;
      const code =
        schema === undefined || formats === undefined ? undefined : validatorFunction(schema, server, formats);
      if (code === undefined) return undefined;
      const makeCheck = new Function(`return ${code.text};`)() as (given: unknown) => (args: JsonObject) => boolean;
      return makeCheck({ ...kit, formats });
    },
  };
};

type Functions = Omit<Engine, "name" | "fits">;

/** Finds the functions of the server that is asked about. Each question throws where no code can be made of the rules about it. */
function functionsByServer(ir: PolicyIr): Functions {
  const servers = new Map(ir.servers.map((server) => [server.name, server]));
  const subjectsOf = dispatchByServer(ir);
  // What is said of tools is not copied into the code for each server.
  const facts = (server: string, tool: string): Facts => toolFacts(servers.get(server) as ServerIr, tool);
  const made = new Map<string, Functions>();

  function of(name: string): Functions | undefined {
    const known = made.get(name);
    if (known !== undefined) return known;
    const server = servers.get(name);
    if (server === undefined) return undefined;
    const functions = functionsOf(ir, subjectsOf(server), facts);
    made.set(name, functions);
    return functions;
  }

  // The same for every server: it depends on the declared roles alone.
  let ofNone: Functions | undefined;
  demandCode();
  return {
    permits: (request, caller) => of(request.operation.server)?.permits(request, caller) === true,
    applying: (request, caller) => of(request.operation.server)?.applying(request, caller),
    rolesOf(caller) {
      ofNone ??= functionsOf(ir, []);
      return ofNone.rolesOf(caller);
    },
    permitsTool: (roles, caller, server, name, args, context, state) =>
      of(server)?.permitsTool(roles, caller, server, name, args, context, state) === true,
  };
}

/** Throws where code may not be made. */
function demandCode(): void {
  new Function("return 0;")();
}

/** `facts`: what conditions read as `tool`, by server and tool; without it the code holds that itself. */
function functionsOf(
  ir: PolicyIr,
  subjects: readonly Subject[],
  facts?: (server: string, tool: string) => Facts,
): Functions {
  const code = policyFunction(ir, subjects, facts && js`kit.facts`);
  const make = new Function(`return ${code.text};`)() as (given: typeof kit) => Functions;
  return make({ ...kit, facts });
}
