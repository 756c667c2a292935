import {
  type DutyIr,
  digestOf,
  escapeInvisible,
  isRecord,
  type JsonObject,
  type Principal,
  type Proof,
  type Value,
} from "@mcpolicy/core";
import type { SealedDuty } from "@mcpolicy/identity";
import type { ApprovedCall } from "../approvals.ts";
import { own } from "../wire/message.ts";
import { nameOf } from "./bound.ts";
import { OURS } from "./brought.ts";

/** A duty of which the person behind the caller gives the proof, in a form that the client shows. */
interface FormRow {
  readonly is: (duty: DutyIr) => boolean;
  /** The name of the question among the client's. */
  readonly key: string;
  readonly asks: string;
  readonly field: string;
  readonly schema: JsonObject;
  /** What an accepted form proves; undefined where it proves nothing. */
  readonly proof: (value: Value | undefined, by: Principal) => ProofKind | undefined;
}

type ProofKind = Proof extends infer P ? (P extends Proof ? Omit<P, "id" | "at" | "rules"> : never) : never;

/** Characters of a justification that is taken. */
const MOST_WORDS = 2_000;

/**
 * A form proves no more than that the caller's own client said so: it never stands for an approval by somebody else, nor for a second factor
 * (MCP 2026-07-28, elicitation: clients may answer for the person).
 */
const rows: readonly FormRow[] = [
  {
    is: (duty) => duty.kind === "approval" && duty.from === "caller",
    key: `${OURS}approve`,
    asks: "Shall this be done?",
    field: "approve",
    schema: { type: "boolean", title: "Approve", description: "Yes lets this one call through." },
    proof: (value, by) => (value === true ? { kind: "approval", by } : undefined),
  },
  {
    is: ({ kind }) => kind === "justification",
    key: `${OURS}justify`,
    asks: "Why is this to be done? The answer is recorded.",
    field: "justification",
    schema: { type: "string", title: "Justification", minLength: 1, maxLength: MOST_WORDS },
    proof(value) {
      if (typeof value !== "string" || value.trim() === "" || value.length > MOST_WORDS) return undefined;
      return { kind: "justification", text: escapeInvisible(value.trim()) };
    },
  },
];

/** Whether a duty is one that the person behind the caller proves in a form. */
export function isAskedByForm(duty: DutyIr): boolean {
  return rows.some((row) => row.is(duty));
}

/** The question as `elicitation/create` asks it, and its name (MCP 2025-06-18 and later, form mode). */
export function formOf(
  duty: DutyIr,
  call: ApprovedCall,
  because: readonly string[],
): { readonly key: string; readonly params: JsonObject } {
  const { key, asks, field, schema } = rowOf(duty);
  return {
    key,
    params: {
      message: `${describe(call, because)}\n\n${asks}`,
      requestedSchema: { type: "object", properties: { [field]: schema }, required: [field] },
    },
  };
}

/** The proof that the answer to a form is; undefined where it says no, or nothing. `at` in epoch milliseconds. */
export function formProof(
  { duty, rules, nonce }: SealedDuty,
  answer: Value | undefined,
  by: Principal,
  at: number,
): Proof | undefined {
  const { field, proof } = rowOf(duty);
  if (!isRecord(answer) || own(answer, "action") !== "accept") return undefined;
  const content = own(answer, "content");
  const proven = isRecord(content) ? proof(own(content, field), by) : undefined;
  return proven === undefined ? undefined : ({ ...proven, id: nonce, at, rules } as Proof);
}

/** The answer among those that came. */
export function answerTo(duty: DutyIr, answers: JsonObject): Value | undefined {
  return own(answers, rowOf(duty).key);
}

function rowOf(duty: DutyIr): FormRow {
  const row = rows.find((each) => each.is(duty));
  if (row === undefined) throw new Error(`no form asks for ${duty.kind}`);
  return row;
}

/** Characters of arguments that a person is shown. */
const MOST_SHOWN = 2_000;

/** What is about to happen, from the call alone: nothing of it is the server's or the model's to word. */
export function describe(call: ApprovedCall, because: readonly string[]): string {
  const text = escapeInvisible(JSON.stringify(call.arguments));
  const shown =
    text.length <= MOST_SHOWN
      ? text
      : `${text.slice(0, MOST_SHOWN)}… (${text.length} characters, ${digestOf(call.arguments)})`;
  const name = escapeInvisible(JSON.stringify(nameOf(call.operation)));
  return [
    `The policy asks before ${call.request.method} of ${name} goes to server ${JSON.stringify(call.server)}.`,
    ...because.map(escapeInvisible),
    `Arguments: ${shown}`,
  ].join("\n");
}
