import type { CharSet } from "./charset.ts";
import { classOf } from "./classes.ts";
import { codePointOf, type Text } from "./code-points.ts";
import { type Dfa, intersect, toDfa } from "./dfa.ts";
import { toNfa } from "./nfa.ts";
import { simulator } from "./simulator.ts";
import { MOST_POSITIONS, type PatternError, Refused, type Regular, tooLarge, tooManyStates } from "./syntax.ts";

/** A compiled glob or regular expression: a set of texts. Immutable, and safe to share. */
export interface Pattern {
  /** As it was written. */
  readonly source: string;
  /** Whether the whole text is in the set, in time linear in its length. A text with a lone surrogate never is. */
  readonly matches: (text: string) => boolean;
  /** The set as an automaton, for proofs; `undefined` where it has more than 10,000 states, and the matcher simulates. */
  readonly dfa: Dfa | undefined;
}

export type Compiled =
  | { readonly ok: true; readonly pattern: Pattern }
  | { readonly ok: false; readonly error: PatternError };

/** The most positions a pattern may have whose automaton is too large, since each may cost a step for each character. */
export const MOST_SIMULATED = 2_000;

/**
 * Reads a source with `parse` and compiles the tree; what `parse` refuses becomes an error value. `within`, where given, is a set
 * to which the texts that match are confined.
 */
export function compilePattern(source: string, parse: (source: string) => Regular, within?: Dfa): Compiled {
  try {
    return { ok: true, pattern: patternOf(source, parse(source), within) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { ok: false, error: { message: error.message, offset: error.offset } };
  }
}

function patternOf(source: string, tree: Regular, within: Dfa | undefined): Pattern {
  if (tree.positions > MOST_POSITIONS) throw new Refused(tooLarge(tree.positions, MOST_POSITIONS), 0);
  const nfa = toNfa(tree);
  const whole = toDfa(nfa);
  const dfa = whole !== undefined && within !== undefined ? intersect(whole, within) : whole;
  if (dfa !== undefined) {
    const literal = literalOf(tree);
    const matches = tableMatcher(dfa);
    return { source, dfa, matches: literal !== undefined && matches(literal) ? (text) => text === literal : matches };
  }
  if (tree.positions > MOST_SIMULATED) throw new Refused(tooManyStates(tree.positions, MOST_SIMULATED), 0);
  const follow = simulator(nfa);
  const confine = within === undefined ? () => true : tableMatcher(within);
  return { source, dfa: undefined, matches: (text) => confine(text) && follow(text) };
}

/** The one text that the tree matches, where it is plain; the empty text does not count. */
function literalOf(tree: Regular): string | undefined {
  if (tree.kind !== "sequence") return undefined;
  const parts = tree.parts.flatMap((part) => (part.kind === "sequence" ? part.parts : [part]));
  const plain = parts.filter((part) => !(part.kind === "assertion" && part.where === "more"));
  const characters = plain.map((part) => (part.kind === "set" ? onlyMember(part.set) : undefined));
  if (characters.length === 0 || characters.includes(undefined)) return undefined;
  // With "more" at the end nothing would match.
  return parts.at(-1)?.kind === "set" ? characters.join("") : undefined;
}

function onlyMember(set: CharSet): string | undefined {
  return set.length === 2 && set[0] === set[1] ? String.fromCodePoint(set[0]!) : undefined;
}

/** The hot loop: one table look-up a character, out at the first one that decides. */
export function tableMatcher(dfa: Dfa): (text: Text) => boolean {
  const { classes, accepts } = dfa;
  const { ascii, count } = classes;
  // Rows are addressed by their offset, which saves a multiplication a character.
  const rows = dfa.next.map((state) => state * count);
  const start = dfa.start * count;
  const dead = dfa.dead * count;
  return (text) => {
    let row = start;
    for (let index = 0; index < text.length; index += 1) {
      const unit = text.charCodeAt(index);
      let character: number;
      if (unit < 128) {
        character = ascii[unit]!;
      } else {
        const codePoint = codePointOf(text, index, unit);
        if (codePoint < 0) return false;
        if (codePoint > 0xffff) index += 1;
        character = classOf(classes, codePoint);
      }
      row = rows[row + character]!;
      if (row === dead) return false;
    }
    return accepts[row / count] === 1;
  };
}
