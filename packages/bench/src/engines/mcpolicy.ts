import type { Request } from "@mcpolicy/core";
import type { LoadedPolicy } from "@mcpolicy/runtime";
import { artifactOf } from "../artifacts.ts";
import type { RuleRequest, RuleSet } from "../rules/rule.ts";
import { toPolicy } from "../rules/to-policy.ts";
import type { RuleEngine } from "./rule-engine.ts";

/** Yes or no, of arguments that were validated: what is held against other engines, which validate nothing. */
export const authorizes: RuleEngine = {
  name: "mcpolicy",
  label: "mcpolicy, `authorizes`",
  most: 100_000,
  async load(rules) {
    const policy = await loaded(rules);
    return { answer: (request) => policy.authorizes(requestOf(request)) };
  },
};

/** The same where a host has bound the policy to each caller, once a session, and asks about tools: as others are made for a role. */
export const bound: RuleEngine = {
  name: "mcpolicy-bound",
  label: "mcpolicy, `bind` once a session, `authorizesTool`",
  most: 100_000,
  async load(rules) {
    const policy = await loaded(rules);
    const sessions: ReturnType<LoadedPolicy["bind"]>[] = [];
    for (const { principal, session } of rules.requests) sessions[session] ??= policy.bind(principalOf(principal));
    return {
      answer: ({ session, tool, args }) => sessions[session]?.authorizesTool("tools", tool, args, { time }) === true,
    };
  },
};

/** The same without generated code: for places that forbid it. */
export const closures: RuleEngine = {
  name: "mcpolicy-closures",
  isSlow: true,
  label: "mcpolicy, closures, `authorizes`",
  async load(rules) {
    const policy = await loaded(rules, "closures");
    return { answer: (request) => policy.authorizes(requestOf(request)) };
  },
};

/** Yes or no, with validation of the arguments. */
export const permits: RuleEngine = {
  name: "mcpolicy-permits",
  isSlow: true,
  label: "mcpolicy, `permits`: validation, yes or no",
  async load(rules) {
    const policy = await loaded(rules);
    return { answer: (request) => policy.permits(requestOf(request)) };
  },
};

/** A whole decision: validation, which rules, why not. */
export const decides: RuleEngine = {
  name: "mcpolicy-decide",
  isSlow: true,
  label: "mcpolicy, `decide`: validation, the rules that decided, why not",
  async load(rules) {
    const policy = await loaded(rules);
    return { answer: (request) => policy.decide(requestOf(request)).effect === "allow" };
  },
};

/** What a guard asks: a decision, and the event to commit with it. */
export const steps: RuleEngine = {
  name: "mcpolicy-step",
  isSlow: true,
  label: "mcpolicy, `step`: the same, with the event to commit",
  async load(rules) {
    const policy = await loaded(rules);
    return { answer: (request) => policy.step(requestOf(request), "id").decision.effect === "allow" };
  },
};

/** The backends, by what they make of rules. */
export type Backend = "generated" | "closures";

/** A rule set as a policy, loaded from its artifact, as a server loads it. */
export async function loaded(rules: RuleSet, backend: Backend = "generated"): Promise<LoadedPolicy> {
  return policyOf(await artifactOf(rules.name, () => toPolicy(rules)), backend);
}

/** Loads the text of an artifact. What that takes is imported now, so that other engines' processes need not. */
export async function policyOf(artifact: string, backend: Backend): Promise<LoadedPolicy> {
  const { closureEngine, everyAbility, loadPolicy } = await import("@mcpolicy/runtime");
  const engine = backend === "closures" ? closureEngine : (await import("@mcpolicy/compiler")).generatedEngine;
  return loadPolicy(artifact, { engine, abilities: everyAbility });
}

/** 2026-01-01. */
const time = 1_767_225_600_000;

export function requestOf({ principal, tool, args }: RuleRequest): Request {
  return {
    principal: principalOf(principal),
    operation: { kind: "tool", server: "tools", name: tool },
    arguments: args,
    context: { time },
  };
}

function principalOf({ id, role }: RuleRequest["principal"]): NonNullable<Request["principal"]> {
  return { id, roles: [role] };
}
