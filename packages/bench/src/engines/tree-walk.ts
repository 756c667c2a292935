import { isLike } from "../rules/pattern.ts";
import type { Condition, RuleRequest } from "../rules/rule.ts";
import type { RuleEngine } from "./rule-engine.ts";

/** All rules, one after the other, by walking their conditions: what is written first. */
export const treeWalk: RuleEngine = {
  name: "tree-walk",
  label: "a walk over all rules and their conditions",
  most: 10_000,
  isSlow: true,
  load: ({ rules }) => ({
    answer: ({ principal, tool, args }) => {
      let isPermitted = false;
      for (const { effect, roles, tools, condition } of rules) {
        if (!tools.includes(tool) || !(roles === undefined || roles.includes(principal.role))) continue;
        if (condition !== undefined && !holds(condition, args)) continue;
        if (effect === "forbid") return false;
        isPermitted = true;
      }
      return isPermitted;
    },
  }),
};

function holds(condition: Condition, args: RuleRequest["args"]): boolean {
  switch (condition.kind) {
    case "and":
      return condition.parts.every((part) => holds(part, args));
    case "or":
      return condition.parts.some((part) => holds(part, args));
    case "not":
      return !holds(condition.part, args);
    case "like":
      return isLike(args[condition.field] as string, condition.pattern);
    case "is":
      return args[condition.field] === condition.value;
    case "in":
      return condition.values.includes(args[condition.field] as string);
    case "at most":
      return (args[condition.field] as number) <= condition.number;
    case "at least":
      return (args[condition.field] as number) >= condition.number;
    case "more than":
      return (args[condition.field] as number) > condition.number;
  }
}
