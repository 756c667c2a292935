/** What a process of the soak is told to do, and what it answers with: `process.send` and `fork`. */
export type Order =
  /** So many calls at once, for each of these tenants; or without a pause until `halt`, so many at a time. */
  | {
      readonly kind: "attempts";
      readonly store: Store;
      readonly policy: string;
      readonly tenants: readonly string[];
      readonly each: number | "until halted";
      readonly atOnce: number;
    }
  | { readonly kind: "halt" }
  /** Asks without a pause whether tokens are revoked, until `halt`. */
  | { readonly kind: "watch"; readonly store: Store; readonly bound: number }
  /** A token that is to be asked about from now on. */
  | { readonly kind: "token"; readonly id: string };

export type Report =
  | { readonly kind: "attempted"; readonly tenants: Readonly<Record<string, Attempted>> }
  /** How many were let through so far. */
  | { readonly kind: "passed"; readonly count: number }
  | { readonly kind: "watching" }
  | { readonly kind: "watched"; readonly tokens: Readonly<Record<string, Watched>> };

/** What came of a tenant's calls. `takenAt`: the store's instants, in epoch milliseconds. */
export interface Attempted {
  readonly allowed: number;
  readonly takenAt: readonly number[];
  readonly denied: Readonly<Record<string, number>>;
}

/** Of one token: when it was last said not to be revoked, and first that it is; epoch milliseconds, 0 where never. */
export interface Watched {
  readonly lastLetIn: number;
  readonly firstRevoked: number;
  readonly unknown: number;
}

/** Where the store is, and which client of the user's stands in front of it. */
export interface Store {
  readonly client: "ioredis" | "iovalkey" | "@redis/client";
  readonly port: number;
  readonly isCluster: boolean;
  readonly prefix: string;
  readonly timeout: number;
}
