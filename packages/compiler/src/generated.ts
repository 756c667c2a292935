import type { Engine, EngineFactory, JsonObject } from "@mcpolicy/core";
import { kit } from "./kit.ts";
import { policyFunction } from "./to-javascript.ts";
import { validatorFunction } from "./validator-code.ts";

/**
 * The engine that runs generated code, made with `new Function`: the rules once, the validator of a tool when it is first called. The code reaches
 * the kit and nothing else of ours.
 */
export const generatedEngine: EngineFactory = (ir, formats) => {
  const make = new Function(`return ${policyFunction(ir).text};`)() as (
    given: typeof kit,
  ) => Omit<Engine, "name" | "fits">;
  return {
    name: "generated",
    ...make(kit),
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
