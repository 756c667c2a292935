import { compileGlob } from "../regular/glob.ts";
import type { Truth } from "../truth.ts";
import { isPrepared, prepare } from "./prepared.ts";
import { isNot, type Reader, type Reading, reader } from "./reader.ts";
import type { ShellWord } from "./shell.ts";

/** A pattern over the words of a command: `git log **`. */
export interface CommandPattern {
  readonly prepared: "command";
  readonly source: string;
  readonly words: readonly WordPattern[];
}

/** One word; `**`, any number of words that do not begin with `-`; `-**`, any number of any words. */
export type WordPattern =
  | { readonly kind: "word"; readonly matches: (word: string) => Truth }
  | { readonly kind: "operands" | "anything" };

/** Words with spaces between, each a glob. A word without `* ? [ { \` stands for itself. */
export const command: Reader = reader("command", (value): Reading => {
  if (isPrepared(value, "command")) return { value };
  if (typeof value !== "string") return { why: isNot(value, "a command pattern") };
  const sources = wordsOf(value);
  if (sources.length === 0) return { why: "it has no words" };
  const words: WordPattern[] = [];
  for (const source of sources) {
    const word = wordPattern(source);
    if ("why" in word) return word;
    words.push(word);
  }
  return { value: prepare<CommandPattern>({ prepared: "command", source: value, words: Object.freeze(words) }) };
});

/** The words of such a pattern that are globs. */
export function commandGlobs(source: string): readonly string[] {
  return wordsOf(source).filter((word) => word !== "**" && word !== "-**" && isGlob(word));
}

function wordsOf(source: string): readonly string[] {
  return source.split(" ").filter((word) => word !== "");
}

function isGlob(word: string): boolean {
  return /[*?[\]{}\\]/.test(word);
}

function wordPattern(source: string): WordPattern | { readonly why: string } {
  if (source === "**") return { kind: "operands" };
  if (source === "-**") return { kind: "anything" };
  if (!isGlob(source)) return { kind: "word", matches: (word) => word === source };
  const compiled = compileGlob(source);
  if (!compiled.ok) return { why: `of its word \`${source}\`: ${compiled.error.message}` };
  const { matches } = compiled.pattern;
  return { kind: "word", matches: (word) => (hasDotSegment(word) ? undefined : matches(word)) };
}

/**
 * Whether no glob is tried on a word, since it may name a place that its spelling hides: `/w/../x` is not below `/w`, and is no reason to
 * say that `rm /w/**` is not what runs.
 */
function hasDotSegment(word: string): boolean {
  return /(?:^|\/)\.\.?(?:\/|$)/.test(word);
}

/**
 * Whether a pattern takes all the words; unknown where that hangs on a word with a `.` or `..` segment that meets a glob, or on what a
 * word that is not known (`undefined`: any number of words, with any text) expands to. In time linear in the number of words for a
 * fixed pattern: all places of the pattern at once.
 */
export function matchesCommand(pattern: CommandPattern, words: readonly ShellWord[]): Truth {
  const { words: parts } = pattern;
  const start = reach(parts, new Set([0]));
  let [sure, possible] = [start, start];
  for (const word of words) {
    const [nextSure, nextPossible] = [new Set<number>(), new Set<number>()];
    for (const place of possible) {
      const part = parts[place];
      if (word === undefined) for (let to = place; to <= parts.length; to++) nextPossible.add(to);
      const truth = takes(part, word);
      if (part === undefined || truth === false) continue;
      const to = part.kind === "word" ? place + 1 : place;
      nextPossible.add(to);
      if (truth === true && sure.has(place)) nextSure.add(to);
    }
    if (nextPossible.size === 0) return false;
    [sure, possible] = [reach(parts, nextSure), reach(parts, nextPossible)];
  }
  if (sure.has(parts.length)) return true;
  return possible.has(parts.length) ? undefined : false;
}

/** Whether one part of a pattern takes a word; of a word that is not known, only `-**` surely takes whatever it becomes. */
function takes(part: WordPattern | undefined, word: ShellWord): Truth {
  if (part === undefined) return false;
  if (part.kind === "anything") return true;
  if (word === undefined) return undefined;
  return part.kind === "word" ? part.matches(word) : !word.startsWith("-");
}

/** The places that are reached without a word: behind `**` and `-**`, which may stand for none. */
function reach(parts: readonly WordPattern[], places: Set<number>): Set<number> {
  for (const place of places) {
    const part = parts[place];
    if (part !== undefined && part.kind !== "word") places.add(place + 1);
  }
  return places;
}
