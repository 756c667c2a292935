/** What operators should hear of: the store is away and what is done meanwhile, or it is back. */
export interface StoreNotice {
  readonly what: "store-away" | "store-back";
  readonly text: string;
}

/**
 * What is done while the store is away or too slow. `deny`: nothing is let through that depends on it. `lastKnown`: what was known last is
 * gone by, at most so many milliseconds after it was known for sure; limits and proofs are never taken so.
 */
export type WhenAway = "deny" | { readonly lastKnown: number };
