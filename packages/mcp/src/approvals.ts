import type { Decision, JsonObject, Operation, Proof } from "@mcpolicy/core";
import type { Caller } from "./caller.ts";
import type { Maybe } from "./maybe.ts";
import type { Answer, Era, RequestMessage } from "./wire/message.ts";

/**
 * How calls that need a proof get one. Without a channel each of them is denied with reason `approval`, and told what is missing. Neither
 * function may throw or reject; where one does, the call is denied.
 */
export interface ApprovalChannel {
  /** Before a call is decided: what it brings along for an earlier question, and what the server is to see of it. */
  readonly bring: (call: ApprovedCall) => Maybe<Brought>;
  /** A call that lacks proofs: what becomes of it now. Nothing was taken for it, and its attempt is recorded. */
  readonly ask: (call: ApprovedCall, lacks: Lacking) => Maybe<Asking>;
}

/** A call of a client, before it is decided. `operation` and `arguments` are what the policy is asked about. */
export interface ApprovedCall {
  readonly request: RequestMessage;
  readonly caller: Caller;
  readonly server: string;
  readonly operation: Operation;
  readonly arguments: JsonObject;
  readonly era: Era;
  /** Digest of the pinned definition, where there is one. */
  readonly pin: string | undefined;
  /** Digest of the policy. */
  readonly policy: string;
  /** What the client of this very call declared that it can be asked: by the request (modern), or by the live session (legacy). */
  readonly capabilities: JsonObject | undefined;
}

/** Proofs for this very call, verified; and its params without what was meant for the channel. */
export interface Brought {
  readonly proofs: readonly Proof[];
  readonly params: JsonObject;
}

/** The denial that a call would get, and how to ask the person behind the caller. */
export interface Lacking {
  readonly decision: Decision;
  readonly decisionId: string;
  /** Sends a question to the client on the live connection; undefined where there is none, or the client cannot be asked so. It rejects where no answer comes. */
  readonly push: ((method: string, params: JsonObject) => Promise<Answer>) | undefined;
  /** Aborted when the call is given up. */
  readonly signal: AbortSignal;
}

/**
 * `denied`: as without a channel, `hint` being one more sentence for the caller. `asked`: the call is answered with this result
 * (`input_required`). `proven`: it is decided again, with these proofs.
 */
export type Asking =
  | { readonly kind: "denied"; readonly hint?: string }
  | { readonly kind: "asked"; readonly result: JsonObject }
  | { readonly kind: "proven"; readonly proofs: readonly Proof[] };
