/** Tests of one UTF-16 unit, by its code. What `charCodeAt` gives behind the end, NaN, passes none. */

export function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

export function isLetter(unit: number): boolean {
  return (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x61 && unit <= 0x7a);
}

export function isLetterOrDigit(unit: number): boolean {
  return isDigit(unit) || isLetter(unit);
}

/** What people write between groups of digits: a space, also one that does not break, or a hyphen. */
export function isSeparator(unit: number): boolean {
  return separators.has(unit);
}

const separators: ReadonlySet<number> = new Set(Array.from(" \u00a0\u202f-\u2010\u2011", (each) => each.charCodeAt(0)));

/** Where the run of units that pass, looked at from `at` on, ends: at `limit` at the latest. */
export function endOfRun(
  text: string,
  at: number,
  passes: (unit: number) => boolean,
  limit: number = text.length,
): number {
  const last = Math.min(limit, text.length);
  let end = at;
  while (end < last && passes(text.charCodeAt(end))) end++;
  return end;
}
