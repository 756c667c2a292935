import type { ApprovalQuestion, Approvals, Proof } from "@mcpolicy/core";
import type { ProofKeys } from "@mcpolicy/identity";
import type { ApprovedCall, Asking, Lacking } from "../approvals.ts";
import { isDeclared } from "../methods/capabilities.ts";
import { mayAsk } from "../results/input-required.ts";
import { questionOf } from "./bound.ts";
import { OURS } from "./brought.ts";
import { datedFrom, newNonce } from "./dated.ts";
import { describe } from "./forms.ts";
import { denied, tooMany } from "./hints.ts";
import type { Lacked } from "./lacked.ts";
import { awaited, type Outside, outsideOf } from "./outside.ts";
import { pushed } from "./pushed.ts";
import { sealedQuestions } from "./sealing.ts";

export interface OthersOptions {
  readonly approvals: Approvals;
  readonly keys: ProofKeys;
  readonly page: ((id: string) => string) | undefined;
  readonly onAsked: (question: ApprovalQuestion) => void;
  /** Milliseconds that a call waits for an answer. */
  readonly wait: number;
  /** How many open questions one caller may have. */
  readonly most: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** All that is asked of others was granted. */
interface Granted {
  readonly proofs: readonly Proof[];
}

/** Characters of a question: nobody reads through more, and a store is not filled with it. */
const MOST_CHARACTERS = 256 * 1024;

/** Asks others than the caller, in a store that they answer in. Functions reject where that does. */
export class Others {
  readonly #options: OthersOptions;
  /** Ids of questions whose page a client was led to, by when they are over. */
  readonly #shown = new Map<string, number>();

  constructor(options: OthersOptions) {
    this.#options = options;
  }

  /** Asks for each duty once; the proofs where all were granted. */
  async ask(call: ApprovedCall, lacks: Lacking, lacked: readonly Lacked[]): Promise<Asking | Granted> {
    const { approvals, wait } = this.#options;
    const asked = lacked.map((each) => this.#questionOf(call, lacks, each));
    if (asked.some((question) => JSON.stringify(question).length > MOST_CHARACTERS)) {
      return denied("It is too large to be shown to an approver.");
    }
    const found = await Promise.all(asked.map((question) => this.#askOne(call, question)));
    const settled = settle(found);
    if (settled !== undefined) return settled;
    const led = await this.#lead(call, lacks, openIn(found)[0]);
    if (led !== undefined) return led;
    const later = await Promise.all(
      found.map((each) =>
        each.kind === "open" ? awaited(approvals, each.question, datedFrom(each.question), wait, lacks.signal) : each,
      ),
    );
    return settle(later) ?? this.#stillOpen(later);
  }

  #questionOf(call: ApprovedCall, { decision }: Lacking, { duty, missing, rules, valid }: Lacked): ApprovalQuestion {
    const asked = this.#options.now();
    const { because } = decision.told;
    return questionOf(call, { id: newNonce(), asked, until: asked + valid, duty, missing, rules, because });
  }

  async #askOne(call: ApprovedCall, question: ApprovalQuestion): Promise<Outside> {
    const { approvals, most, onAsked } = this.#options;
    const standing = await approvals.ask(question, { mostOfCaller: most });
    const id = standing?.question.id;
    // What was brought and did not do was used before.
    const isUsed = call.caller.proofs?.some((proof) => proof.id === id) === true && id !== undefined;
    const state = isUsed ? await approvals.ask(question, { mostOfCaller: most, instead: id }) : standing;
    if (state?.question.id === question.id) onAsked(question);
    return outsideOf(state, datedFrom(state?.question ?? question));
  }

  /** Leads the person to the page of a question, once, where the client can open it. Undefined where the call goes on as without. */
  async #lead(call: ApprovedCall, lacks: Lacking, question: ApprovalQuestion | undefined): Promise<Asking | undefined> {
    const { page, keys, now } = this.#options;
    if (question === undefined || page === undefined || this.#shown.has(question.id)) return undefined;
    const { id, asked, until, duty, rules, because } = question;
    const params = { mode: "url", message: describe(call, because), url: page(id) };
    if (!isDeclared(call.capabilities, "elicitation/create", params)) return undefined;
    const at = now();
    for (const [each, over] of this.#shown) if (over <= at) this.#shown.delete(each);
    this.#shown.set(id, until);
    if (call.request.era === "legacy") {
      // MCP 2025-11-25, elicitation by URL: the answer says that it was opened, not what was done there.
      await pushed(lacks, { ...params, elicitationId: id }, until - at);
      return undefined;
    }
    if (!mayAsk.has(call.request.method)) return undefined;
    const about = { asked: [{ duty, rules, nonce: id }], issuedAt: asked, expiresAt: until };
    return sealedQuestions(keys, call, about, { [`${OURS}visit`]: params });
  }

  #stillOpen(found: readonly Outside[]): Asking {
    const { page } = this.#options;
    const questions = openIn(found).map(
      ({ id, missing }) => `${missing}: question ${id}${page === undefined ? "" : ` at ${page(id)}`}`,
    );
    return denied(`It was asked for (${questions.join("; ")}). Make the same call again once it was answered.`);
  }
}

function openIn(found: readonly Outside[]): readonly ApprovalQuestion[] {
  return found.flatMap((each) => (each.kind === "open" ? [each.question] : []));
}

/** What stands in the way, if something does that no waiting will change; or that all is proven. */
function settle(found: readonly Outside[]): Asking | Granted | undefined {
  if (found.some(({ kind }) => kind === "declined")) return denied("It was declined.");
  if (found.some(({ kind }) => kind === "many")) return denied(tooMany);
  const proofs = found.flatMap((each) => (each.kind === "proven" ? [each.proof] : []));
  return proofs.length === found.length ? { proofs } : undefined;
}
