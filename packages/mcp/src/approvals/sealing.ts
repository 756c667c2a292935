import type { JsonObject } from "@mcpolicy/core";
import { type ProofKeys, type SealedApproval, sealApproval } from "@mcpolicy/identity";
import type { ApprovedCall, Asking } from "../approvals.ts";
import { boundCall, inputsOf } from "./bound.ts";

/**
 * A call answered with questions to the client, by their names, and with what they were asked about, sealed (MCP 2026-07-28, multi round-trip requests).
 * Rejects where that is too large to be sealed.
 */
export async function sealedQuestions(
  keys: ProofKeys,
  call: ApprovedCall,
  about: Pick<SealedApproval, "asked" | "issuedAt" | "expiresAt">,
  questions: Readonly<Record<string, JsonObject>>,
): Promise<Asking> {
  const approval = { call: boundCall(call), ...about, ...inputsOf(call.request.params) } as SealedApproval;
  const requestState = await sealApproval(approval, keys, crypto.getRandomValues(new Uint8Array(12)));
  const inputRequests = Object.fromEntries(
    Object.entries(questions).map(([key, params]) => [key, { method: "elicitation/create", params }]),
  );
  return { kind: "asked", result: { resultType: "input_required", inputRequests, requestState } };
}
