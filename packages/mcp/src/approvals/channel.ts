import {
  type ApprovalQuestion,
  type Approvals,
  callerKeyOf,
  isRecord,
  type JsonObject,
  type Principal,
  type Proof,
} from "@mcpolicy/core";
import {
  differenceOf,
  openApproval,
  type ProofKeys,
  type SealedApproval,
  type SealedDuty,
  sealApproval,
} from "@mcpolicy/identity";
import type { ApprovalChannel, ApprovedCall, Asking, Brought, Lacking } from "../approvals.ts";
import { isDeclared } from "../methods/capabilities.ts";
import { mayAsk } from "../results/input-required.ts";
import { type Answer, own } from "../wire/message.ts";
import { bindingOf, boundCall, inputsOf, questionOf } from "./bound.ts";
import { OURS, partsOf } from "./brought.ts";
import { answerTo, describe, formOf, formProof, isAskedByForm } from "./forms.ts";
import { type Lacked, lackedBy } from "./lacked.ts";
import { type OpenForm, OpenForms } from "./open-forms.ts";
import { awaited, isAskedOutside, type Outside, outsideOf } from "./outside.ts";

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

/** How far the clock of a store may be behind: what is asked through it dates from that much earlier, or the proof would be of the future. */
const SKEW = 5_000;

/**
 * Asks for the proofs that calls lack: the person behind the caller by a form of the client's (`approval from caller`, `justification`), others through
 * a store that they answer in. Each question is bound to the exact call, is answered once, and lets one call through. Neither function rejects.
 */
export function approvalChannel(options: ApprovalChannelOptions): ApprovalChannel {
  const {
    keys,
    approvals,
    proves = [],
    page,
    onAsked,
    wait = 0,
    mostOfCaller = 5,
    note = () => {},
    now = Date.now,
  } = options;
  const forms = new OpenForms(mostOfCaller, now);
  /** Ids of questions whose page a client was led to, by when they are over. */
  const shown = new Map<string, number>();

  // ------------------------------------------------------------------ what a call brings

  async function bring(call: ApprovedCall): Promise<Brought> {
    const { sealed, answers, params } = partsOf(call.request);
    const principal = call.caller.principal;
    const nothing: Brought = { proofs: [], params };
    if (sealed === undefined || principal === undefined) return nothing;
    const opened = await openApproval(sealed, keys, now());
    if (opened.kind === "refused") return nothing;
    const { approval } = opened;
    const { requestState, inputResponses } = approval;
    const whole: JsonObject = {
      ...params,
      ...(requestState === undefined ? {} : { requestState }),
      ...(inputResponses === undefined ? {} : { inputResponses }),
    };
    // What the server asked and got before belongs to the call that was asked about, and to no other.
    const asked = boundCall({ ...call, request: { ...call.request, params: whole } });
    if (differenceOf(approval.call, asked).length > 0) return nothing;
    const proofs = approval.asked
      .filter(({ duty }) => isAskedByForm(duty))
      .flatMap((duty) => {
        const answer = answerTo(duty.duty, answers);
        const proof = formProof(duty, answer, principal, datedFrom(approval.issuedAt, approval.expiresAt));
        forms.answered(callerKeyOf(principal), duty.nonce, whatOf(answer, proof));
        return proof ?? [];
      });
    return { proofs, params: whole };
  }

  // ------------------------------------------------------------------ what a call lacks

  async function ask(call: ApprovedCall, lacks: Lacking): Promise<Asking> {
    const { principal } = call.caller;
    if (principal === undefined) return { kind: "denied" };
    const lacked = lackedBy(lacks.decision);
    const isOutside = ({ duty }: Lacked): boolean => approvals !== undefined && isAskedOutside(duty, proves);
    const stranded = lacked.filter((each) => !isOutside(each) && !isAskedByForm(each.duty));
    if (stranded.length > 0) return denied(`Nobody can be asked here for: ${textOf(stranded)}.`);
    const byForm = lacked.filter(({ duty }) => isAskedByForm(duty));
    // Before others are troubled: whoever cannot be asked by a form is not let through by them either.
    if (byForm.length > 0 && !canShowForm(call, lacks))
      return denied("The client cannot show the question: it declares no `elicitation`.");

    const outside = await askOthers(call, lacks, lacked.filter(isOutside));
    if ("kind" in outside) return outside;
    if (byForm.length === 0) return { kind: "proven", proofs: outside.proofs };
    return call.request.era === "modern"
      ? sealedForms(call, lacks, byForm, principal)
      : pushedForms(call, lacks, byForm, principal, outside.proofs);
  }

  /** Asks others, each duty once; the proofs where all of them said yes. */
  async function askOthers(
    call: ApprovedCall,
    lacks: Lacking,
    lacked: readonly Lacked[],
  ): Promise<Asking | { readonly proofs: readonly Proof[] }> {
    let found: readonly Outside[] = await Promise.all(lacked.map((each) => askOther(call, lacks, each)));
    const settled = settle(found);
    if (settled !== undefined) return settled;
    const open = found.flatMap((each) => (each.kind === "open" ? [each.question] : []));
    const visit = await visited(call, lacks, open);
    if (visit !== undefined) return visit;
    found = await Promise.all(found.map((each) => awaitedOther(each, lacks)));
    return settle(found) ?? stillOpen(found);
  }

  async function askOther(call: ApprovedCall, { decision }: Lacking, lacked: Lacked): Promise<Outside> {
    const asked = now();
    const { duty, missing, rules, valid } = lacked;
    const { because } = decision.told;
    const question = questionOf(call, { id: newNonce(), asked, until: asked + valid, duty, missing, rules, because });
    const standing = await store().ask(question, { mostOfCaller });
    const brought = call.caller.proofs?.some(({ id }) => id === standing?.question.id) === true;
    const state =
      brought && standing !== undefined
        ? await store().ask(question, { mostOfCaller, instead: standing.question.id })
        : standing;
    if (state?.question.id === question.id) told(question);
    return outsideOf(state, datedFrom((state?.question ?? question).asked, (state?.question ?? question).until));
  }

  async function awaitedOther(outside: Outside, { signal }: Lacking): Promise<Outside> {
    if (outside.kind !== "open") return outside;
    const { question } = outside;
    return awaited(store(), question, datedFrom(question.asked, question.until), wait, signal);
  }

  function store(): Approvals {
    if (approvals === undefined) throw new Error("there is no store of approvals");
    return approvals;
  }

  function told(question: ApprovalQuestion): void {
    try {
      onAsked?.(question);
    } catch (problem) {
      note(`approvers could not be told of question ${question.id}: ${inWords(problem)}`);
    }
  }

  /** Leads the person to the page of the first open question, once, where the client can. Undefined where there is nothing more to do. */
  async function visited(
    call: ApprovedCall,
    lacks: Lacking,
    [question]: readonly ApprovalQuestion[],
  ): Promise<Asking | undefined> {
    if (question === undefined || page === undefined || shown.has(question.id)) return undefined;
    const url = page(question.id);
    const params = { mode: "url", message: describe(call, question.because), url, elicitationId: question.id };
    if (!isDeclared(call.capabilities, "elicitation/create", params)) return undefined;
    const at = now();
    for (const [id, until] of shown) if (until <= at) shown.delete(id);
    shown.set(question.id, question.until);
    if (call.request.era === "modern") {
      if (!mayAsk.has(call.request.method)) return undefined;
      // MCP 2026-07-28: what says that the page was seen to the end is the retry.
      const { elicitationId: _, ...rest } = params;
      const asked = [{ duty: question.duty, rules: question.rules, nonce: question.id }];
      return sealed(call, { asked, issuedAt: question.asked, expiresAt: question.until }, { [`${OURS}visit`]: rest });
    }
    await pushed(lacks, params, question.until - at);
    return undefined;
  }

  /** What stands in the way, if something does that no waiting will change; or that all is proven. */
  function settle(found: readonly Outside[]): Asking | { readonly proofs: readonly Proof[] } | undefined {
    if (found.some(({ kind }) => kind === "declined")) return denied("It was declined.");
    if (found.some(({ kind }) => kind === "many")) return denied(tooMany);
    const proofs = found.flatMap((each) => (each.kind === "proven" ? [each.proof] : []));
    return proofs.length === found.length ? { proofs } : undefined;
  }

  function stillOpen(found: readonly Outside[]): Asking {
    const open = found.flatMap((each) => (each.kind === "open" ? [each.question] : []));
    const questions = open.map(
      ({ id, missing }) => `${missing}: question ${id}${page === undefined ? "" : ` at ${page(id)}`}`,
    );
    return denied(`It was asked for (${questions.join("; ")}). Make the same call again once it was answered.`);
  }

  // ------------------------------------------------------------------ forms

  function canShowForm({ request, capabilities }: ApprovedCall, { push }: Lacking): boolean {
    const isWay = request.era === "modern" ? mayAsk.has(request.method) : push !== undefined;
    return isWay && isDeclared(capabilities, "elicitation/create", {});
  }

  /** Modern: the call is answered with the questions, and made again with their answers. */
  async function sealedForms(
    call: ApprovedCall,
    { decision }: Lacking,
    lacked: readonly Lacked[],
    principal: Principal,
  ): Promise<Asking> {
    const asked: { readonly duty: SealedDuty; readonly form: OpenForm }[] = [];
    const questions: Record<string, JsonObject> = {};
    for (const each of lacked) {
      const form = openForm(call, principal, each, false);
      if (typeof form === "string") return denied(whyNot[form]);
      const { key, params } = formOf(each.duty, call, decision.told.because);
      questions[key] = params;
      asked.push({ duty: { duty: each.duty, rules: each.rules, nonce: form.nonce }, form });
    }
    return sealed(
      call,
      {
        asked: asked.map(({ duty }) => duty),
        issuedAt: Math.min(...asked.map(({ form }) => form.asked)),
        expiresAt: Math.min(...asked.map(({ form }) => form.until)),
      },
      questions,
    );
  }

  async function sealed(
    call: ApprovedCall,
    question: Pick<SealedApproval, "asked" | "issuedAt" | "expiresAt">,
    questions: Readonly<Record<string, JsonObject>>,
  ): Promise<Asking> {
    const approval = { call: boundCall(call), ...question, ...inputsOf(call.request.params) } as SealedApproval;
    const requestState = await sealApproval(approval, keys, crypto.getRandomValues(new Uint8Array(12)));
    const inputRequests = Object.fromEntries(
      Object.entries(questions).map(([key, params]) => [key, { method: "elicitation/create", params }]),
    );
    return { kind: "asked", result: { resultType: "input_required", inputRequests, requestState } };
  }

  /** Legacy: the questions are pushed one after another, while the call waits. */
  async function pushedForms(
    call: ApprovedCall,
    lacks: Lacking,
    lacked: readonly Lacked[],
    principal: Principal,
    before: readonly Proof[],
  ): Promise<Asking> {
    const proofs = [...before];
    for (const each of lacked) {
      const form = openForm(call, principal, each, true);
      if (typeof form === "string") return denied(whyNot[form]);
      const { params } = formOf(each.duty, call, lacks.decision.told.because);
      const answer = await pushed(lacks, params, form.until - now());
      const duty = { duty: each.duty, rules: each.rules, nonce: form.nonce };
      const result = answer?.kind === "result" ? answer.result : undefined;
      const proof = formProof(duty, result, principal, datedFrom(form.asked, form.until));
      forms.answered(callerKeyOf(principal), form.nonce, whatOf(result, proof));
      if (proof === undefined) return denied(result === undefined ? "No answer came." : "It was not approved.");
      proofs.push(proof);
    }
    return { kind: "proven", proofs };
  }

  function openForm(call: ApprovedCall, principal: Principal, { duty, rules, valid }: Lacked, isShown: boolean) {
    const asked = now();
    const form = { nonce: newNonce(), asked, until: asked + valid };
    return forms.ask(callerKeyOf(principal), bindingOf(boundCall(call), { duty, rules }), form, isShown);
  }

  /** What the client of a live session answers; undefined where no answer comes in time. */
  async function pushed(
    { push, signal }: Lacking,
    params: JsonObject,
    milliseconds: number,
  ): Promise<Answer | undefined> {
    if (push === undefined || signal.aborted) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stop = (): void => {};
    const over = new Promise<undefined>((resolve) => {
      stop = () => resolve(undefined);
      timer = setTimeout(stop, Math.min(milliseconds, MOST_TIMER));
      signal.addEventListener("abort", stop, { once: true });
    });
    try {
      return await Promise.race([push("elicitation/create", params), over]);
    } catch {
      return undefined;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    }
  }

  return {
    bring: (call) => (call.request.era === "legacy" ? { proofs: [], params: call.request.params } : bring(call)),
    async ask(call, lacks) {
      try {
        return await ask(call, lacks);
      } catch (problem) {
        note(`a call could not be asked about: ${inWords(problem)}`);
        return denied("It could not be asked for.");
      }
    },
  };
}

/** Of what a timer takes, the longest (32 bits of milliseconds). */
const MOST_TIMER = 2 ** 31 - 1;

const tooMany = "Too many questions about calls of yours are open; wait until they were answered.";

const whyNot = {
  shown: "The same question is before the person already.",
  declined: "It was declined.",
  many: tooMany,
} as const;

function denied(hint: string): Asking {
  return { kind: "denied", hint };
}

/** The instant that a proof dates from: when it was asked for, so that `valid` bounds the whole wait. */
function datedFrom(asked: number, until: number): number {
  return asked - Math.min(SKEW, (until - asked) / 10);
}

function whatOf(answer: unknown, proof: Proof | undefined): "accepted" | "declined" | "nothing" {
  if (proof !== undefined) return "accepted";
  if (!isRecord(answer as JsonObject)) return "nothing";
  const action = own(answer as JsonObject, "action");
  // A form that says no was answered, as one that was declined was.
  return action === "decline" || action === "accept" ? "declined" : "nothing";
}

/** 128 random bits in hex. */
function newNonce(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function textOf(lacked: readonly Lacked[]): string {
  return lacked.map(({ missing }) => missing).join(", ");
}

function inWords(problem: unknown): string {
  return problem instanceof Error ? problem.message : String(problem);
}
