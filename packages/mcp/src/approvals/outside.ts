import type { ApprovalQuestion, ApprovalState, Approvals, DutyIr, Proof } from "@mcpolicy/core";
import { pauseFor } from "../pause.ts";

/** What became of a question to somebody else. */
export type Outside =
  | { readonly kind: "proven"; readonly proof: Proof }
  | { readonly kind: "declined" }
  | { readonly kind: "open"; readonly question: ApprovalQuestion }
  /** The caller has as many open questions as one may. */
  | { readonly kind: "many" };

/** The first milliseconds between two looks, and the longest. */
const SOON = 100;
const LATE = 2_000;

/** What a state of the store means for the call that asked. `at` is the instant that the proof dates from, in epoch milliseconds. */
export function outsideOf(state: ApprovalState | undefined, at: number): Outside {
  if (state === undefined) return { kind: "many" };
  const { question, answer } = state;
  if (answer === undefined) return { kind: "open", question };
  if (!answer.approved) return { kind: "declined" };
  const proof = proofOf(question, answer, at);
  return proof === undefined ? { kind: "declined" } : { kind: "proven", proof };
}

/**
 * Looks for the answer to a question, for so many milliseconds at most. Rejects where the store does; gives the open question where no answer came in
 * time, or the call was given up.
 */
export async function awaited(
  approvals: Approvals,
  question: ApprovalQuestion,
  at: number,
  wait: number,
  signal: AbortSignal,
): Promise<Outside> {
  let pause = SOON;
  for (let waited = 0; waited < wait && !signal.aborted; waited += pause, pause = Math.min(LATE, pause * 1.5)) {
    await pauseFor(Math.min(pause, wait - waited), signal);
    const state = await approvals.get(question.id);
    if (state === undefined) return { kind: "open", question };
    if (state.answer !== undefined) return outsideOf(state, at);
  }
  return { kind: "open", question };
}

/** What an answer proves; nothing where it is not by one who could prove that. */
function proofOf(
  question: ApprovalQuestion,
  answer: NonNullable<ApprovalState["answer"]>,
  at: number,
): Proof | undefined {
  const { id, rules, duty } = question;
  const { client, tenant, ...who } = answer.by;
  if (tenant !== question.tenant) return undefined;
  const proof = { id, at, rules };
  const isCaller = who.id === question.callerId;
  switch (duty.kind) {
    case "approval": {
      if (isCaller || (client !== undefined && client === question.client)) return undefined;
      return { ...proof, kind: "approval", by: { ...who, ...(client === undefined ? {} : { client }) } };
    }
    case "mfa":
      return isCaller ? { ...proof, kind: "mfa" } : undefined;
    case "duty":
      return { ...proof, kind: "duty", name: duty.name };
    default:
      return undefined;
  }
}

/** Whether a duty is proven by somebody else than the caller's client, in the store of approvals. */
export function isAskedOutside(duty: DutyIr, proves: readonly ("mfa" | "duty")[]): boolean {
  if (duty.kind === "approval") return duty.from !== "caller";
  return duty.kind !== "justification" && proves.includes(duty.kind);
}
