import { callerKeyOf, isRecord, type JsonObject, type Principal, type Proof } from "@mcpolicy/core";
import type { ProofKeys, SealedApproval, SealedDuty } from "@mcpolicy/identity";
import type { ApprovedCall, Asking, Lacking } from "../approvals.ts";
import { isDeclared } from "../methods/capabilities.ts";
import { mayAsk } from "../results/input-required.ts";
import { own } from "../wire/message.ts";
import { bindingOf, boundCall } from "./bound.ts";
import { datedFrom, newNonce } from "./dated.ts";
import { answerTo, formOf, formProof, isAskedByForm } from "./forms.ts";
import { denied, tooMany } from "./hints.ts";
import type { Lacked } from "./lacked.ts";
import { type OpenForm, OpenForms } from "./open-forms.ts";
import { pushed } from "./pushed.ts";
import { sealedQuestions } from "./sealing.ts";

export interface PersonOptions {
  readonly keys: ProofKeys;
  /** How many open forms one caller may have. */
  readonly most: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Asks the person behind the caller, by forms that their client shows. */
export class Person {
  readonly #options: PersonOptions;
  readonly #forms: OpenForms;

  constructor(options: PersonOptions) {
    this.#options = options;
    this.#forms = new OpenForms(options.most, options.now);
  }

  /** Whether the client of this very call can be asked. */
  canBeAsked({ request, capabilities }: ApprovedCall, { push }: Lacking): boolean {
    const isWay = request.era === "modern" ? mayAsk.has(request.method) : push !== undefined;
    return isWay && isDeclared(capabilities, "elicitation/create", {});
  }

  /** The proofs in what the person answered to a question that was sealed. */
  proofsIn({ asked, issuedAt, expiresAt }: SealedApproval, answers: JsonObject, by: Principal): readonly Proof[] {
    const at = datedFrom({ asked: issuedAt, until: expiresAt });
    return asked
      .filter(({ duty }) => isAskedByForm(duty))
      .flatMap((each) => this.#proofOf(each, answerTo(each.duty, answers), by, at) ?? []);
  }

  /** Modern: the call is answered with the questions, and made again with their answers. */
  async askOnReturn(call: ApprovedCall, lacks: Lacking, lacked: readonly Lacked[], by: Principal): Promise<Asking> {
    const asked: SealedDuty[] = [];
    const forms: OpenForm[] = [];
    const questions: Record<string, JsonObject> = {};
    for (const each of lacked) {
      const form = this.#open(call, by, each, false);
      if (typeof form === "string") return denied(whyNot[form]);
      const { key, params } = formOf(each.duty, call, lacks.decision.told.because);
      questions[key] = params;
      asked.push({ duty: each.duty, rules: each.rules, nonce: form.nonce });
      forms.push(form);
    }
    const issuedAt = Math.min(...forms.map((form) => form.asked));
    const expiresAt = Math.min(...forms.map((form) => form.until));
    return sealedQuestions(this.#options.keys, call, { asked, issuedAt, expiresAt }, questions);
  }

  /** Legacy: the questions are pushed one after another, while the call waits. `before`: the proofs that there are already. */
  async askNow(
    call: ApprovedCall,
    lacks: Lacking,
    lacked: readonly Lacked[],
    by: Principal,
    before: readonly Proof[],
  ): Promise<Asking> {
    const proofs = [...before];
    for (const each of lacked) {
      const form = this.#open(call, by, each, true);
      if (typeof form === "string") return denied(whyNot[form]);
      const { params } = formOf(each.duty, call, lacks.decision.told.because);
      const answer = await pushed(lacks, params, form.until - this.#options.now());
      const result = answer?.kind === "result" ? answer.result : undefined;
      const duty = { duty: each.duty, rules: each.rules, nonce: form.nonce };
      const proof = this.#proofOf(duty, result, by, datedFrom(form));
      if (proof === undefined) return denied(result === undefined ? "No answer came." : "It was not approved.");
      proofs.push(proof);
    }
    return { kind: "proven", proofs };
  }

  #open(call: ApprovedCall, by: Principal, { duty, rules, valid }: Lacked, isShown: boolean) {
    const asked = this.#options.now();
    const form = { nonce: newNonce(), asked, until: asked + valid };
    return this.#forms.ask(callerKeyOf(by), bindingOf(boundCall(call), { duty, rules }), form, isShown);
  }

  #proofOf(duty: SealedDuty, answer: JsonObject[string] | undefined, by: Principal, at: number): Proof | undefined {
    const proof = formProof(duty, answer, by, at);
    this.#forms.answered(callerKeyOf(by), duty.nonce, proof === undefined ? saidIn(answer) : "accepted");
    return proof;
  }
}

const whyNot = {
  shown: "The same question is before the person already.",
  declined: "It was declined.",
  many: tooMany,
} as const;

/** Of an answer that proves nothing. A form that says no was answered as one that was declined was. */
function saidIn(answer: JsonObject[string] | undefined): "declined" | "nothing" {
  const action = isRecord(answer) ? own(answer, "action") : undefined;
  return action === "decline" || action === "accept" ? "declined" : "nothing";
}
