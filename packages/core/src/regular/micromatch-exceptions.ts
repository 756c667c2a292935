/**
 * Where globs differ from micromatch 4.0.8 with `{ dot: true, noextglob: true, posix: true }` on purpose: the one list, printed in
 * docs/decisions/0002-pattern-engine.md. The differential tests and the oracles leave out what a row names, and count it.
 */
export interface GlobException {
  readonly id: string;
  readonly reason: string;
  readonly applies: (pattern: string, text: string) => boolean;
}

/** Patterns that micromatch answers from a table of its own, of stars and dots with plain extensions. */
const tabled = /^(?:\*|\.\*|\*\.\*|\*\/\*|\*\*|\*\*\/\*|\*\*\/\*\.\*|\*\*\/\.\*)(?:\.\w+)*$/;

export const globExceptions: readonly GlobException[] = [
  {
    id: "dot segment",
    reason: "no text with a `.` or `..` segment matches here; there, only stars refuse it, and `?` and classes take it",
    applies: (_pattern, text) => /(?:^|\/)\.\.?(?:\/|$)/.test(text),
  },
  {
    id: "equal text",
    reason: "there a text equal to the pattern always matches, and a class also matches its own spelling",
    applies: (pattern, text) => /[*?{[\\]/.test(pattern) && (text === pattern || /[[\]{}*?\\]/.test(text)),
  },
  {
    id: "code points",
    reason: "there `?` and classes see UTF-16 units",
    applies: (_pattern, text) => /[\u{10000}-\u{10ffff}]/u.test(text),
  },
  {
    id: "line breaks",
    reason: "there `**` stops at a line break",
    applies: (_pattern, text) => /[\n\r\u2028\u2029]/.test(text),
  },
  {
    id: "from the root",
    reason:
      "`**/` is any number of segments also behind a leading slash: `/**/.env` matches `/.env`, which a deny must not miss",
    applies: (pattern) => pattern.startsWith("/**/"),
  },
  {
    id: "tabled patterns",
    reason:
      "there `**.js` crosses segments, `*.*` wants text behind the dot, and `*.js` takes a slash at the end; `a**.js` does none of it",
    applies: (pattern) => tabled.test(pattern) && /\./.test(pattern),
  },
  {
    id: "escaped letters",
    reason: "there `\\d` reaches the regular expression as a class; here a backslash makes every character literal",
    applies: (pattern) => /\\[A-Za-z0-9]/.test(pattern) || /\\\\/.test(pattern),
  },
  {
    id: "spanning range",
    reason: "there a class whose range spans the slash, `[.-0]`, matches it",
    applies: (pattern) => /\[.*-.*\]/.test(pattern) && /\[[^\]]*[!-.]-[0-~]/.test(pattern),
  },
  {
    id: "dot and star in braces",
    reason: "there a star behind a dot in braces refuses a text that goes on with a dot or slash",
    applies: (pattern) => /\{[^}]*\.\*/.test(pattern),
  },
];
