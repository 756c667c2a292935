import { requirePeer } from "../peers.ts";
import type { RuleRequest } from "../rules/rule.ts";
import { toCedar } from "../rules/to-cedar.ts";
import type { RuleEngine } from "./rule-engine.ts";

interface Cedar {
  readonly preparsePolicySet: (id: string, policies: object) => { readonly type: string };
  readonly statefulIsAuthorized: (call: object) => CedarAnswer;
  readonly isAuthorized: (call: object) => CedarAnswer;
}

interface CedarAnswer {
  readonly response: { readonly decision: string };
}

const resource = { type: "Server", id: "tools" };

function callOf({ principal: { id, role }, tool, args }: RuleRequest): object {
  const principal = { type: "User", id };
  const entities = [{ uid: principal, attrs: {}, parents: [{ type: "Role", id: role }] }];
  return { principal, action: { type: "Action", id: tool }, resource, context: args, entities };
}

/** Cedar's own engine in WebAssembly, with policies that were parsed beforehand. */
export const cedar: RuleEngine = {
  name: "cedar-wasm",
  label: "Cedar (wasm), policies parsed beforehand",
  peers: ["@cedar-policy/cedar-wasm"],
  most: 10_000,
  async load({ rules }) {
    const engine = await requirePeer<Cedar>("@cedar-policy/cedar-wasm/nodejs");
    const parsed = engine.preparsePolicySet("rules", { staticPolicies: toCedar(rules) });
    if (parsed.type !== "success") throw new Error(JSON.stringify(parsed));
    return {
      answer: (request) =>
        engine.statefulIsAuthorized({ ...callOf(request), preparsedPolicySetId: "rules" }).response.decision ===
        "allow",
    };
  },
};

/** The same with the policies in each call. */
export const cedarStateless: RuleEngine = {
  name: "cedar-wasm-stateless",
  label: "Cedar (wasm), policies in each call",
  peers: ["@cedar-policy/cedar-wasm"],
  most: 100,
  isSlow: true,
  async load({ rules }) {
    const engine = await requirePeer<Cedar>("@cedar-policy/cedar-wasm/nodejs");
    const policies = { staticPolicies: toCedar(rules) };
    return {
      answer: (request) => engine.isAuthorized({ ...callOf(request), policies }).response.decision === "allow",
    };
  },
};
