import { callRules, type Engine, type EngineFactory, isPossibly, isSurely } from "@mcpolicy/core";
import { isKnown } from "./operations.ts";
import { questionOf } from "./scene-question.ts";
import { requestOf } from "./tool-call.ts";

/**
 * The engine that asks every rule of the interpreter, in three values: what explains a denial, as the one that decides. Slow; to hold the
 * other engines against.
 */
export const interpreterEngine: EngineFactory = (ir) => {
  const rules = callRules(ir);
  const applying: Engine["applying"] = (request, principal) => {
    const { operation } = request;
    const server = ir.servers.find(({ name }) => name === operation.server);
    const question = questionOf(ir, { ...request, principal });
    if (server === undefined || question === undefined || !isKnown(server, operation)) return undefined;
    const found = [...rules.keys()].filter((number) => {
      const { sort, rule } = rules[number]!;
      return (sort === "allow" ? isSurely : isPossibly)(question.truthOf(rule));
    });
    const decides = (wanted: "allow" | "deny"): boolean =>
      found.some((number) => rules[number]!.sort === wanted && !rules[number]!.rule.shadow);
    return decides("allow") && !decides("deny") ? found : undefined;
  };
  const permits: Engine["permits"] = (request, caller) => applying(request, caller) !== undefined;
  return {
    name: "interpreter",
    permits,
    applying,
    rolesOf: () => undefined,
    permitsTool: (_, principal, server, name, args, context, state) =>
      permits(requestOf(principal, server, name, args, context, state), principal),
  };
};
