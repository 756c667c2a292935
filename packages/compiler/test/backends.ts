import {
  type ConditionIr,
  callerKeyOf,
  type EngineFactory,
  emptyState,
  type JsonObject,
  type Request,
  type ServerIr,
  type Truth,
  toolFacts,
} from "@mcpolicy/core";
import { closureEngine } from "../../runtime/src/index.ts";
import { truthOf } from "../../runtime/src/interpret.ts";
import { policy, rule, server } from "../../runtime/test/small-policies.ts";
import { generatedEngine } from "../src/index.ts";

type Backend = (condition: ConditionIr, request: Request, on?: ServerIr) => Truth;

/** The truth of a condition by each backend. Engines answer yes or no, so each is asked by an allow and by a deny. */
export const backends: Readonly<Record<string, Backend>> = {
  interpreter: (condition, request, on = server) =>
    truthOf(condition, {
      args: request.arguments,
      principal: { ...request.principal } as JsonObject,
      context: request.context as JsonObject,
      tool: toolFacts(on, "read"),
      resource: {},
      result: undefined,
      its: undefined,
      history: {
        state: request.state ?? emptyState,
        caller: callerKeyOf(request.principal!),
        now: request.context.time,
        serverOf: (name) => [on].find((each) => each.name === name),
      },
      root: on.root,
      variables: {},
      itsRoot: undefined,
      itsVariables: [],
    }),
  closures: (condition, request, on = server) => byEngine(closureEngine, condition, request, on),
  generated: (condition, request, on = server) => byEngine(generatedEngine, condition, request, on),
};

function byEngine(make: EngineFactory, condition: ConditionIr, request: Request, on: ServerIr): Truth {
  const caller = request.principal!;
  const servers = { servers: [on] };
  const open = rule({ id: "all", effect: "allow" });
  const surely = make(policy([rule({ id: "a", effect: "allow" }, condition)], servers)).permits(request, caller);
  const possibly = !make(policy([open, rule({ id: "d", effect: "deny" }, condition)], servers)).permits(
    request,
    caller,
  );
  if (surely && !possibly) throw new Error("surely true, but not possibly");
  return surely ? true : possibly ? undefined : false;
}
