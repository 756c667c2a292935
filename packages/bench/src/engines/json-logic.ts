import { importPeer } from "../peers.ts";
import { isLike } from "../rules/pattern.ts";
import { type Logic, toJsonLogic } from "../rules/to-json-logic.ts";
import type { RuleEngine } from "./rule-engine.ts";

interface JsonLogicEngine {
  readonly LogicEngine: new () => {
    readonly addMethod: (name: string, method: (operands: [string, string]) => boolean, options: object) => void;
    readonly build: (logic: Logic) => (input: object) => unknown;
  };
}

/** An expression for each tool, compiled beforehand. */
export const jsonLogicEngine: RuleEngine = {
  name: "json-logic-engine",
  label: "json-logic-engine, compiled, an expression a tool",
  peers: ["json-logic-engine"],
  async load({ rules }) {
    const { LogicEngine } = await importPeer<JsonLogicEngine>("json-logic-engine");
    const engine = new LogicEngine();
    engine.addMethod("like", ([text, pattern]) => isLike(text, pattern), { deterministic: true });
    const byTool = new Map([...toJsonLogic(rules)].map(([tool, logic]) => [tool, engine.build(logic)]));
    return {
      answer: ({ principal, tool, args }) => byTool.get(tool)?.({ role: principal.role, args }) === true,
    };
  },
};

interface JsonLogicJs {
  readonly default: {
    readonly add_operation: (name: string, operation: (text: string, pattern: string) => boolean) => void;
    readonly apply: (logic: Logic, input: object) => unknown;
  };
}

/** An expression for each tool, walked each time. */
export const jsonLogicJs: RuleEngine = {
  name: "json-logic-js",
  label: "json-logic-js, an expression a tool",
  peers: ["json-logic-js"],
  isSlow: true,
  async load({ rules }) {
    const { default: engine } = await importPeer<JsonLogicJs>("json-logic-js");
    engine.add_operation("like", isLike);
    const byTool = toJsonLogic(rules);
    return {
      answer({ principal, tool, args }) {
        const logic = byTool.get(tool);
        return logic !== undefined && engine.apply(logic, { role: principal.role, args }) === true;
      },
    };
  },
};
