import { durationText } from "@mcpolicy/core";
import type { Demands } from "./demands.ts";

/** When a token is valid, in epoch milliseconds. */
export interface Times {
  readonly issuedAt: number;
  readonly notBefore?: number;
  readonly expiresAt: number;
}

/**
 * Why a token is not valid at an instant; empty where it is. Both how long it says to live and how old it is are bounded: what ends within
 * `lifetime` of its issue, and has not ended, is no older than that.
 */
export function whyUntimely(
  { issuedAt, notBefore, expiresAt }: Times,
  { lifetime, skew }: Pick<Demands, "lifetime" | "skew">,
  now: number,
): string {
  if (expiresAt <= issuedAt) return "it ends before it begins";
  if (expiresAt - issuedAt > lifetime) {
    return `it lives for ${durationText(expiresAt - issuedAt)}, and ${durationText(lifetime)} is the most`;
  }
  if (issuedAt > now + skew) return `it was issued ${durationText(issuedAt - now)} from now`;
  if (notBefore !== undefined && notBefore > now + skew)
    return `it is not valid before ${durationText(notBefore - now)} from now`;
  if (expiresAt <= now - skew) return `it ended ${durationText(now - expiresAt)} ago`;
  return "";
}
