import { anything, charactersOf, ranges } from "./charset.ts";
import { type Dialect, parseExpression } from "./expression.ts";
import { type Compiled, compilePattern } from "./match.ts";
import { type CompiledSearch, compileSearch } from "./search.ts";
import type { Regular } from "./syntax.ts";

/**
 * Regular expressions
 *
 * Characters, classes `[a-z]`, `[^a-z]`, alternatives `a|b`, groups `(…)` and `(?:…)`, repetition `*`, `+`, `?`, `{2}`, `{2,}`,
 * `{2,5}`. `.` is any character, also a line break. `\d`, `\w`, `\s` and `\D`, `\W`, `\S` are about ASCII; `\n`, `\t`, `\x2F`,
 * `\u{1F600}` name a character; a backslash makes any other sign literal. The whole text must match, so there are no anchors.
 * Look-around, back-references, lazy and possessive repetition and word boundaries are refused: matching is linear in the text.
 */
export function compileRegex(source: string): Compiled {
  return compilePattern(source, parseRegex);
}

/** Prepares looking for such an expression anywhere in a text. */
export function compileRegexSearch(source: string): CompiledSearch {
  return compileSearch(source, parseRegex);
}

/** The tree of an expression. Throws `Refused`. */
export function parseRegex(source: string): Regular {
  return parseExpression(source, policyDialect);
}

const policyDialect: Dialect = {
  dot: anything,
  space: charactersOf(" \t\n\v\f\r"),
  letters: { n: "\n", t: "\t" },
  // Every printable ASCII character but letters and digits, so that a typing mistake like `\y` does not pass as a `y`.
  literals: ranges([0x20, 0x2f], [0x3a, 0x40], [0x5b, 0x60], [0x7b, 0x7e]),
  anchors: false,
  ecmascript: false,
};
