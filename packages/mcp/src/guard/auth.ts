import { authenticatedOf } from "@mcpolicy/identity";
import { type Caller, nobody } from "../caller.ts";
import type { MessageExtra } from "./transport.ts";

/**
 * The caller whom `@mcpolicy/identity` verified in front of the server (`requireToken`, or an `AuthInfo` of `authInfoOf`). Any other `authInfo` is
 * nobody's: who verified it is not known. Over stdio there is none.
 */
export function verifiedCaller(extra: MessageExtra | undefined, now: number): Caller {
  const authenticated = authenticatedOf(extra?.authInfo);
  if (authenticated === undefined || authenticated.expiresAt <= now) return nobody;
  return { principal: authenticated.principal };
}
