import type { Principal, RevocableToken } from "@mcpolicy/core";
import type { Token } from "./token.ts";

/** What a request brings to say who calls. */
export type Credentials =
  | { readonly kind: "none" }
  | { readonly kind: "token"; readonly token: Token }
  /** Said in a way that must not be read: a token twice, or in a URL. `why` names no value. */
  | { readonly kind: "malformed"; readonly why: string };

/** Who calls, or that it is not known who. */
export type Authentication = Authenticated | Refused;

/** A verified caller. Nothing in it changes: it is kept for the token's next use. */
export interface Authenticated {
  readonly kind: "authenticated";
  readonly principal: Principal;
  /** What revocations know the token by. */
  readonly token: RevocableToken;
  /** Which of our names the token is for. */
  readonly audience: string;
  readonly scopes: readonly string[];
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/**
 * What the outside may learn of a refusal, and no more: no token was there; it was malformed; it is not valid, whatever the reason; or that
 * could not be found out. All but `fault` are the caller's to mend.
 */
export type Refusal = "missing" | "malformed" | "invalid" | "fault";

export interface Refused {
  readonly kind: "refused";
  readonly refusal: Refusal;
  /** For the operator's log alone: names of claims and lengths of time, never a value, a key or a signature. */
  readonly detail: string;
}

/** Turns credentials into a caller. */
export interface Authenticator {
  /** Our own names: a token must be for one of them. Canonical (`canonicalAudience`). */
  readonly audiences: readonly string[];
  /**
   * Who calls at an instant, in epoch milliseconds. At once where the token was seen before and revocations are at hand. Never throws or
   * rejects: a failure is a refusal.
   */
  readonly authenticate: (credentials: Credentials, now: number) => Authentication | Promise<Authentication>;
}

export function refused(refusal: Refusal, detail: string): Refused {
  return { kind: "refused", refusal, detail };
}
