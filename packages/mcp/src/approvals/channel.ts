import { type ApprovalQuestion, type Approvals, type JsonObject, messageOf } from "@mcpolicy/core";
import { differenceOf, openApproval, type ProofKeys } from "@mcpolicy/identity";
import type { ApprovalChannel, ApprovedCall, Asking, Brought, Lacking } from "../approvals.ts";
import { boundCall } from "./bound.ts";
import { partsOf } from "./brought.ts";
import { isAskedByForm } from "./forms.ts";
import { denied } from "./hints.ts";
import { type Lacked, lackedBy } from "./lacked.ts";
import { Others } from "./others.ts";
import { isAskedOutside } from "./outside.ts";
import { Person } from "./person.ts";

export interface ApprovalChannelOptions {
  /** What seals the questions that travel through modern clients (`proofKeysOf`); instances that serve the same clients share them. */
  readonly keys: ProofKeys;
  /** Where approvers other than the caller find what they are asked, and answer. Without it nobody but the caller is asked. */
  readonly approvals?: Approvals;
  /** Which duties beside approvals the host's own way of answering proves (`answerQuestion` with `proves`); none unless said. */
  readonly proves?: readonly ("mfa" | "duty")[];
  /** The https page where a question is answered; the person is led there where the client can open it. Approvers log in there: the id lets nobody in. */
  readonly page?: (id: string) => string;
  /** Told of each new question to others. What it throws is noted; nobody waits for it. */
  readonly onAsked?: (question: ApprovalQuestion) => void;
  /** Milliseconds that a call waits for somebody else's answer before it is denied, to be made again; 0 unless said. */
  readonly wait?: number;
  /** How many open questions one caller may have, forms and questions to others each; 5 unless said. */
  readonly mostOfCaller?: number;
  /** What operators should know, as a line. */
  readonly note?: (text: string) => void;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/**
 * Asks for the proofs that calls lack: the person behind the caller by a form of the client's (`approval from caller`, `justification`), others through
 * a store that they answer in. Each question is bound to the exact call, is answered once, and lets one call through. Neither function rejects.
 */
export function approvalChannel(options: ApprovalChannelOptions): ApprovalChannel {
  const { keys, approvals, proves = [], page, wait = 0, mostOfCaller: most = 5, now = Date.now } = options;
  const note = options.note ?? ((): void => {});
  const person = new Person({ keys, most, now });
  const others = approvals === undefined ? undefined : new Others({ approvals, keys, page, onAsked, wait, most, now });

  function onAsked(question: ApprovalQuestion): void {
    try {
      options.onAsked?.(question);
    } catch (problem) {
      note(`approvers could not be told of question ${question.id}: ${messageOf(problem)}`);
    }
  }

  /** What a modern call brings along for a question that was sealed into it. */
  async function bring(call: ApprovedCall): Promise<Brought> {
    const { sealed, answers, params } = partsOf(call.request);
    const { principal } = call.caller;
    const nothing: Brought = { proofs: [], params };
    if (sealed === undefined || principal === undefined) return nothing;
    const opened = await openApproval(sealed, keys, now());
    if (opened.kind === "refused") return nothing;
    const { requestState, inputResponses } = opened.approval;
    const whole: JsonObject = {
      ...params,
      ...(requestState === undefined ? {} : { requestState }),
      ...(inputResponses === undefined ? {} : { inputResponses }),
    };
    // What the server asked and got before belongs to the call that was asked about, and to no other.
    const brought = boundCall({ ...call, request: { ...call.request, params: whole } });
    if (differenceOf(opened.approval.call, brought).length > 0) return nothing;
    return { proofs: person.proofsIn(opened.approval, answers, principal), params: whole };
  }

  async function ask(call: ApprovedCall, lacks: Lacking): Promise<Asking> {
    const { principal } = call.caller;
    if (principal === undefined) return { kind: "denied" };
    const lacked = lackedBy(lacks.decision);
    const ofOthers = lacked.filter(({ duty }) => others !== undefined && isAskedOutside(duty, proves));
    const byForm = lacked.filter(({ duty }) => isAskedByForm(duty));
    const stranded = lacked.filter((each) => !ofOthers.includes(each) && !byForm.includes(each));
    if (stranded.length > 0) return denied(`Nobody can be asked here for: ${textOf(stranded)}.`);
    // Before others are troubled: whoever cannot be asked by a form is not let through by them either.
    if (byForm.length > 0 && !person.canBeAsked(call, lacks)) {
      return denied("The client cannot show the question: it declares no `elicitation`.");
    }
    const granted = ofOthers.length === 0 ? { proofs: [] } : await others?.ask(call, lacks, ofOthers);
    if (granted === undefined || "kind" in granted) return granted ?? { kind: "denied" };
    if (byForm.length === 0) return { kind: "proven", proofs: granted.proofs };
    return call.request.era === "modern"
      ? person.askOnReturn(call, lacks, byForm, principal)
      : person.askNow(call, lacks, byForm, principal, granted.proofs);
  }

  return {
    bring: (call) => (call.request.era === "legacy" ? { proofs: [], params: call.request.params } : bring(call)),
    async ask(call, lacks) {
      try {
        return await ask(call, lacks);
      } catch (problem) {
        note(`a call could not be asked about: ${messageOf(problem)}`);
        return denied("It could not be asked for.");
      }
    },
  };
}

function textOf(lacked: readonly Lacked[]): string {
  return lacked.map(({ missing }) => missing).join(", ");
}
