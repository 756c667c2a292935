import { type AuditRecord, canonicalJson, escapeInvisible, isRecord } from "@mcpolicy/core";

/**
 * A record as it stands in a log: one line, without its line feed, whose UTF-8 bytes are the leaf of the tree. It is the record's canonical
 * JSON (RFC 8785) with all that is invisible, or that a terminal would act upon, written as `\uXXXX`. Half a character (a lone surrogate) becomes
 * U+FFFD. Throws a `TypeError` where the record is no JSON.
 */
export function recordLine(record: AuditRecord): string {
  try {
    return escapeInvisible(canonicalJson(record));
  } catch {
    return escapeInvisible(canonicalJson(wellFormed(record)));
  }
}

/** The record of a line; undefined where the line is no record. Of its fields, `kind` and `at` are looked at. */
export function recordOf(line: string): AuditRecord | undefined {
  try {
    const record: unknown = JSON.parse(line);
    if (!isRecord(record) || typeof record["at"] !== "number") return undefined;
    return kinds.has(record["kind"]) ? (record as unknown as AuditRecord) : undefined;
  } catch {
    return undefined;
  }
}

const kinds: ReadonlySet<unknown> = new Set<AuditRecord["kind"]>(["decision", "outcome", "notice"]);

function wellFormed(value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name.toWellFormed(), wellFormed(part)]));
}
