import type { Windows } from "./advance.ts";
import type { DutyIr } from "./ir.ts";
import type { CallerKey, State, StateEvent, TenantKey } from "./state.ts";

/**
 * A place where state is kept: memory, or a store that many instances share. What may depend on it waits for it; where it fails, by
 * throwing or rejecting, the call is denied with reason `fault`: never let through for want of an answer.
 */
export interface StateDriver {
  /** The part of the state that one decision needs, with what its commit is held against. */
  readonly read: (need: StateNeed) => StateRead | Promise<StateRead>;
  /**
   * Moves the state on, all at once. `conflict`, and nothing is written, where it no longer bears out what was decided on it: calls or
   * labels that were read have changed, a limit has no room for what is taken, a proof was spent. Then read and decide again. An attempt
   * that came to nothing is recorded whatever has changed. Throws or rejects where it cannot be kept, or where that is unknown.
   */
  readonly commit: (read: StateRead, event: StateEvent) => CommitResult | Promise<CommitResult>;
  /** From now on keeps what a policy looks back at that was loaded in place of another. What was forgotten before stays so. */
  readonly lookBack: (windows: Windows) => void;
  /** Gives back what it holds open. */
  readonly close?: () => void | Promise<void>;
}

/** What a decision, or the answer to a call, looks at. It never reaches beyond its tenant. */
export interface StateNeed {
  readonly tenant: TenantKey;
  readonly caller: CallerKey;
  /** The host's clock, in epoch milliseconds. A store that has a clock of its own goes by that. */
  readonly now: number;
  /** Whether a rule about this operation reads the caller's past calls, or anyone's of the tenant. */
  readonly calls: "none" | "own" | "anyone";
  /** How far back it reads them, in milliseconds; 0 where it does not. */
  readonly last: number;
  /** Whether a rule about this operation reads the caller's labels. */
  readonly labels: boolean;
  /** The limits that this call may take from; of an answer, those that it may give back to. */
  readonly limits: readonly LimitNeed[];
  /** Ids of the proofs that the request brings. */
  readonly proofs: readonly string[];
}

/** One limit under one of its keys: at most `amount` in any window of `duration` milliseconds, or at once where that is undefined. */
export interface LimitNeed {
  readonly rule: string;
  readonly key: string;
  readonly amount: number;
  readonly duration: number | undefined;
  /** Whether each call takes an amount of its own; else it takes 1. */
  readonly sums: boolean;
}

export interface StateRead {
  readonly need: StateNeed;
  /**
   * Decides the same as the whole state. To be decided on at once: a driver may hand out what it holds, and go on writing to it. Takes of a
   * limit that counts may come added up.
   */
  readonly state: State;
  /** The driver's own. */
  readonly version: unknown;
  /** The instant of the decision, its `context.time`: the store's clock, or the host's, and never before what is recorded. */
  readonly now: number;
}

export type CommitResult = "committed" | "conflict";

/** Who is not let in any more, whatever the token says. Kept in a store, and pushed to each instance. */
export interface Revocations {
  /** Whether a token is revoked: by its id, by its subject or client and the time that it was issued at. Throws or rejects where that is unknown. */
  readonly isRevoked: (token: RevocableToken) => boolean | Promise<boolean>;
  readonly revoke: (revocation: Revocation) => void | Promise<void>;
  /** Remembers an id for a time; false where it was seen before: a replay. Times in epoch milliseconds. */
  readonly seenOnce: (id: string, until: number) => boolean | Promise<boolean>;
  readonly close?: () => void | Promise<void>;
}

/** What a token is known by. Times in epoch milliseconds. */
export interface RevocableToken {
  readonly issuer?: string;
  readonly id?: string;
  readonly subject: string;
  readonly client?: string;
  readonly issuedAt: number;
}

/** Tokens of an id; or all of a subject, of a client or of an issuer, that were issued before an instant. `until`: when it may be forgotten. */
export type Revocation = { readonly until: number } & (
  | { readonly kind: "id"; readonly issuer?: string; readonly id: string }
  | {
      readonly kind: "subject" | "client";
      readonly issuer?: string;
      readonly id: string;
      readonly issuedBefore: number;
    }
  | { readonly kind: "issuer"; readonly issuer: string; readonly issuedBefore: number }
);

/** Approvals that were asked for, by the id of the question. Out-of-band approvers answer them; the call that is let through spends them. */
export interface Approvals {
  /**
   * Asks, unless the same stands already: gives what stands for the question's binding, answered or not. `undefined`, and nothing is asked, where
   * the caller has as many open questions as one may have. Throws or rejects where the store has no room, or the id is another question's.
   */
  readonly ask: (
    question: ApprovalQuestion,
    options: AskOptions,
  ) => ApprovalState | undefined | Promise<ApprovalState | undefined>;
  readonly get: (id: string) => ApprovalState | undefined | Promise<ApprovalState | undefined>;
  /** Open questions, oldest first, at most `most`. */
  readonly list: (most: number) => readonly ApprovalState[] | Promise<readonly ApprovalState[]>;
  /** Answers a question once: false where there is none, it is too old, or it was answered before. */
  readonly answer: (id: string, answer: ApprovalAnswer) => boolean | Promise<boolean>;
  readonly close?: () => void | Promise<void>;
}

export interface AskOptions {
  /** How many open questions one caller may have. */
  readonly mostOfCaller: number;
  /** The question that stands no more where it is this one: its answer let a call through. */
  readonly instead?: string;
}

/** What an approver is shown, and what the approval is bound to. Times in epoch milliseconds. */
export interface ApprovalQuestion {
  /** Unguessable; the id of the proof that an approval becomes. */
  readonly id: string;
  readonly asked: number;
  readonly until: number;
  readonly caller: CallerKey;
  readonly callerId: string;
  /** The caller's client, where the token names one: nobody answers through the same. */
  readonly client?: string;
  /** Whose question it is: nobody of another tenant sees it. */
  readonly tenant: TenantKey;
  readonly server: string;
  /** As the protocol names it: `tools/call`. */
  readonly method: string;
  readonly operation: string;
  /** For the approver alone. */
  readonly arguments: unknown;
  /** What the caller answered to the server's own questions before (MCP 2026-07-28), where the call goes on from there. */
  readonly inputs?: unknown;
  /** Digest over all that the approval is bound to: caller, server, operation, arguments, inputs, pin, policy, duty and rules. */
  readonly binding: string;
  /** What an answer is the proof of, and the same in words: `approval from lead`. */
  readonly duty: DutyIr;
  readonly missing: string;
  /** The rules that ask, by id, and why. For the approver alone. */
  readonly rules: readonly string[];
  readonly because: readonly string[];
}

export interface ApprovalAnswer {
  readonly approved: boolean;
  readonly by: {
    readonly id: string;
    readonly client?: string;
    readonly tenant: TenantKey;
    readonly roles: readonly string[];
  };
  readonly at: number;
}

export interface ApprovalState {
  readonly question: ApprovalQuestion;
  readonly answer?: ApprovalAnswer;
}
