import { compileGlob } from "../regular/glob.ts";
import { isPrepared, prepare } from "./prepared.ts";
import { isNot, type Reader, type Reading, reader } from "./reader.ts";

/** A pattern over the words of a command: `git log **`. */
export interface CommandPattern {
  readonly prepared: "command";
  readonly source: string;
  readonly words: readonly WordPattern[];
}

/** One word; `**`, any number of words that do not begin with `-`; `-**`, any number of any words. */
export type WordPattern =
  | { readonly kind: "word"; readonly matches: (word: string) => boolean }
  | { readonly kind: "operands" | "anything" };

/** Words with spaces between, each a glob. A word without `* ? [ { \` stands for itself. */
export const command: Reader = reader("command", (value): Reading => {
  if (isPrepared(value, "command")) return { value };
  if (typeof value !== "string") return { why: isNot(value, "a command pattern") };
  const sources = value.split(" ").filter((word) => word !== "");
  if (sources.length === 0) return { why: "it has no words" };
  const words: WordPattern[] = [];
  for (const source of sources) {
    const word = wordPattern(source);
    if ("why" in word) return word;
    words.push(word);
  }
  return { value: prepare<CommandPattern>({ prepared: "command", source: value, words: Object.freeze(words) }) };
});

function wordPattern(source: string): WordPattern | { readonly why: string } {
  if (source === "**") return { kind: "operands" };
  if (source === "-**") return { kind: "anything" };
  if (!/[*?[\]{}\\]/.test(source)) return { kind: "word", matches: (word) => word === source };
  const compiled = compileGlob(source);
  if (!compiled.ok) return { why: `of its word \`${source}\`: ${compiled.error.message}` };
  return { kind: "word", matches: compiled.pattern.matches };
}

/** Whether a pattern takes all the words, in time linear in their number for a fixed pattern: all places of the pattern at once. */
export function matchesCommand(pattern: CommandPattern, words: readonly string[]): boolean {
  const { words: parts } = pattern;
  let places = reach(parts, new Set([0]));
  for (const word of words) {
    const next = new Set<number>();
    for (const place of places) {
      const part = parts[place];
      if (part === undefined) continue;
      if (part.kind === "word") {
        if (part.matches(word)) next.add(place + 1);
      } else if (part.kind === "anything" || !word.startsWith("-")) next.add(place);
    }
    if (next.size === 0) return false;
    places = reach(parts, next);
  }
  return places.has(parts.length);
}

/** The places that are reached without a word: behind `**` and `-**`, which may stand for none. */
function reach(parts: readonly WordPattern[], places: Set<number>): Set<number> {
  for (const place of places) {
    const part = parts[place];
    if (part !== undefined && part.kind !== "word") places.add(place + 1);
  }
  return places;
}
