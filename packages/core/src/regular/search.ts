import { type CharClasses, classesOf, classOf } from "./classes.ts";
import { MOST_SIMULATED } from "./match.ts";
import { closure, type Nfa, toNfa } from "./nfa.ts";
import { type PatternError, Refused, type Regular } from "./syntax.ts";

/** Half-open range of UTF-16 offsets in a text, never empty. */
export interface Found {
  readonly start: number;
  readonly end: number;
}

/** Every place of a text that lies in some match: disjoint ranges that do not touch, by ascending start. Linear in the text. */
export type Search = (text: string) => readonly Found[];

export type CompiledSearch =
  | { readonly ok: true; readonly find: Search }
  | { readonly ok: false; readonly error: PatternError };

/** Prepares looking for a pattern anywhere in a text. Refused: what matches the empty text, and what is too large to be followed. */
export function compileSearch(source: string, parse: (source: string) => Regular): CompiledSearch {
  try {
    const tree = parse(source);
    if (tree.positions > MOST_SIMULATED)
      throw tooLargeToFind(`it unfolds to ${tree.positions.toLocaleString("en")} positions`);
    return { ok: true, find: searchOf(toNfa(tree)) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { ok: false, error: { message: error.message, offset: error.offset } };
  }
}

/** Kept between calls, for each of the two automata. What would be more is followed without being kept. */
const MOST_KEPT = 10_000;
/** Steps from a consuming state to the next, all together: the most that one character can cost. */
const MOST_EDGES = 100_000;
/** How much of a text is held with its states at a time, in UTF-16 units. */
const BLOCK = 4_096;

/**
 * A character lies in a match where a state that consumes it is reached from the start by what stands before, and leads to the end
 * by what comes after. So overlapping matches are all seen. The text is read three times at most, whatever it holds: from behind,
 * noting states between blocks; then each block from behind once more, and from the front to compare.
 */
function searchOf(nfa: Nfa): Search {
  const { classes, members } = classesOf(nfa.sets);
  const { first, last, after, before } = neighbours(nfa);
  const consumes = (state: number, character: number): boolean => members[nfa.consumes[state]!]![character]!;
  const reached = follower(first, after, consumes);
  const leading = follower(last, before, consumes);

  /** What leads to the end, from behind `end` to `start`; `note` is told for each unit. */
  const readBack = (
    text: string,
    start: number,
    end: number,
    from: Standing,
    note: (at: number, here: Standing) => void,
  ) => {
    let here = from;
    for (let at = end - 1; at >= start; at--) {
      const isPair = isPairAt(text, at - 1);
      const character = classAt(classes, text, isPair ? at - 1 : at);
      here = character < 0 ? leading.start : leading.step(here, character);
      note(at, here);
      if (isPair) note(--at, here);
    }
    return here;
  };

  return (text) => {
    const ends = blockEnds(text);
    const behind: Standing[] = [];
    const isBarren: boolean[] = [];
    let here = leading.start;
    for (let block = ends.length - 1; block >= 0; block--) {
      behind[block] = here;
      isBarren[block] = true;
      here = readBack(text, ends[block - 1] ?? 0, ends[block]!, here, (_, { set }) => {
        if (set.length > 0) isBarren[block] = false;
      });
    }

    const found: { start: number; end: number }[] = [];
    const ahead: Standing[] = [];
    let so = reached.start;
    for (const [block, end] of ends.entries()) {
      // Nothing here leads to an end: what began before ends nowhere.
      if (isBarren[block]) {
        so = reached.start;
        continue;
      }
      const start = ends[block - 1] ?? 0;
      readBack(text, start, end, behind[block]!, (at, standing) => {
        ahead[at - start] = standing;
      });
      for (let at = start; at < end; at++) {
        const width = isPairAt(text, at) ? 2 : 1;
        const character = classAt(classes, text, at);
        so = character < 0 ? reached.start : reached.step(so, character);
        if (meet(so.set, ahead[at - start]!.set)) {
          const before = found.at(-1);
          if (before?.end === at) before.end = at + width;
          else found.push({ start: at, end: at + width });
        }
        at += width - 1;
      }
    }
    return found;
  };
}

/** Where blocks end, never within a surrogate pair. */
function blockEnds(text: string): readonly number[] {
  const ends: number[] = [];
  for (let end = 0; end < text.length; ) {
    end = Math.min(end + BLOCK, text.length);
    if (isPairAt(text, end - 1)) end++;
    ends.push(end);
  }
  return ends;
}

/** Which consuming states a match can begin and end with, and which can follow and precede which (Glushkov 1961). */
interface Neighbours {
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly after: readonly (readonly number[])[];
  readonly before: readonly (readonly number[])[];
}

function neighbours(nfa: Nfa): Neighbours {
  const standing = closure(nfa, { states: 0 });
  const start = standing([nfa.start], true);
  if (start.accepts)
    throw new Refused("it matches the empty text, which stands everywhere: leave out what may be nothing", 0);
  const last: number[] = [];
  const after: (readonly number[])[] = [];
  const before: number[][] = nfa.consumes.map(() => []);
  let edges = 0;
  nfa.consumes.forEach((set, state) => {
    if (set === -1) {
      after.push([]);
      return;
    }
    const next = standing([nfa.target[state]!], false);
    if (next.accepts) last.push(state);
    for (const each of next.states) before[each]!.push(state);
    after.push(next.states);
    edges += next.states.length;
    if (edges > MOST_EDGES) throw tooLargeToFind("each of its characters may be followed by too many others");
  });
  return { first: start.states, last, after, before };
}

/** The states that consume the character just read, ascending; and where each class of characters leads, as far as that is kept. */
interface Standing {
  readonly set: readonly number[];
  readonly next: Standing[];
  readonly isKept: boolean;
}

/**
 * From the states that consumed one character to those that consume the next: of the seeds, and of what the edges lead to. A
 * deterministic automaton that is made while it is used.
 */
function follower(
  seeds: readonly number[],
  edges: readonly (readonly number[])[],
  consumes: (state: number, character: number) => boolean,
): { readonly start: Standing; readonly step: (from: Standing, character: number) => Standing } {
  const start: Standing = { set: [], next: [], isKept: true };
  const kept = new Map<string, Standing>([["", start]]);
  const step = (from: Standing, character: number): Standing => {
    const known = from.next[character];
    if (known !== undefined) return known;
    const entered = new Set<number>();
    const enter = (state: number): void => {
      if (consumes(state, character)) entered.add(state);
    };
    seeds.forEach(enter);
    for (const state of from.set) edges[state]!.forEach(enter);
    const set = [...entered].sort((a, b) => a - b);
    const key = set.join();
    let to = kept.get(key);
    if (to === undefined) {
      to = { set, next: [], isKept: kept.size < MOST_KEPT };
      if (to.isKept) kept.set(key, to);
    }
    // What is not kept must not be held by what is.
    if (to.isKept) from.next[character] = to;
    return to;
  };
  return { start, step };
}

function tooLargeToFind(why: string): Refused {
  return new Refused(`${why}, which is too much to be looked for anywhere in a text: use smaller bounds`, 0);
}

/** Whether two ascending lists have a member in common. */
function meet(a: readonly number[], b: readonly number[]): boolean {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) return true;
    if (a[i]! < b[j]!) i++;
    else j++;
  }
  return false;
}

/** The class of the character that begins here; -1 for half of a surrogate pair that stands alone. */
function classAt(classes: CharClasses, text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return unit < 128 ? classes.ascii[unit]! : classOf(classes, text.codePointAt(at)!);
}

/** Whether a surrogate pair begins here. */
function isPairAt(text: string, at: number): boolean {
  const high = text.charCodeAt(at);
  if (!(high >= 0xd800 && high <= 0xdbff)) return false;
  const low = text.charCodeAt(at + 1);
  return low >= 0xdc00 && low <= 0xdfff;
}
