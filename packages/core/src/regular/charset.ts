/**
 * A set of code points, as sorted, disjoint, non-adjacent closed ranges laid flat: `[low, high, low, high, …]`. The alphabet is all
 * code points without surrogates (U+D800 to U+DFFF), which no well-formed text holds.
 */
export type CharSet = readonly number[];

export const LAST_CODE_POINT = 0x10ffff;

/** Every character there is. */
export const anything: CharSet = [0, 0xd7ff, 0xe000, LAST_CODE_POINT];

/** The set of the given closed ranges, in any order, overlapping or not. Surrogates in them are left out. */
export function ranges(...pairs: readonly (readonly [low: number, high: number])[]): CharSet {
  const merged: number[] = [];
  for (const [low, high] of [...pairs].sort((a, b) => a[0] - b[0])) {
    const last = merged.length - 1;
    if (last > 0 && low <= merged[last]! + 1) merged[last] = Math.max(merged[last]!, high);
    else merged.push(low, high);
  }
  return intersection(merged, anything);
}

/** The set of the characters of a text. */
export function charactersOf(text: string): CharSet {
  return ranges(...Array.from(text, (character) => [character.codePointAt(0)!, character.codePointAt(0)!] as const));
}

export function union(...sets: readonly CharSet[]): CharSet {
  return ranges(...sets.flatMap(pairsOf));
}

/** All characters but those of `set`. */
export function complement(set: CharSet): CharSet {
  const gaps: (readonly [number, number])[] = [];
  let next = 0;
  for (const [low, high] of pairsOf(set)) {
    if (low > next) gaps.push([next, low - 1]);
    next = high + 1;
  }
  if (next <= LAST_CODE_POINT) gaps.push([next, LAST_CODE_POINT]);
  return ranges(...gaps);
}

export function without(set: CharSet, removed: CharSet): CharSet {
  return intersection(set, complement(removed));
}

/** The ranges of a set as pairs. */
export function pairsOf(set: CharSet): (readonly [low: number, high: number])[] {
  const pairs: (readonly [number, number])[] = [];
  for (let index = 0; index < set.length; index += 2) pairs.push([set[index]!, set[index + 1]!]);
  return pairs;
}

function intersection(a: CharSet, b: CharSet): CharSet {
  const common: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const low = Math.max(a[i]!, b[j]!);
    const high = Math.min(a[i + 1]!, b[j + 1]!);
    if (low <= high) common.push(low, high);
    if (a[i + 1]! < b[j + 1]!) i += 2;
    else j += 2;
  }
  return common;
}
