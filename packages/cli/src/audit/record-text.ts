import { operationText } from "@mcpolicy/audit";
import type { AuditedRule, AuditRecord, DecisionRecord, OutcomeRecord } from "@mcpolicy/core";

/** A record in one line for people. It may hold texts of others: print it as `printable`. */
export function recordText(index: number, record: AuditRecord): string {
  const time = new Date(record.at).toISOString();
  return `${String(index).padStart(6)}  ${time}  ${described(record)}`;
}

function described(record: AuditRecord): string {
  switch (record.kind) {
    case "decision":
      return decisionText(record);
    case "outcome":
      return outcomeText(record);
    case "notice":
      return `notice  ${record.what}  ${record.text}`;
  }
}

function decisionText({ id, effect, reason, rules, operation, method, caller }: DecisionRecord): string {
  const what = operation === undefined ? method : operationText(operation);
  const who =
    caller === undefined ? "nobody known" : `${caller.id}${caller.client === undefined ? "" : ` (${caller.client})`}`;
  return `${effect.padEnd(6)}  ${what}  for ${who}  ${reason}${rulesText(rules)}  ${id}`;
}

function outcomeText({ id, ended, reason, rules, duration, result }: OutcomeRecord): string {
  const why = reason === undefined ? "" : `  ${reason}${rulesText(rules)}`;
  const size = result === undefined ? "" : `, ${result.size} bytes`;
  return `${ended.padEnd(6)}  after ${duration} ms${size}${why}  ${id}`;
}

function rulesText(rules: readonly AuditedRule[]): string {
  return rules.length === 0 ? "" : ` by ${rules.map(({ id }) => JSON.stringify(id)).join(", ")}`;
}
