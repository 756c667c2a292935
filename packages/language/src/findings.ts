import type { Diagnostic } from "@mcpolicy/diagnostics";

/** At most this many mistakes of a file are reported one by one. */
export const reportLimit = 100;

/** Mistakes of one sort in the order of the text: the first ones, and how many there are. A hostile text may hold a million. */
export interface Findings {
  readonly first: readonly Diagnostic[];
  readonly count: number;
}

/** Counts mistakes, and makes diagnostics of the first ones only. */
export function findingsOf(mistakes: Iterable<() => Diagnostic>): Findings {
  const first: Diagnostic[] = [];
  let count = 0;
  for (const make of mistakes) {
    count += 1;
    if (first.length < reportLimit) first.push(make());
  }
  return { first, count };
}
