/** A seeded source of choices: the same seed gives the same run on every machine. */
export interface Random {
  /** At least 0, less than 1. */
  readonly next: () => number;
  /** A whole number from `low` to `high`, both included. */
  readonly int: (low: number, high: number) => number;
  /** True with this probability. */
  readonly chance: (probability: number) => boolean;
  /** One of a list that is not empty. */
  readonly pick: <T>(from: readonly T[]) => T;
  /** So many different ones of a list, at most all, in random order. */
  readonly some: <T>(from: readonly T[], count: number) => readonly T[];
}

/** Mulberry32 (Tommy Ettinger, public domain): 32 bits of state, enough to choose by. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const int = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  const pick = <T>(from: readonly T[]): T => {
    if (from.length === 0) throw new Error("nothing to pick from");
    return from[int(0, from.length - 1)]!;
  };
  const some = <T>(from: readonly T[], count: number): readonly T[] => {
    const left = [...from];
    const taken: T[] = [];
    while (left.length > 0 && taken.length < count) taken.push(...left.splice(int(0, left.length - 1), 1));
    return taken;
  };
  return { next, int, chance: (probability) => next() < probability, pick, some };
}
