import { isRecord, type Principal } from "@mcpolicy/core";
import type { Authenticated } from "./authentication.ts";

/** A verified caller as both generations of the MCP SDK hand it to a server. */
export interface AuthInfo {
  /** Not the token: whoever is given this, a tool too, could send it on (MCP, "Token Passthrough"). */
  readonly token: string;
  readonly clientId: string;
  readonly scopes: string[];
  /** Seconds since the epoch. */
  readonly expiresAt: number;
  readonly resource?: URL;
  readonly extra: { readonly principal: Principal };
}

/** What stands where the SDK has a token. */
export const WITHHELD = "withheld";

const verified = new WeakMap<object, Authenticated>();

export function authInfoOf(authenticated: Authenticated): AuthInfo {
  const { principal, scopes, expiresAt, audience } = authenticated;
  const resource = URL.parse(audience);
  const extra = { principal };
  verified.set(extra, authenticated);
  return {
    token: WITHHELD,
    clientId: principal.client ?? "",
    scopes: [...scopes],
    expiresAt: Math.floor(expiresAt / 1000),
    ...(resource === null ? {} : { resource }),
    extra,
  };
}

/**
 * The caller behind an `AuthInfo` that `authInfoOf` made in this process; undefined for any other, whatever it says: who verified it is not
 * known.
 */
export function authenticatedOf(authInfo: unknown): Authenticated | undefined {
  const extra = isRecord(authInfo) ? (authInfo as unknown as AuthInfo).extra : undefined;
  return isRecord(extra) ? verified.get(extra) : undefined;
}
