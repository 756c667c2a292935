import {
  type ApprovalAnswer,
  type ApprovalQuestion,
  type ApprovalState,
  type Approvals,
  type PolicyIr,
  type Principal,
  tenantKeyOf,
} from "@mcpolicy/core";
import { mayApprove } from "@mcpolicy/runtime";
import { withNarrowed } from "../decide/remembers.ts";

/** Where questions stand, and the policy whose roles count. */
export interface Answering {
  readonly approvals: Approvals;
  readonly policy: PolicyIr;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/** A question as one approver sees it. */
export interface SeenQuestion {
  readonly question: ApprovalQuestion;
  /** Why this one may not answer; undefined where they may. */
  readonly whyNot?: string;
}

export interface GivenAnswer {
  readonly approved: boolean;
  /** Who answers, verified by the host. */
  readonly by: Principal;
  /** What the host found out beside who it is: that a second factor was given, or that a duty of its own is done. */
  readonly proves?: "mfa" | "duty";
}

/** Whether an answer counts; another tenant's question is none. */
export type Answered =
  | { readonly kind: "answered"; readonly question: ApprovalQuestion }
  | { readonly kind: "refused"; readonly why: string };

/** As many as a store may have. */
const MOST_LISTED = 10_000;

/** The open questions of the approver's tenant, oldest first, at most `most`. Rejects where the store does. */
export async function openQuestions(
  answering: Answering,
  by: Principal,
  most: number,
): Promise<readonly SeenQuestion[]> {
  // All that there are: another tenant's are no reason not to see one's own.
  const states = await answering.approvals.list(MOST_LISTED);
  return states
    .filter(isOf(by))
    .slice(0, most)
    .map(({ question }) => seen(answering, question, by));
}

/** One open question of the approver's tenant; undefined where there is none. Rejects where the store does. */
export async function openQuestion(answering: Answering, id: string, by: Principal): Promise<SeenQuestion | undefined> {
  const state = await answering.approvals.get(id);
  if (state === undefined || state.answer !== undefined || !isOf(by)(state)) return undefined;
  return seen(answering, state.question, by);
}

/**
 * Answers a question for somebody who was verified: once, and only by who may. Whoever may approve may decline. The decision itself asks again whether
 * the approver does. Rejects where the store does.
 */
export async function answerQuestion(answering: Answering, id: string, given: GivenAnswer): Promise<Answered> {
  const { approvals, now = Date.now } = answering;
  const { by, approved } = given;
  const state = await approvals.get(id);
  if (state === undefined || !isOf(by)(state)) return refused("there is no such question, or its time is over");
  if (state.answer !== undefined) return refused("it was answered before");
  const { question } = state;
  const why = whyNot(answering, question, by, given.proves);
  if (why !== undefined) return refused(why);
  const answer: ApprovalAnswer = {
    approved,
    by: {
      id: by.id,
      ...(by.client === undefined ? {} : { client: by.client }),
      tenant: tenantKeyOf(by),
      roles: by.roles,
    },
    at: now(),
  };
  return (await approvals.answer(id, answer))
    ? { kind: "answered", question }
    : refused("it was answered before, or its time is over");
}

function isOf(by: Principal): (state: ApprovalState) => boolean {
  const tenant = tenantKeyOf(by);
  return ({ question }) => question.tenant === tenant;
}

function seen(answering: Answering, question: ApprovalQuestion, by: Principal): SeenQuestion {
  const why = whyNot(answering, question, by, undefined);
  return why === undefined ? { question } : { question, whyNot: why };
}

/** Why somebody may not answer a question. */
function whyNot(
  { policy }: Answering,
  { duty, callerId, client, missing }: ApprovalQuestion,
  by: Principal,
  proves: GivenAnswer["proves"],
): string | undefined {
  switch (duty.kind) {
    case "approval": {
      const { from } = duty;
      if (by.id === callerId) return "it is a call of one's own";
      if (client !== undefined && by.client === client) return "the call was made through the same client";
      const isEnough = withNarrowed(policy).some((each) => mayApprove(each, from, by, callerId));
      return isEnough ? undefined : `it takes ${missing}`;
    }
    case "mfa":
      if (by.id !== callerId) return "a second factor is the caller's own";
      return proves === "mfa" ? undefined : "a second factor is proven where it is asked for";
    case "duty":
      return proves === "duty" ? undefined : `${missing} is proven by the host`;
    case "justification":
      return "a justification is the caller's own";
  }
}

function refused(why: string): Answered {
  return { kind: "refused", why };
}
