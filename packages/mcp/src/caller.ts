import type { JsonObject, Principal, Proof } from "@mcpolicy/core";

/** Who sent a message, and what the host knows of it. Everything here was verified before; nothing of it comes from the message. */
export interface Caller {
  /** Undefined where no valid token came along: then nothing is let through. */
  readonly principal: Principal | undefined;
  /** `ip` and the policy's `context` fields. The time is added when it is decided. */
  readonly context?: JsonObject;
  /** Proofs that the host itself obtained for this very message (`mfa`, `duty "NAME"`). */
  readonly proofs?: readonly Proof[];
}

/** Nobody that is known. */
export const nobody: Caller = Object.freeze({ principal: undefined });
