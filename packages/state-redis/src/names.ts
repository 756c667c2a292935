import { createHash } from "node:crypto";
import type { LimitNeed, StateNeed } from "@mcpolicy/core";

/** Where the keys of one store begin: they name the policy, not its text, so that state outlives an edit of it. */
export interface Naming {
  /** Names the policy in all keys: letters, digits, `.`, `_` and `-`, at most 64. */
  readonly policy: string;
  /** Before all keys; `mcpolicy` unless said. Likewise. */
  readonly prefix?: string;
}

/** 22 characters that stand for a text: 128 bits of its SHA-256. A caller's name is no part of a key. */
export function tagOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}

/**
 * The beginning of all keys of one part of a store. What stands in braces is the hash tag: a cluster keeps all keys of a part together,
 * and spreads the parts. Throws a TypeError where a name is none.
 */
export function partOf({ policy, prefix = "mcpolicy" }: Naming, part: string): string {
  for (const name of [policy, prefix]) {
    if (!/^[A-Za-z0-9._-]{1,64}$/.test(name)) {
      throw new TypeError(
        `${JSON.stringify(name)} cannot stand in keys: letters, digits, \`.\`, \`_\` and \`-\`, at most 64`,
      );
    }
  }
  return `${prefix}:{${policy}:${part}}:`;
}

/** The keys of a tenant's part that a script is given, in its order: six that each has, then one a limit, then one a proof. */
export function keysOf(
  naming: Naming,
  { tenant, caller }: Pick<StateNeed, "tenant" | "caller">,
  limits: readonly Pick<LimitNeed, "rule" | "key" | "duration">[],
  proofs: readonly string[],
): readonly string[] {
  const part = partOf(naming, tagOf(tenant));
  const who = tagOf(caller);
  return [
    `${part}meta`,
    `${part}who:${who}`,
    `${part}own:${who}`,
    `${part}calls`,
    `${part}all`,
    `${part}labels:${who}`,
    // What is open and what was taken in windows stands apart, should a policy turn one into the other.
    ...limits.map(({ rule, key, duration }) => {
      return `${part}${duration === undefined ? "open" : "taken"}:${tagOf(JSON.stringify([rule, key]))}`;
    }),
    ...proofs.map((id) => `${part}proof:${tagOf(id)}`),
  ];
}
