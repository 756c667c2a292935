import { importPeer } from "../peers.ts";
import { isLike } from "../rules/pattern.ts";
import type { Condition } from "../rules/rule.ts";
import type { RuleEngine } from "./rule-engine.ts";

interface JsonRulesEngine {
  readonly Engine: new () => RulesOfTool;
}

interface RulesOfTool {
  readonly addOperator: (name: string, operator: (text: string, pattern: string) => boolean) => void;
  readonly addRule: (rule: object) => void;
  readonly run: (facts: object) => Promise<{ readonly events: readonly { readonly type: string }[] }>;
}

/** An engine for each tool; its answer comes as a promise. */
export const jsonRulesEngine: RuleEngine = {
  name: "json-rules-engine",
  label: "json-rules-engine, an engine a tool",
  peers: ["json-rules-engine"],
  most: 1000,
  isSlow: true,
  async load({ rules }) {
    const { Engine } = await importPeer<JsonRulesEngine>("json-rules-engine");
    const byTool = new Map<string, RulesOfTool>();
    for (const { effect, roles, tools, condition } of rules) {
      for (const tool of tools) {
        const engine = byTool.get(tool) ?? new Engine();
        if (!byTool.has(tool)) engine.addOperator("like", isLike);
        byTool.set(tool, engine);
        const all = [
          ...(roles === undefined ? [] : [{ fact: "role", operator: "in", value: roles }]),
          ...(condition === undefined ? [] : [conditionOf(condition)]),
        ];
        engine.addRule({ conditions: { all }, event: { type: effect } });
      }
    }
    return {
      isAsync: true,
      async answer({ principal, tool, args }) {
        const { events } = (await byTool.get(tool)?.run({ role: principal.role, args })) ?? { events: [] };
        return events.length > 0 && events.every(({ type }) => type === "permit");
      },
    };
  },
};

function conditionOf(condition: Condition): object {
  const argument = (field: string, operator: string, value: unknown): object => {
    return { fact: "args", path: `$.${field}`, operator, value };
  };
  switch (condition.kind) {
    case "and":
      return { all: condition.parts.map(conditionOf) };
    case "or":
      return { any: condition.parts.map(conditionOf) };
    case "not":
      return { not: conditionOf(condition.part) };
    case "like":
      return argument(condition.field, "like", condition.pattern);
    case "is":
      return argument(condition.field, "equal", condition.value);
    case "in":
      return argument(condition.field, "in", condition.values);
    default:
      return argument(condition.field, operators[condition.kind], condition.number);
  }
}

const operators = {
  "at most": "lessThanInclusive",
  "at least": "greaterThanInclusive",
  "more than": "greaterThan",
} as const;
