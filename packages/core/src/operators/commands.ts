import { type CommandPattern, matchesCommand } from "../readers/command.ts";
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
      "True where the text is one plain command whose words match the pattern, or any of them: each word is a glob, `**` any number of words that do not begin with `-`, `-**` any number of any words.",
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
    ],
    evaluate: (words: readonly string[], patterns: readonly CommandPattern[]) =>
      patterns.some((pattern) => matchesCommand(pattern, words)),
    partial: false,
    emit: call("runs"),
    toSet: "opaque",
  },
];
