import { requirePeer } from "../peers.ts";
import { testOf } from "../rules/pattern.ts";
import { type Condition, type RuleRequest, signs } from "../rules/rule.ts";
import type { RuleEngine } from "./rule-engine.ts";

interface OsoModule {
  readonly Oso: new () => {
    readonly registerClass: (type: unknown) => void;
    readonly loadStr: (source: string) => Promise<void>;
    readonly queryRule: (name: string, ...operands: readonly unknown[]) => AsyncIterable<unknown>;
  };
}

class Call {
  readonly args: RuleRequest["args"];

  constructor(args: RuleRequest["args"]) {
    this.args = args;
  }
}

const quoted = JSON.stringify;

/** Rules in Polar. */
export const oso: RuleEngine = {
  name: "oso",
  label: "oso (wasm), queryRule",
  peers: ["oso"],
  most: 1000,
  isSlow: true,
  async load({ rules }) {
    const { Oso } = await requirePeer<OsoModule>("oso");
    const engine = new Oso();
    engine.registerClass(Call);
    const lines = rules.flatMap(({ effect, roles, tools, condition }) =>
      tools.flatMap((tool) =>
        (roles ?? [undefined]).map((role) => {
          const who = role === undefined ? "_role" : quoted(role);
          return `${effect}(${quoted(tool)}, ${who}, c) if ${condition === undefined ? "true" : polarOf(condition)};`;
        }),
      ),
    );
    const hasForbids = rules.some(({ effect }) => effect === "forbid");
    const allow = `allow_call(t, role, c) if permit(t, role, c)${hasForbids ? " and not forbid(t, role, c)" : ""};`;
    await engine.loadStr([allow, ...lines].join("\n"));
    return {
      isAsync: true,
      async answer({ principal, tool, args }) {
        for await (const _ of engine.queryRule("allow_call", tool, principal.role, new Call(args))) return true;
        return false;
      },
    };
  },
};

function polarOf(condition: Condition): string {
  switch (condition.kind) {
    case "and":
    case "or":
      return condition.parts.map((part) => `(${polarOf(part)})`).join(` ${condition.kind} `);
    case "not":
      return `not (${polarOf(condition.part)})`;
    case "like": {
      const { kind, text } = testOf(condition.pattern);
      const field = `c.args.${condition.field}`;
      if (kind === "is") return `${field} = ${quoted(text)}`;
      if (kind === "matches") return `${field}.search(${quoted(text)}) = 0`;
      return `${field}.${methods[kind]}(${quoted(text)}) = true`;
    }
    case "is":
      return `c.args.${condition.field} = ${quoted(condition.value)}`;
    case "in":
      return `c.args.${condition.field} in [${condition.values.map((value) => quoted(value)).join(", ")}]`;
    default:
      return `c.args.${condition.field} ${signs[condition.kind]} ${condition.number}`;
  }
}

const methods = { "starts with": "startsWith", "ends with": "endsWith", contains: "includes" } as const;
