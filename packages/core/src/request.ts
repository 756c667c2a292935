import type { Proof, State } from "./state.ts";
import type { JsonObject, Value } from "./value.ts";

/** A verified caller. `roles` are those of the token, before inclusion; further attributes are the policy's `principal` fields. */
export interface Principal {
  readonly id: string;
  readonly client?: string;
  readonly roles: readonly string[];
  readonly [attribute: string]: Value | undefined;
}

/** What is to be done, on a server by the name that the policy gives it. */
export type Operation =
  | { readonly kind: "tool" | "prompt"; readonly server: string; readonly name: string }
  | { readonly kind: "resource"; readonly server: string; readonly uri: string }
  | { readonly kind: "completion" | "sampling" | "elicitation" | "roots"; readonly server: string };

/** Facts that the host supplies: `time` in epoch milliseconds, `ip` as text, and the policy's `context` fields. */
export interface Context {
  readonly time: number;
  readonly ip?: string;
  readonly [fact: string]: Value | undefined;
}

/** One request to be decided. `principal` is undefined where no valid token came with it. */
export interface Request {
  readonly principal: Principal | undefined;
  readonly operation: Operation;
  /** The arguments of a tool or prompt; `{}` for the rest. */
  readonly arguments: JsonObject;
  readonly context: Context;
  /** Proofs of duties that the host verified for this very call. */
  readonly proofs?: readonly Proof[];
  /** What is remembered; without it nothing is, and nothing was forgotten. */
  readonly state?: State;
}
