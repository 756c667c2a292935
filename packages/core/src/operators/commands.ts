import { type CommandPattern, matchesCommand } from "../readers/command.ts";
import { type ShellCommands, shellCommands } from "../readers/shell.ts";
import { any, or, type Truth } from "../truth.ts";
import { call, type Operator } from "./operator.ts";

/** Commands, by their words. */
export const commands: readonly Operator[] = [
  {
    id: "runs",
    spelling: "runs",
    level: "comparison",
    signatures: [["words", "command+", "bool"]],
    narrowingOnly: false,
    summary:
      "True where the text is one plain command whose words match the pattern, or any of them: each word is a glob, `**` any number of words that do not begin with `-`, `-**` any number of any words. Unknown where that hangs on a word with a `.` or `..` segment and a glob.",
    examples: [
      ["npm test", ["npm test"], true],
      ["npm  'test'", ["npm install", "npm test"], true],
      ["npm test -- -u", ["npm test"], false],
      ["git log src docs", ["git log **"], true],
      ["git log --output=/etc/x", ["git log **"], false],
      ["git log --oneline src", ["git log -**"], true],
      [["rm", "-rf", "/"], ["rm -**"], true],
      ["git log; rm -rf /", ["git log -**"], undefined],
      ["echo $HOME", ["echo **"], undefined],
      ["rm /w/../x", ["rm /w/**"], undefined],
    ],
    evaluate: (words: readonly string[], patterns: readonly CommandPattern[]) =>
      any(patterns.map((pattern) => matchesCommand(pattern, words))),
    partial: true,
    emit: call("runs"),
    toSet: "opaque",
  },
  {
    id: "invokes",
    spelling: "invokes",
    level: "comparison",
    signatures: [
      ["string", "command+", "bool"],
      ["list<string>", "command+", "bool"],
    ],
    narrowingOnly: true,
    summary:
      "True where some simple command of the text, in a list, a pipe, a group or a subshell, behind assignments and redirections, runs the pattern, or any of them. Unknown where that hangs on an expansion. What a command runs in turn (`sudo`, `xargs`, `sh -c`) is not looked into. A list of strings is the words of one command.",
    examples: [
      ["cd /tmp && rm -rf x", ["rm -**"], true],
      ["(A=b rm x >/dev/null; true) | cat", ["rm -**"], true],
      ["echo 'rm -rf /'", ["rm -**"], false],
      ["echo $HOME", ["rm -**"], false],
      [["rm", "x"], ["rm -**"], true],
      ["rm $X", ["rm -**"], true],
      ["rm $X", ["rm /w/**"], undefined],
      ["$X rm", ["rm -**"], undefined],
      ["$(echo rm) x", ["rm -**"], undefined],
      ["ls; rm /w/../x", ["rm /w/**"], undefined],
    ],
    evaluate: (of: string | readonly string[], patterns: readonly CommandPattern[]) => {
      const { commands, complete } = typeof of === "string" ? shellCommands(of) : commandOf(of);
      let found: Truth = complete ? false : undefined;
      for (const words of commands) for (const pattern of patterns) found = or(found, matchesCommand(pattern, words));
      return found;
    },
    partial: true,
    emit: call("invokes"),
    toSet: "opaque",
  },
];

/** The words of one command. One that no program gets as it is written (NUL, half of a surrogate pair) is not known. */
function commandOf(words: readonly string[]): ShellCommands {
  const known = words.map((word) => (word.isWellFormed() && !word.includes("\0") ? word : undefined));
  return { commands: words.length === 0 ? [] : [known], complete: true };
}
