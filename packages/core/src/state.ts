import type { Operation, Principal } from "./request.ts";
import type { JsonObject } from "./value.ts";

/**
 * What a policy remembers of the callers of one tenant, as a value; tenants share nothing. History, labels, limits and spent proofs are
 * functions of (state, event, now): this file holds the nouns, `advance.ts` the one function that moves a state on. Times are epoch
 * milliseconds, given from outside.
 */
export interface State {
  /** Requests of authenticated callers, oldest first. */
  readonly calls: readonly PastCall[];
  readonly labels: readonly HeldLabel[];
  readonly takes: readonly Take[];
  /** Ids of proofs that let a call through. */
  readonly spent: readonly string[];
  /** Calls attempted before this instant may have been forgotten: what looks further back is unknown. */
  readonly forgottenBefore: number;
}

/** The key of a verified caller: principal (with tenant, where the token has one) and client. Never anything a client merely sends. */
export type CallerKey = string;

/** The key of a tenant: as JSON the attribute `tenant` of its callers, `null` for those who have none. */
export type TenantKey = string;

/** One request and what became of it. */
export interface PastCall {
  /** Unique per request, given by the host. */
  readonly id: string;
  readonly caller: CallerKey;
  readonly operation: Operation;
  readonly arguments: JsonObject;
  readonly attempted: number;
  /** When it was let through; undefined where it was not. */
  readonly called?: number;
  /** When the server gave a result that was no error, held back or not. */
  readonly completed?: number;
  /**
   * When its answer came, an error too, or the host gave it up; from the start where no rule looks at what comes of it. Undefined while
   * it is in flight.
   */
  readonly ended?: number;
  /** The result as conditions read it: `structuredContent`'s fields, else `text` and `json`. */
  readonly result?: JsonObject;
}

/** A label on a caller. `until` is undefined while the call that set it has no answer yet: it is carried all that time. */
export interface HeldLabel {
  readonly caller: CallerKey;
  readonly label: string;
  readonly since: number;
  readonly until?: number;
  /** The call that set it, and how long it lasts after that call's answer left. */
  readonly call: string;
  readonly duration: number;
}

/** What one call took of one limit. `atOnce` is given back when the call ends; the rest counts until the window has passed it. */
export interface Take {
  readonly rule: string;
  /** The limit's KEYs with their values, as one text. */
  readonly key: string;
  readonly at: number;
  readonly amount: number;
  readonly call: string;
  readonly atOnce: boolean;
}

/** What happens to a state; one of these is one atomic commit. */
export type StateEvent =
  /** A request: the attempt, and where it was let through (`call.called` is set) all that it takes. */
  | {
      readonly kind: "request";
      readonly call: PastCall;
      /** No rule ever looks at the call itself: it does not join the calls. */
      readonly unseen?: true;
      readonly takes: readonly Take[];
      readonly labels: readonly HeldLabel[];
      readonly proofs: readonly string[];
    }
  /** The server's answer was read; before anything of it leaves. `completed` is false for an error or a call given up. */
  | {
      readonly kind: "answer";
      readonly id: string;
      readonly at: number;
      readonly completed: boolean;
      readonly result?: JsonObject;
      readonly labels: readonly HeldLabel[];
    };

/** Nothing remembered, and nothing forgotten. */
export const emptyState: State = Object.freeze({
  calls: [],
  labels: [],
  takes: [],
  spent: [],
  forgottenBefore: Number.NEGATIVE_INFINITY,
});

/** The key under which a caller's history, labels and limits stand. `tenant` is an attribute of the principal where there is one. */
export function callerKeyOf(principal: Principal): CallerKey {
  return JSON.stringify([principal["tenant"] ?? null, principal.id, principal.client ?? null]);
}

/** The tenant whose state a caller's request is decided with. */
export function tenantKeyOf(principal: Principal): TenantKey {
  return JSON.stringify(principal["tenant"] ?? null);
}

/**
 * A proof that a request brings for a duty, verified by the host. `id` is unique: it is spent by the call that it lets through. `at` never changes
 * under the same `id`: a spent one may be forgotten once it is too old for every duty.
 */
export type Proof = {
  readonly id: string;
  readonly at: number;
  /** Ids of the rules that it was asked for: it is none for others. Of any where it does not say. */
  readonly rules?: readonly string[];
} & (
  | { readonly kind: "approval"; readonly by: Principal }
  | { readonly kind: "mfa" }
  /** `text`: what was said, for the record. */
  | { readonly kind: "justification"; readonly text?: string }
  | { readonly kind: "duty"; readonly name: string }
);
