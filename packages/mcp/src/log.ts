import { type Decision, type Effect, escapeInvisible, type Reason } from "@mcpolicy/core";
import type { Id } from "./message.ts";
import type { Side } from "./methods.ts";

/**
 * What is written of one decided message: for operators, one line of JSON each. Names of arguments, never their values. `forwarded` says whether
 * anything of it went on.
 */
export interface LogRecord {
  readonly time: string;
  readonly decisionId: string;
  readonly server: string;
  readonly from: Side;
  readonly method?: string;
  readonly id?: Id;
  readonly principal?: string;
  readonly tool?: string;
  readonly arguments?: readonly string[];
  readonly effect: Effect;
  readonly reason: Reason | "table" | "not-in-table" | "malformed" | "pending" | "lost";
  readonly rules?: Decision["rules"];
  readonly hidden?: boolean;
  readonly shadow?: Decision["rules"];
  readonly note?: string;
  readonly policy: string;
}

const LONGEST = 200;
const MOST = 64;

/** One line, without its line feed. Whatever a terminal or a line-based reader could act upon is escaped; long texts are cut. */
export function logLine(record: LogRecord): string {
  return escapeInvisible(JSON.stringify(record, shorten));
}

function shorten(_key: string, value: unknown): unknown {
  if (typeof value === "string" && value.length > 10 * LONGEST) return `${value.slice(0, 10 * LONGEST)}…`;
  return value;
}

/** A text of the caller's choosing, cut to a length that a log can bear. */
export function cut(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}

/** The names of arguments, cut in length and number. */
export function argumentNames(args: object): readonly string[] {
  const names = Object.keys(args);
  return names.length <= MOST ? names.map(cut) : [...names.slice(0, MOST).map(cut), `… ${names.length - MOST} more`];
}
