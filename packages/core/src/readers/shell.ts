import { endOfRun } from "../detectors/characters.ts";
import { isOrdinary } from "./words.ts";

/** A word of a simple command; undefined where an expansion makes any number of words of it, with any text. */
export type ShellWord = string | undefined;

/** The simple commands of a shell text, and whether they are all that it can run. */
export interface ShellCommands {
  readonly commands: readonly (readonly ShellWord[])[];
  /** False where a substitution, an open quote or the like leaves open what else runs. */
  readonly complete: boolean;
}

/**
 * Every simple command in the lists, pipes, groups and subshells of a text (POSIX XCU §2.9), without its redirections and
 * assignments. Where it errs it finds a command too many or calls itself incomplete: it serves rules that forbid, never one that
 * grants. What a command runs in turn (`sudo`, `xargs`, `sh -c`) is not looked into. Never throws; one pass.
 */
export function shellCommands(text: string): ShellCommands {
  const commands: (readonly ShellWord[])[] = [];
  let complete = text.isWellFormed();
  let words: ShellWord[] = [];
  let prefix = ""; // the last word of the shell's own grammar before the command
  let word: string | undefined; // undefined between words
  let isKnown = true; // of the word so far: nothing in it expands
  let isPlain = true; // of the word so far: nothing in it was quoted
  let isSettled = false; // of the word so far: it had its first `=`, which tells whether it sets a variable
  let isAssignment = false; // of the word so far: it sets a variable, if it stands before the command
  let isTarget = false; // the next word is the file of a redirection

  const endCommand = (): void => {
    if (words.length > 0) commands.push(words);
    words = [];
    prefix = "";
    isTarget = false;
  };
  const endWord = (): void => {
    if (word === undefined) return;
    const isBare = isKnown && isPlain;
    if (isTarget) isTarget = false;
    else if (isBare && openers.has(word)) endCommand();
    else if (words.length === 0 && isBare && grammar.has(word)) prefix = word;
    else if (words.length === 0 && prefix === "time" && word.startsWith("-")) prefix = "time";
    else if (words.length > 0 || !isAssignment) words.push(isKnown ? word : undefined);
    word = undefined;
    isKnown = true;
    isPlain = true;
    isSettled = false;
    isAssignment = false;
  };
  const expand = (): void => {
    word ??= "";
    isKnown = false;
  };
  const lose = (): void => {
    complete = false;
    expand();
  };

  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if (character === " " || character === "\t") endWord();
    else if (separators.has(character)) {
      // Behind `@`, `+` or the like a parenthesis may go on with a pattern, where a shell has those of ksh.
      if (character === "(" && /[@+!*?]$/.test(word ?? "")) lose();
      if (character === "`") complete = false;
      endWord();
      endCommand();
    } else if (character === "<" || character === ">") {
      if (word !== undefined && isKnown && isPlain && /^[0-9]{1,9}$/.test(word)) word = undefined; // the descriptor
      endWord();
      if (text.startsWith("<<", at) && text[at + 2] !== "<") complete = false; // what follows may be text, not commands
      while (/[<>&|]/.test(text[at + 1] ?? "")) at++;
      isTarget = true;
    } else if (character === "'" || character === '"') {
      const end = closing(text, at);
      const quoted = text.slice(at + 1, end);
      word ??= "";
      const hidden = character === '"' ? expansionIn(quoted) : "none";
      if (end === text.length || hidden === "any") lose();
      else if (hidden === "words") expand();
      else word += character === '"' ? quoted.replace(/\\([\\"$`])/g, "$1").replaceAll("\\\n", "") : quoted;
      isPlain = false;
      at = end;
    } else if (character === "\\") {
      const next = text[at + 1];
      if (next === undefined) lose();
      else if (next !== "\n") {
        word = (word ?? "") + next;
        isPlain = false;
      }
      at++;
    } else if (character === "#" && word === undefined) {
      const end = text.indexOf("\n", at);
      at = (end < 0 ? text.length : end) - 1;
    } else if (character === "$") {
      const length = parameterAt(text, at);
      if (length === 0) lose();
      else expand();
      at += Math.max(length - 1, 0);
    } else {
      if (character === "=" && !isSettled) {
        isSettled = true;
        isAssignment = isKnown && isPlain && /^[A-Za-z_][A-Za-z0-9_]*\+?$/.test(word ?? "");
      }
      const meaning = meaningOf(character, word, text[at - 1], text[at + 1]);
      if (meaning === "any") lose();
      else if (meaning === "words") expand();
      const end = endOfRun(text, at + 1, isOrdinary);
      word = (word ?? "") + text.slice(at, end);
      at = end - 1;
    }
  }
  endWord();
  endCommand();
  return { commands, complete };
}

/** What ends a simple command. A backtick begins or ends one of its own. */
const separators: ReadonlySet<string> = new Set(["\n", ";", "&", "|", "(", ")", "`"]);

/** Words behind which a command begins wherever they stand: `for x do rm x`, `function f { rm x`. */
const openers: ReadonlySet<string> = new Set(["{", "do"]);

/** What else may stand before the words of a simple command: words of the grammar (XCU §2.4). */
const grammar: ReadonlySet<string> = new Set(
  "! } if then else elif fi done case esac while until for in function select time coproc".split(" "),
);

/** What something makes of the word that it stands in: nothing, any words, or perhaps commands of its own. */
type Expansion = "none" | "words" | "any";

/** A character outside quotes: a glob, a brace list, a home, a control character, history. */
function meaningOf(
  character: string,
  word: string | undefined,
  before: string | undefined,
  after: string | undefined,
): Expansion {
  const standsAlone = word === undefined && (after === undefined || /[\s;&|()<>]/.test(after));
  if ("{}[!".includes(character) && standsAlone) return "none";
  if (character === "!") return "any";
  if ("*?[{}".includes(character)) return "words";
  if (character < " " || (character >= "\u007f" && character <= "\u009f")) return "words";
  const isHome = character === "~" && (word === undefined || before === "=" || before === ":");
  return isHome ? "words" : "none";
}

/** `$x`, `${x}`, `$1`, `$@`: what stands for words alone. Anything else behind a `$` may run commands. */
const parameter = "\\$(?:[A-Za-z_][A-Za-z0-9_]*|\\{[A-Za-z_][A-Za-z0-9_]*\\}|[0-9@*#?$-])";
const parameterHere = new RegExp(parameter, "y");
const parameters = new RegExp(parameter, "g");

/** The length of the parameter at a place; 0 where there is none. */
function parameterAt(text: string, at: number): number {
  parameterHere.lastIndex = at;
  return parameterHere.exec(text)?.[0].length ?? 0;
}

/** What stands between double quotes (XCU §2.2.3). */
function expansionIn(quoted: string): Expansion {
  const bare = quoted.replace(/\\[\\"$`\n]/g, "");
  const rest = bare.replace(parameters, "");
  if (/[$`!]/.test(rest)) return "any";
  return rest === bare ? "none" : "words";
}

/** The place of the quote that closes the one at an offset; the text's length where none does. */
function closing(text: string, open: number): number {
  const quote = text[open] as string;
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] === quote) return at;
    if (quote === '"' && text[at] === "\\") at++;
  }
  return text.length;
}
