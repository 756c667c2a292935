import { UsageError } from "./exit-codes.ts";

/** The text of a flag as a whole number from 0 on. Throws a UsageError. */
export function wholeNumber(flag: string): (text: string) => number {
  return (text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : undefined;
    if (number === undefined) throw new UsageError(`${flag} takes a whole number, not \`${text}\``);
    return number;
  };
}

/** Collects the values of a flag that may stand several times. */
export function several(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

export const allowEmptyFlag = ["--allow-empty", "exit with 0 where there is nothing to do"] as const;
