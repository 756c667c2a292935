import type { Effect, Reason } from "./decision.ts";
import type { Operation } from "./request.ts";
import type { RecordSalt } from "./salted-digest.ts";
import type { JsonObject } from "./value.ts";

/**
 * What is written down of a call: the decision before it is forwarded, and the outcome before anything of its answer leaves; and notices
 * of what concerns no call. Plain values that serialise to JSON. Times are epoch milliseconds.
 */
export type AuditRecord = DecisionRecord | OutcomeRecord | NoticeRecord;

/** Who called, as verified. Never a token, nor a claim that no record needs. */
export interface AuditedCaller {
  readonly id: string;
  readonly client?: string;
  readonly tenant?: string;
  /** Those of the token, before inclusion: without them nobody could say later what the caller was allowed, or decide again. */
  readonly roles: readonly string[];
  /** The policy's further `principal` fields. */
  readonly attributes?: KeptValues;
}

/** A proof of a duty that came with a request, verified. */
export interface AuditedProof {
  readonly kind: "approval" | "mfa" | "justification" | "duty";
  /** The id under which it is spent. */
  readonly id: string;
  readonly at: number;
  /** The rules that it was asked for, where it is for no others. */
  readonly rules?: readonly string[];
  /** Of a duty. */
  readonly name?: string;
  /** Of a justification: what was said, with what the policy's `audit` masks. */
  readonly text?: string;
  /** Who approved. */
  readonly by?: AuditedCaller;
}

/** One message, and what became of it. Written before anything of it goes on. */
export interface DecisionRecord {
  readonly kind: "decision";
  readonly at: number;
  /** Unique and unguessable; what the caller is told of a denial names it. */
  readonly id: string;
  readonly server: string;
  /** Who sent the message. */
  readonly from: "client" | "server";
  readonly method: string;
  readonly era: "legacy" | "modern";
  /** Undefined where nobody is known to have asked. */
  readonly caller?: AuditedCaller;
  /** Undefined where the method has none: housekeeping of the protocol. */
  readonly operation?: Operation;
  readonly effect: Effect;
  /** A reason of the decision, or of the table of methods. */
  readonly reason: Reason | "table" | "not-in-table" | "malformed" | "pending" | "lost";
  readonly rules: readonly AuditedRule[];
  /** Rules in `shadow` that would have matched. */
  readonly shadow?: readonly AuditedRule[];
  /** The caller's list hides the operation. */
  readonly hidden?: boolean;
  /** Digest of the policy, `sha256-<hex>`. */
  readonly policy: string;
  /** Digest of the pinned definition of the tool, where there is one. */
  readonly pin?: string;
  readonly arguments?: KeptValues;
  /** The facts of the host that conditions read, without the time. */
  readonly context?: KeptValues;
  readonly proofs?: readonly AuditedProof[];
  /** `trace-id` and `parent-id` of a `traceparent` (W3C Trace Context): the caller's word, never read by a rule. */
  readonly trace?: string;
  readonly span?: string;
  /** For operators. */
  readonly notes?: readonly string[];
}

/** What a call that went on came to. Written before anything of the answer leaves. */
export interface OutcomeRecord {
  readonly kind: "outcome";
  readonly at: number;
  /** That of the call's decision. */
  readonly id: string;
  readonly server: string;
  /**
   * `result`: an answer that was no error left, redacted or not; `error`: an error did; `withheld`: the answer came and nothing of it left;
   * `cancelled`: the caller gave it up; `lost`: the server ended, or never answered.
   */
  readonly ended: "result" | "error" | "withheld" | "cancelled" | "lost";
  /** Why it was withheld. */
  readonly reason?: Reason;
  readonly rules: readonly AuditedRule[];
  /** From the decision to the answer, in milliseconds. */
  readonly duration: number;
  /** Undefined where no answer came. */
  readonly result?: KeptResult;
  readonly notes?: readonly string[];
}

/** What operators should know, and no call brought about: a definition that moved, a policy that was reloaded, a store that was away. */
export interface NoticeRecord {
  readonly kind: "notice";
  readonly at: number;
  /** Stable, to be searched for. */
  readonly what:
    | "pin-difference"
    | "policy-loaded"
    | "policy-refused"
    | "store-away"
    | "revoked"
    | "started"
    | "stopped"
    | LogNotice;
  readonly server?: string;
  readonly policy?: string;
  readonly text: string;
  /** Of `log-pruned`: the bodies of records before this index may be gone. */
  readonly before?: number;
  /** Of `log-created` and `log-key-changed`: the public key (C2SP signed-note) that signs from now on, and the one that did before. */
  readonly keys?: { readonly present: string; readonly former?: string };
}

/**
 * What a log says of itself: it begins; what its last writer left unsigned was taken over; bodies are deleted; another key signs; records
 * could not be kept for a time.
 */
export type LogNotice = "log-created" | "log-recovered" | "log-pruned" | "log-key-changed" | "log-away";

/** A rule that made a decision. `unknown` where only an unknown made it match. */
export interface AuditedRule {
  readonly id: string;
  readonly matched: "true" | "unknown";
}

/**
 * What a record keeps of values by name, such as a call's arguments: the names, a salted digest of each, or all of them. `masked`: the
 * policy's detectors found something, so that what is kept is not what came.
 */
export type KeptValues =
  | { readonly kept: "keys"; readonly names: readonly string[] }
  | { readonly kept: "hashed"; readonly digests: Readonly<Record<string, string>>; readonly masked?: true }
  | { readonly kept: "full"; readonly values: JsonObject; readonly masked?: true };

/** What a record keeps of a result. `size` is that of its JSON text, in bytes of UTF-8. */
export type KeptResult =
  | { readonly kept: "size"; readonly size: number }
  | { readonly kept: "full"; readonly size: number; readonly result: JsonObject };

/** Where records go. */
export interface AuditSink {
  /**
   * Takes a record. Settles once it is kept as durably as the sink states; it throws or rejects where it is not kept: then the call is not
   * forwarded, nor its answer given out. Records of one sink are kept in the order of these calls.
   */
  readonly append: (record: AuditRecord) => void | Promise<void>;
  /** The salt for the digests of the record of this id; without it records keep names where they would keep digests. */
  readonly saltOf?: (id: string) => RecordSalt;
  /** Keeps all that was taken, and gives back what the sink holds open. */
  readonly close?: () => void | Promise<void>;
}
