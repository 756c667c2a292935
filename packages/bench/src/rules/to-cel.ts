import { testOf } from "./pattern.ts";
import { type Condition, infix, type Rule, signs } from "./rule.ts";

const quoted = JSON.stringify;

/** How a dialect of CEL wants things written. */
export interface CelDialect {
  /** What stands before the name of an argument: `args.`. */
  readonly args: string;
  readonly number: (number: number) => string;
}

export const usual: CelDialect = { args: "args.", number: String };

/** One expression for each tool: no forbid, and some permit. `role` is the caller's. */
export function toCel(rules: readonly Rule[], dialect: CelDialect = usual): ReadonlyMap<string, string> {
  const tools = new Set(rules.flatMap((rule) => rule.tools));
  const byTool = Map.groupBy(
    rules.flatMap((rule) => rule.tools.map((tool) => ({ tool, rule }))),
    ({ tool }) => tool,
  );
  const expression = (tool: string): string => {
    const of = (effect: Rule["effect"]): readonly string[] =>
      (byTool.get(tool) ?? []).filter(({ rule }) => rule.effect === effect).map(({ rule }) => ruleOf(rule, dialect));
    const forbids = of("forbid");
    const permits = of("permit").join(" || ") || "false";
    return `${forbids.length === 0 ? "" : `!(${forbids.join(" || ")}) && `}(${permits})`;
  };
  return new Map([...tools].map((tool) => [tool, expression(tool)]));
}

function ruleOf({ roles, condition }: Rule, dialect: CelDialect): string {
  const role =
    roles === undefined
      ? []
      : roles.length === 1
        ? [`role == ${quoted(roles[0])}`]
        : [`role in [${roles.map((each) => quoted(each)).join(", ")}]`];
  const asked = condition === undefined ? [] : [`(${celOf(condition, dialect)})`];
  return `(${[...role, ...asked].join(" && ") || "true"})`;
}

/** A condition as a CEL expression. */
export function celOf(condition: Condition, { args, number }: CelDialect): string {
  return infix(condition, (leaf) => {
    const field = args + leaf.field;
    switch (leaf.kind) {
      case "like": {
        const { kind, text } = testOf(leaf.pattern);
        if (kind === "is") return `${field} == ${quoted(text)}`;
        return `${field}.${methods[kind]}(${quoted(kind === "matches" ? text.replaceAll("\\/", "/") : text)})`;
      }
      case "is":
        return `${field} == ${quoted(leaf.value)}`;
      case "in":
        return `${field} in [${leaf.values.map((value) => quoted(value)).join(", ")}]`;
      default:
        return `${field} ${signs[leaf.kind]} ${number(leaf.number)}`;
    }
  });
}

const methods = {
  "starts with": "startsWith",
  "ends with": "endsWith",
  contains: "contains",
  matches: "matches",
} as const;
