import { type CheckedPolicy, type CheckedServer, memoryOf } from "@mcpolicy/language";
import { isAbout } from "./is-about.ts";

/** What `policy check` tells of a policy that has no errors. */
export interface Census {
  readonly rules: { readonly allow: number; readonly deny: number; readonly shadow: number };
  readonly roles: readonly string[];
  readonly servers: readonly ServerCensus[];
  /** Asserts are checked as text and types; no proof stands behind them yet. */
  readonly unprovedAsserts: number;
  readonly memory: MemoryCensus;
}

/** What a host has to remember for the policy, in milliseconds; a sort that it need not remember is left out. */
export interface MemoryCensus {
  readonly calls?: number;
  readonly limits?: number;
  readonly labels?: number;
  /** For one stream of requests, adding a narrowing rule never lets a later request through that was denied. */
  readonly isMonotoneOverRequests: boolean;
}

export interface ServerCensus {
  readonly name: string;
  /** Nothing is pinned, so nothing can be counted. */
  readonly untyped: boolean;
  readonly tools: number;
  readonly prompts: number;
  /** Tools and prompts that no rule speaks of: they are denied, perhaps by oversight. */
  readonly unmentioned: readonly string[];
  /** Tools and prompts that rules speak of, and that no `allow` lets anybody use. */
  readonly allowedToNobody: readonly string[];
}

/** Counts what a checked policy says, and names what it does not speak of. */
export function census(policy: CheckedPolicy): Census {
  const enforced = policy.rules.filter((rule) => !rule.shadow);
  return {
    rules: {
      allow: enforced.filter((rule) => rule.effect === "allow").length,
      deny: enforced.filter((rule) => rule.effect === "deny").length,
      shadow: policy.rules.length - enforced.length,
    },
    roles: Object.keys(policy.roles).sort(),
    servers: policy.servers.map((server) => serverCensus(server, policy)),
    unprovedAsserts: policy.asserts.length,
    memory: memoryCensus(policy),
  };
}

function memoryCensus(policy: CheckedPolicy): MemoryCensus {
  const { history, limits, labels, isMonotoneOverRequests } = memoryOf(policy);
  return {
    ...(history === undefined ? {} : { calls: history.duration }),
    ...(limits === undefined ? {} : { limits: limits.duration }),
    ...(labels === undefined ? {} : { labels: labels.duration }),
    isMonotoneOverRequests,
  };
}

function serverCensus(server: CheckedServer, policy: CheckedPolicy): ServerCensus {
  const branches = policy.rules
    .filter((rule) => !rule.shadow)
    .flatMap((rule) => rule.branches.map((branch) => ({ ...branch, effect: rule.effect })));
  const operations = [
    ...server.tools.map(({ name }) => ({ kind: "tool" as const, name })),
    ...server.prompts.map((name) => ({ kind: "prompt" as const, name })),
  ];
  const branchesOf = (kind: "tool" | "prompt", name: string): typeof branches =>
    branches.filter(
      ({ operations: meant, except }) =>
        meant.some((each) => isAbout(each, { kind, server: server.name, name })) &&
        !except.some((each) => isAbout(each, { kind, server: server.name, name })),
    );
  const unmentioned = operations.filter(({ kind, name }) => branchesOf(kind, name).length === 0);
  const nobody = operations.filter(
    (each) =>
      !unmentioned.includes(each) && !branchesOf(each.kind, each.name).some((branch) => branch.effect === "allow"),
  );
  return {
    name: server.name,
    untyped: server.untyped,
    tools: server.tools.length,
    prompts: server.prompts.length,
    unmentioned: unmentioned.map(({ name }) => name).sort(),
    allowedToNobody: nobody.map(({ name }) => name).sort(),
  };
}
