import type { Asking } from "../approvals.ts";

/** Denied, with one more sentence for the caller. */
export function denied(hint: string): Asking {
  return { kind: "denied", hint };
}

export const tooMany = "Too many questions about calls of yours are open; wait until they were answered.";
