import type { Abilities } from "@mcpolicy/runtime";

/**
 * What this package carries out, for `loadPolicy`: it commits what is remembered, holds results back, masks and labels them, and records what
 * `audit` says. Proofs are the host's: it adds those that it obtains.
 */
export const abilities: Abilities = Object.freeze({ memory: true, results: true, audit: true });
