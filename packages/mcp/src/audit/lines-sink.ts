import { type AuditRecord, type AuditSink, escapeInvisible } from "@mcpolicy/core";

const LONGEST = 200;
const MOST = 64;

/**
 * A sink that writes each record as one line of JSON, its line feed included. Where `write` throws the record is
 * lost, and the call is not let through. Long texts and lists are cut, whatever a terminal or a line-based reader could act upon is escaped.
 */
export function linesSink(write: (line: string) => void): AuditSink {
  return {
    append(record) {
      write(`${logLine(record)}\n`);
    },
  };
}

/** A record as one line, without its line feed. */
export function logLine(record: AuditRecord): string {
  return escapeInvisible(JSON.stringify(record, shorten));
}

function shorten(_key: string, value: unknown): unknown {
  if (typeof value === "string" && value.length > 10 * LONGEST) return `${value.slice(0, 10 * LONGEST)}…`;
  if (Array.isArray(value) && value.length > MOST && value.every((each) => typeof each === "string")) {
    return [...value.slice(0, MOST), `… ${value.length - MOST} more`];
  }
  return value;
}

/** A text of somebody else's choosing, cut to a length that a record can bear. */
export function cut(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}
