import { importPeer } from "../peers.ts";
import { isLike } from "../rules/pattern.ts";
import { type Condition, infix, type RuleSet, signs } from "../rules/rule.ts";
import type { RuleEngine } from "./rule-engine.ts";

interface Casbin {
  readonly newModelFromString: (text: string) => unknown;
  readonly newEnforcer: (model: unknown) => Promise<Enforcer>;
}

interface Enforcer {
  readonly addFunction: (name: string, call: (text: string, pattern: string) => boolean) => Promise<void>;
  readonly addPolicies: (policies: readonly (readonly string[])[]) => Promise<boolean>;
  readonly enforceSync: (...request: readonly unknown[]) => boolean;
  readonly enforce: (...request: readonly unknown[]) => Promise<boolean>;
}

const model = `[request_definition]
r = role, tool, args
[policy_definition]
p = role, tool, rule, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = r.tool == p.tool && (p.role == "*" || r.role == p.role) && eval(p.rule)`;

/** Rules as texts that its matcher evaluates. */
export const casbin: RuleEngine = {
  name: "casbin",
  label: "node-casbin, rules evaluated by its matcher, enforceSync",
  peers: ["casbin"],
  most: 1000,
  isSlow: true,
  async load(rules) {
    const enforcer = await enforcerOf(rules);
    return { answer: ({ principal, tool, args }) => enforcer.enforceSync(principal.role, tool, args) };
  },
};

/** The same by the call that its documentation shows. */
export const casbinAsync: RuleEngine = {
  name: "casbin-async",
  label: "node-casbin, the same, enforce",
  peers: ["casbin"],
  most: 100,
  isSlow: true,
  async load(rules) {
    const enforcer = await enforcerOf(rules);
    return { isAsync: true, answer: ({ principal, tool, args }) => enforcer.enforce(principal.role, tool, args) };
  },
};

async function enforcerOf({ rules }: RuleSet): Promise<Enforcer> {
  const { newEnforcer, newModelFromString } = await importPeer<Casbin>("casbin");
  const enforcer = await newEnforcer(newModelFromString(model));
  await enforcer.addFunction("like", isLike);
  await enforcer.addPolicies(
    rules.flatMap(({ effect, roles, tools, condition }) => {
      const rule = condition === undefined ? "true" : expressionOf(condition);
      const outcome = effect === "permit" ? "allow" : "deny";
      return tools.flatMap((tool) => (roles ?? ["*"]).map((role) => [role, tool, rule, outcome]));
    }),
  );
  return enforcer;
}

function expressionOf(condition: Condition): string {
  const quoted = (value: string | boolean): string => (typeof value === "string" ? `'${value}'` : String(value));
  return infix(condition, (leaf) => {
    const field = `r.args.${leaf.field}`;
    switch (leaf.kind) {
      case "like":
        return `like(${field}, ${quoted(leaf.pattern)})`;
      case "is":
        return `${field} == ${quoted(leaf.value)}`;
      case "in":
        return leaf.values.map((value) => `${field} == ${quoted(value)}`).join(" || ");
      default:
        return `${field} ${signs[leaf.kind]} ${leaf.number}`;
    }
  });
}
