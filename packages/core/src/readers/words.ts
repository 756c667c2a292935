import { endOfRun, isLetterOrDigit } from "../detectors/characters.ts";
import type { Value } from "../value.ts";
import { isNot, type Reader, type Reading, reader } from "./reader.ts";

/**
 * A command line as its words, for text that a POSIX shell would split into plain words and run as one simple command (XCU §2.2,
 * §2.6): an operator, expansion, redirection, comment, assignment, glob or newline makes it unreadable. A list of strings is taken as
 * the words themselves, since no shell splits it.
 */
export const words: Reader = reader("words", (value): Reading => {
  if (Array.isArray(value)) return listOfWords(value);
  if (typeof value !== "string") return { why: isNot(value, "a command") };
  return split(value);
});

function listOfWords(items: readonly Value[]): Reading {
  if (items.length === 0) return { why: "it has no words" };
  for (const item of items) {
    if (typeof item !== "string") return { why: `one of its words ${isNot(item, "text").slice(3)}` };
    const problem = wordProblem(item);
    if (problem !== "") return { why: problem };
  }
  return items[0] === "" ? { why: "its first word is empty" } : { value: items };
}

/** NUL ends an argument early; lone surrogates reach a program as something else. */
function wordProblem(word: string): string {
  if (word.includes("\0")) return "it has the control character U+0000";
  return word.isWellFormed() ? "" : "it has half of a surrogate pair";
}

/** Characters that mean something outside quotes, other than themselves: of each what it means. */
// biome-ignore format: table
const meanings: readonly (readonly [characters: string, meaning: (character: string) => string])[] = [
  ["|&;()", (character) => `it has the shell operator \`${character}\``],
  ["<>",    () => "it redirects input or output"],
  ["$`",    () => "it has an expansion"],
  ["*?[",   (character) => `it has the glob character \`${character}\``],
  ["{}",    () => "it has a brace"],
  ["!",     () => "it has a `!`, which some shells expand"],
  ["^",     () => "it has a `^`, which some shells take for an operator"],
];

const special = "|&;()<>$`*?[{}!^";

function meaningOf(character: string): string {
  return meanings.find(([characters]) => characters.includes(character))?.[1](character) ?? "";
}

/** One pass, a character at a time; quotes are removed as a shell does. */
function split(text: string): Reading {
  const problem = wordProblem(text);
  if (problem !== "") return { why: problem };
  const found: string[] = [];
  let word: string | undefined; // undefined between words: '' is a word
  let isPlain = true; // of the word so far: nothing in it was quoted, nor an `=`
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if (character === " " || character === "\t") {
      if (word !== undefined) found.push(word);
      word = undefined;
      isPlain = true;
      continue;
    }
    if (isControl(character)) return { why: character === "\n" ? "it has a newline" : "it has a control character" };
    if (character === "'") {
      const end = text.indexOf("'", at + 1);
      if (end < 0) return { why: "it has an open quote" };
      const quoted = text.slice(at + 1, end);
      if (quoted.includes("\n")) return { why: "it has a newline" };
      word = (word ?? "") + quoted;
      isPlain = false;
      at = end;
    } else if (character === '"') {
      const quoted = doubleQuoted(text, at + 1);
      if ("why" in quoted) return quoted;
      word = (word ?? "") + quoted.word;
      isPlain = false;
      at = quoted.end;
    } else if (character === "\\") {
      const next = text[at + 1];
      if (next === undefined || isControl(next))
        return { why: "it has a backslash before nothing that it could quote" };
      word = (word ?? "") + next;
      isPlain = false;
      at++;
    } else {
      if (special.includes(character)) return { why: meaningOf(character) };
      if (word === undefined && character === "#") return { why: "it has a comment" };
      if (character === "~" && (word === undefined || text[at - 1] === "=" || text[at - 1] === ":"))
        return { why: "it has an expansion" };
      if (character === "=" && isPlain && found.length === 0 && isName(word)) return { why: "it sets a variable" };
      if (character === "=") isPlain = false;
      const end = endOfRun(text, at + 1, isOrdinary);
      word = (word ?? "") + text.slice(at, end);
      at = end - 1;
    }
  }
  if (word !== undefined) found.push(word);
  if (found.length === 0) return { why: "it has no words" };
  if (found[0] === "") return { why: "its first word is empty" };
  if (reserved.has(found[0] as string)) return { why: `\`${found[0]}\` is a word of the shell's own grammar` };
  return { value: found };
}

/** A letter, a digit or a mark that means nothing but itself within a word, to any shell. */
export function isOrdinary(unit: number): boolean {
  return isLetterOrDigit(unit) || marks.has(unit);
}

const marks: ReadonlySet<number> = new Set(Array.from("_./,:@%+-", (each) => each.charCodeAt(0)));

/** XCU §2.4; `coproc`, `function`, `select`, `time` and `[[` are those of common shells. */
const reserved: ReadonlySet<string> = new Set(
  "if then else elif fi do done case esac while until for in function select time coproc [[ ]]".split(" "),
);

/** What stands between double quotes, up to the one that closes them: `\` quotes only `$`, a backtick, `"` and itself (XCU §2.2.3). */
function doubleQuoted(
  text: string,
  from: number,
): { readonly word: string; readonly end: number } | { readonly why: string } {
  let word = "";
  for (let at = from; at < text.length; at++) {
    const character = text[at] as string;
    if (character === '"') return { word, end: at };
    if (character === "\n") return { why: "it has a newline" };
    if (character === "$" || character === "`") return { why: "it has an expansion" };
    if (character === "!") return { why: meaningOf(character) };
    if (character === "\\" && '$`"\\'.includes(text[at + 1] ?? " ")) {
      word += text[at + 1];
      at++;
    } else word += character;
  }
  return { why: "it has an open quote" };
}

function isControl(character: string): boolean {
  return character < " " || (character >= "\u007f" && character <= "\u009f");
}

/** What may stand left of `=` in an assignment (XCU §3.216), `+=` of common shells included. */
function isName(word: string | undefined): boolean {
  return word !== undefined && /^[A-Za-z_][A-Za-z0-9_]*\+?$/.test(word);
}
