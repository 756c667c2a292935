import { read } from "@mcpolicy/core";
import { UsageError } from "./exit-codes.ts";

/** The text of a flag as a whole number from 0 on. Throws a UsageError. */
export function wholeNumber(flag: string): (text: string) => number {
  return (text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : undefined;
    if (number === undefined) throw new UsageError(`${flag} takes a whole number, not \`${text}\``);
    return number;
  };
}

/** RFC 3339, as epoch milliseconds; a bare date is its first instant, UTC. Throws a UsageError. */
export function instant(flag: string, text: string): number {
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const isInstant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/i.test(text);
  const time = isDate || isInstant ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time))
    throw new UsageError(`${flag} takes an instant such as 2026-11-22T10:00:00Z, not \`${text}\``);
  return time;
}

/** The text of a flag as a length of time, in milliseconds. Throws a UsageError. */
export function duration(flag: string): (text: string) => number {
  return (text) => {
    const length = durationIn(text);
    if (length === undefined)
      throw new UsageError(`${flag} takes a length of time such as 30s, 5m or 30d, not \`${text}\``);
    return length;
  };
}

/** A length of time in milliseconds, `100ms` or as policies write it; undefined of a text that is none. */
export function durationIn(text: string): number | undefined {
  const milliseconds = /^(\d{1,9})ms$/.exec(text)?.[1];
  if (milliseconds !== undefined) return Number(milliseconds);
  const length = read({ kind: "duration" }, text, undefined);
  return typeof length === "number" ? length : undefined;
}

/** Collects the values of a flag that may stand several times. */
export function several(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

export const allowEmptyFlag = ["--allow-empty", "exit with 0 where there is nothing to do"] as const;
