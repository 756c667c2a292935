import type { AuditRecord, DecisionRecord, Effect, OutcomeRecord } from "@mcpolicy/core";
import { operationText } from "./replay.ts";

/** What is looked for in a log: records that fit all that is said. */
export interface Query {
  /** Epoch milliseconds: `since <= at < until`. */
  readonly since?: number;
  readonly until?: number;
  readonly kind?: AuditRecord["kind"];
  readonly id?: string;
  readonly server?: string;
  /** Of the caller: its id, its client, its tenant, one of its roles. */
  readonly caller?: string;
  readonly client?: string;
  readonly tenant?: string;
  readonly role?: string;
  /** `fs.read_text_file`; `*` stands for any text. */
  readonly tool?: string;
  readonly method?: string;
  readonly effect?: Effect;
  readonly reason?: string;
  /** A rule that made the decision, in `shadow` or not. */
  readonly rule?: string;
  readonly policy?: string;
  readonly trace?: string;
  /** How a call ended. */
  readonly ended?: OutcomeRecord["ended"];
  /** What a notice is about. */
  readonly what?: string;
  /** Anywhere in the record, whatever the case of letters. */
  readonly text?: string;
  /** What else has to hold of a decision. */
  readonly fits?: (record: DecisionRecord) => boolean;
}

/**
 * Tells, record after record in the order of the log, which fit. An outcome, which does not repeat who called what, fits where its decision
 * did, and it itself fits what is asked of outcomes.
 */
export function matcher(query: Query): (record: AuditRecord, line: string) => boolean {
  const asksOfDecisions = ofDecisions.some((name) => query[name] !== undefined);
  const ofDecision = decisionTest(query);
  const text = query.text?.toLowerCase();
  /** Calls that were let through, whose decisions fit and whose outcomes are still to come. */
  const open = new Set<string>();

  return (record, line) => {
    const isDecision = record.kind === "decision" && ofDecision(record);
    if (isDecision && record.effect === "allow" && asksOfDecisions) open.add(record.id);
    const wasOpen = record.kind === "outcome" && open.delete(record.id);
    if (record.kind === "decision" ? !isDecision : asksOfDecisions && !wasOpen) return false;
    return isOfAll(query, record) && (text === undefined || line.toLowerCase().includes(text));
  };
}

/** What is asked of decisions alone. */
const ofDecisions = [
  "caller",
  "client",
  "tenant",
  "role",
  "tool",
  "method",
  "effect",
  "policy",
  "trace",
  "fits",
] as const;

function decisionTest(query: Query): (record: DecisionRecord) => boolean {
  const tool = query.tool === undefined ? undefined : wildcard(query.tool);
  return ({ caller, operation, method, effect, policy, trace, ...rest }) =>
    is(query.caller, caller?.id) &&
    is(query.client, caller?.client) &&
    is(query.tenant, caller?.tenant) &&
    (query.role === undefined || (caller?.roles ?? []).includes(query.role)) &&
    (tool === undefined || (operation?.kind === "tool" && tool(operationText(operation)))) &&
    is(query.method, method) &&
    is(query.effect, effect) &&
    is(query.policy, policy) &&
    is(query.trace, trace) &&
    (query.fits === undefined ||
      query.fits({ caller, operation, method, effect, policy, trace, ...rest } as DecisionRecord));
}

/** What can be asked of records of every kind. */
function isOfAll(query: Query, record: AuditRecord): boolean {
  const rules =
    record.kind === "notice" ? [] : [...record.rules, ...(record.kind === "decision" ? (record.shadow ?? []) : [])];
  return (
    (query.since === undefined || query.since <= record.at) &&
    (query.until === undefined || record.at < query.until) &&
    is(query.kind, record.kind) &&
    is(query.id, "id" in record ? record.id : undefined) &&
    is(query.server, record.server) &&
    is(query.reason, record.kind === "notice" ? undefined : record.reason) &&
    (query.rule === undefined || rules.some(({ id }) => id === query.rule)) &&
    is(query.ended, record.kind === "outcome" ? record.ended : undefined) &&
    is(query.what, record.kind === "notice" ? record.what : undefined)
  );
}

function is(wanted: string | undefined, found: string | undefined): boolean {
  return wanted === undefined || wanted === found;
}

/** Matches a whole text against one in which `*` stands for any text, in time linear in both. */
function wildcard(pattern: string): (text: string) => boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  return (text) => {
    if (last === undefined) return text === first;
    if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false;
    let from = first.length;
    const end = text.length - last.length;
    for (const part of rest) {
      const at = text.indexOf(part, from);
      if (at === -1 || at + part.length > end) return false;
      from = at + part.length;
    }
    return true;
  };
}
