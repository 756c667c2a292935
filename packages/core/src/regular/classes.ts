import { type CharSet, LAST_CODE_POINT } from "./charset.ts";

/**
 * The alphabet cut into classes that no set of an automaton tells apart. Interval `i` runs from `starts[i]` up to the next start and
 * belongs to class `classes[i]`, or to none (-1: the surrogates). `ascii` is the same for the first 128 code points, by index.
 */
export interface CharClasses {
  readonly count: number;
  readonly starts: readonly number[];
  readonly classes: readonly number[];
  readonly ascii: Uint16Array;
}

const surrogates: CharSet = [0xd800, 0xdfff];

/** The coarsest classes for these sets, and for each set whether it holds each class: `members[set][class]`. */
export function classesOf(sets: readonly CharSet[]): {
  classes: CharClasses;
  members: readonly (readonly boolean[])[];
} {
  const all = [surrogates, ...sets];
  const cuts = new Set([0]);
  for (const set of all) {
    for (const [index, bound] of set.entries()) cuts.add(index % 2 === 0 ? bound : bound + 1);
  }
  const starts = [...cuts].filter((start) => start <= LAST_CODE_POINT).sort((a, b) => a - b);

  // Walk the intervals from left to right; `holds[s]` says whether set s holds the current one.
  const holds = all.map(() => false);
  const turns = new Map<number, number[]>();
  all.forEach((set, number) => {
    set.forEach((bound, index) => {
      const at = index % 2 === 0 ? bound : bound + 1;
      const there = turns.get(at);
      if (there === undefined) turns.set(at, [number]);
      else there.push(number);
    });
  });
  const numbers = new Map<string, number>();
  const examples: boolean[][] = [];
  const classes = starts.map((start) => {
    for (const number of turns.get(start) ?? []) holds[number] = !holds[number];
    if (holds[0]) return -1;
    const key = holds.map(Number).join("");
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, examples.length);
    return examples.push([...holds]) - 1;
  });
  return {
    classes: classesFrom(examples.length, starts, classes),
    members: sets.map((_set, number) => examples.map((example) => example[number + 1]!)),
  };
}

/** The coarsest classes that refine both, and for each new class the class of `a` and of `b` it lies in. */
export function refine(
  a: CharClasses,
  b: CharClasses,
): { classes: CharClasses; origins: readonly (readonly [inA: number, inB: number])[] } {
  const starts = [...new Set([...a.starts, ...b.starts])].sort((x, y) => x - y);
  const numbers = new Map<string, number>();
  const origins: [number, number][] = [];
  const classes = starts.map((start) => {
    const [inA, inB] = [classOf(a, start), classOf(b, start)];
    if (inA < 0 || inB < 0) return -1;
    const key = `${inA} ${inB}`;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, origins.length);
    return origins.push([inA, inB]) - 1;
  });
  return { classes: classesFrom(origins.length, starts, classes), origins };
}

/** The classes with those made one whose labels are equal, and for each new class one of the old that it is made of. */
export function coarsen(
  finer: CharClasses,
  labels: readonly string[],
): { classes: CharClasses; origins: readonly number[] } {
  const numbers = new Map<string, number>();
  const origins: number[] = [];
  const starts: number[] = [];
  const classes: number[] = [];
  finer.classes.forEach((old, interval) => {
    let merged = -1;
    if (old >= 0) {
      const label = labels[old]!;
      merged = numbers.get(label) ?? origins.push(old) - 1;
      numbers.set(label, merged);
    }
    if (classes.at(-1) === merged) return;
    starts.push(finer.starts[interval]!);
    classes.push(merged);
  });
  return { classes: classesFrom(origins.length, starts, classes), origins };
}

/** The class of a code point, by binary search; -1 for a surrogate. */
export function classOf(classes: CharClasses, codePoint: number): number {
  const { starts } = classes;
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= codePoint) low = middle;
    else high = middle - 1;
  }
  return classes.classes[low]!;
}

/** The character of a class that reads best in a message: a letter or digit where there is one, else its first. */
export function exampleOf(classes: CharClasses, wanted: number): string {
  for (const readable of "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_./ ") {
    if (classes.ascii[readable.charCodeAt(0)] === wanted) return readable;
  }
  const interval = classes.classes.findLastIndex((found, index) => found === wanted && classes.starts[index]! < 0xd800);
  const index = interval < 0 ? classes.classes.indexOf(wanted) : interval;
  return String.fromCodePoint(classes.starts[index]!);
}

/** Classes out of their intervals. */
export function classesFrom(count: number, starts: readonly number[], classes: readonly number[]): CharClasses {
  const ascii = new Uint16Array(128);
  for (let interval = 0; interval < starts.length; interval += 1) {
    const end = Math.min(starts[interval + 1] ?? 128, 128);
    // No surrogate is below 128, so each has a class.
    for (let code = starts[interval]!; code < end; code += 1) ascii[code] = classes[interval]!;
  }
  return { count, starts, classes, ascii };
}
