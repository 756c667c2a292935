/** The simple commands of a shell text, and whether they are all that it can run. */
export interface ShellCommands {
  readonly commands: readonly (readonly string[])[];
  /** False where an expansion, an open quote or the like leaves open what else runs, or with which words. */
  readonly complete: boolean;
}

/**
 * Every simple command in the lists, pipes, groups and subshells of a text (POSIX XCU §2.9), without its redirections and
 * assignments. Where it errs it finds a command too many or calls itself incomplete: it serves rules that forbid, never one that
 * grants. What a command runs in turn (`sudo`, `xargs`, `sh -c`) is not looked into. Never throws; one pass.
 */
export function shellCommands(text: string): ShellCommands {
  const commands: (readonly string[])[] = [];
  let complete = text.isWellFormed();
  let words: string[] = [];
  let word: string | undefined; // undefined between words
  let isKnown = true; // of the command so far: each of its words is
  let isPlain = true; // of the word so far: nothing in it was quoted
  let isTarget = false; // the next word is the file of a redirection

  const endWord = (): void => {
    if (word === undefined) return;
    if (isTarget) isTarget = false;
    else if (words.length > 0 || !isPlain || !isPrefix(word)) words.push(word);
    word = undefined;
    isPlain = true;
  };
  const endCommand = (): void => {
    endWord();
    if (words.length > 0 && isKnown) commands.push(words);
    words = [];
    isKnown = true;
    isTarget = false;
  };
  const lose = (): void => {
    complete = false;
    isKnown = false;
    word ??= "";
  };

  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if (character === " " || character === "\t") endWord();
    else if (separators.has(character)) {
      if (character === "`") complete = false;
      endCommand();
    } else if (character === "<" || character === ">") {
      if (word !== undefined && /^[0-9]{1,9}$/.test(word) && isPlain) word = undefined;
      endWord();
      if (text.startsWith("<<", at) && text[at + 2] !== "<") complete = false; // what follows may be text, not commands
      while (/[<>&|]/.test(text[at + 1] ?? "")) at++;
      isTarget = true;
    } else if (character === "'" || character === '"') {
      const end = closing(text, at);
      const quoted = text.slice(at + 1, end);
      word ??= "";
      if (end === text.length || (character === '"' && /[$`!]/.test(quoted))) lose();
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
    } else {
      if (isExpansion(character, word, text[at - 1], text[at + 1])) lose();
      word = (word ?? "") + character;
    }
  }
  endCommand();
  return { commands, complete };
}

/** What ends a simple command. A backtick begins or ends one of its own. */
const separators: ReadonlySet<string> = new Set(["\n", ";", "&", "|", "(", ")", "`"]);

/** Whether a character outside quotes stands for something else: a parameter, a glob, a brace list, a home, a control character. */
function isExpansion(
  character: string,
  word: string | undefined,
  before: string | undefined,
  after: string | undefined,
): boolean {
  if ("$*?[".includes(character) || character < " " || (character >= "\u007f" && character <= "\u009f")) return true;
  if (character === "~") return word === undefined || before === "=" || before === ":";
  const standsAlone = word === undefined && (after === undefined || /[\s;&|()<>]/.test(after));
  return "{}!".includes(character) && !standsAlone;
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

/** What may stand before the words of a simple command: assignments, and words of the grammar (XCU §2.4). */
function isPrefix(word: string): boolean {
  return grammar.has(word) || /^[A-Za-z_][A-Za-z0-9_]*\+?=/.test(word);
}

const grammar: ReadonlySet<string> = new Set(
  "! { } if then else elif fi do done case esac while until for in function select time coproc".split(" "),
);
