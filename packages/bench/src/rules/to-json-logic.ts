import { type Condition, type Rule, signs } from "./rule.ts";

/** A JsonLogic expression; `like` is an operation that the engine is given. */
export type Logic = { readonly [operation: string]: unknown };

/** One expression for each tool: no forbid, and some permit. */
export function toJsonLogic(rules: readonly Rule[]): ReadonlyMap<string, Logic> {
  const byTool = Map.groupBy(
    rules.flatMap((rule) => rule.tools.map((tool) => ({ tool, rule }))),
    ({ tool }) => tool,
  );
  return new Map(
    [...byTool].map(([tool, entries]) => {
      const of = (effect: Rule["effect"]): readonly Logic[] =>
        entries.filter(({ rule }) => rule.effect === effect).map(({ rule }) => ruleOf(rule));
      const forbids = of("forbid");
      return [tool, { and: [...(forbids.length === 0 ? [] : [{ "!": [{ or: forbids }] }]), { or: of("permit") }] }];
    }),
  );
}

function ruleOf({ roles, condition }: Rule): Logic {
  const parts = [
    ...(roles === undefined ? [] : [{ in: [{ var: "role" }, roles] }]),
    ...(condition === undefined ? [] : [logicOf(condition)]),
  ];
  return parts.length === 1 ? (parts[0] as Logic) : { and: parts };
}

function logicOf(condition: Condition): Logic {
  switch (condition.kind) {
    case "and":
    case "or":
      return { [condition.kind]: condition.parts.map(logicOf) };
    case "not":
      return { "!": [logicOf(condition.part)] };
    case "like":
      return { like: [argument(condition.field), condition.pattern] };
    case "is":
      return { "===": [argument(condition.field), condition.value] };
    case "in":
      return { in: [argument(condition.field), condition.values] };
    default:
      return { [signs[condition.kind]]: [argument(condition.field), condition.number] };
  }
}

function argument(field: string): Logic {
  return { var: `args.${field}` };
}
