import { diagnostic, type Source, type Span } from "@mcpolicy/diagnostics";
import { createTokenInstance, type ILexingResult, type IToken, Lexer, tokenMatcher } from "chevrotain";
import { type Findings, findingsOf } from "./findings.ts";
import { foreignWords, hiddenCharacters, literalMistakes, unknownCharacters } from "./lexical-errors.ts";
import * as t from "./tokens.ts";

/** What the lexer adds to each token: where it stands in its line. */
export interface Placing {
  readonly isFirstInLine: boolean;
  /** UTF-16 units before it in its line. */
  readonly column: number;
}

/** `//` or `///` with its text, slashes gone. */
export interface CommentLexeme {
  readonly kind: "comment" | "doc";
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Whether a token stands before it in its line. */
  readonly isBehindToken: boolean;
}

interface Range {
  readonly offset: number;
  readonly length: number;
}

export interface Lexemes {
  readonly tokens: readonly IToken[];
  readonly comments: readonly CommentLexeme[];
  /** One for each sort of mistake. */
  readonly findings: readonly Findings[];
}

/** Longer texts are refused unread. In UTF-16 units. */
export const sizeLimit: number = 1024 * 1024;

/** Nor is a text with more tokens: reading it takes a few seconds at most. */
export const wordLimit: number = 250_000;

/** What is made of a text that is too long: nothing. */
function refused(file: string, size: string, limit: string): Lexemes {
  const found = diagnostic("P0115", { file, start: 0, end: 0 }, `this file is too big to be a policy: ${size}`)
    .withNote(`${limit}; nothing in this file counts`)
    .withHelp("split it into several files and `import` them");
  return { tokens: [], comments: [], findings: [{ first: [found], count: 1 }] };
}

let lexer: Lexer | undefined;

/**
 * Text to tokens, comments, and what is wrong with single words: numbers, texts, dates, spellings of other languages, hidden
 * characters. A wrong word becomes a token of the sort that was meant, so that the parser goes on. Never throws.
 */
export function lex(source: Source): Lexemes {
  const { name: file, text } = source;
  if (text.length > sizeLimit) {
    return refused(file, `${(text.length / sizeLimit).toFixed(1)} MiB of text`, "at most 1 MiB is read");
  }
  lexer ??= new Lexer([...t.lexerTokens], { ensureOptimizations: true, positionTracking: "full" });
  // A byte order mark at the very start is no character of the text.
  const result = lexer.tokenize(text.startsWith("\ufeff") ? ` ${text.slice(1)}` : text);
  const unknown = unknownRanges(result);
  const tokens = joinBrokenWords(result.tokens, unknown, text);
  if (tokens.length > wordLimit) {
    return refused(file, `${tokens.length} words and signs`, `at most ${wordLimit} are read`);
  }
  place(tokens, text);
  return {
    tokens,
    comments: commentLexemes(result.groups["comments"] ?? [], tokens, text),
    findings: [
      findingsOf(unknownCharacters(unknown, file, text)),
      findingsOf(hiddenCharacters(file, text)),
      findingsOf(foreignWords([...tokens, ...(result.groups["foreign"] ?? [])], file)),
      findingsOf(literalMistakes(tokens, file)),
    ],
  };
}

/** Where a token stands; tokens that recovery made stand where the token that they replace stood. */
export function placing(token: IToken): Placing {
  return token.payload as Placing;
}

function place(tokens: readonly IToken[], text: string): void {
  let lineStart = 0;
  let nextBreak = text.indexOf("\n");
  let previousLine = -1;
  for (const token of tokens) {
    while (nextBreak !== -1 && nextBreak < token.startOffset) {
      lineStart = nextBreak + 1;
      nextBreak = text.indexOf("\n", lineStart);
    }
    token.payload = {
      isFirstInLine: lineStart !== previousLine,
      column: token.startOffset - lineStart,
    } satisfies Placing;
    previousLine = lineStart;
  }
}

/** What begins no token, as ranges of the text. */
function unknownRanges(result: ILexingResult): readonly Range[] {
  const tokens = result.groups["unknown"] ?? [];
  return [...tokens.map(({ startOffset, image }) => ({ offset: startOffset, length: image.length })), ...result.errors];
}

/** `naïve` is one word with one wrong letter, not two words. */
function joinBrokenWords(tokens: readonly IToken[], unknown: readonly Range[], text: string): readonly IToken[] {
  if (unknown.length === 0) return tokens;
  const letters = /^[\p{L}\p{M}\p{N}]+$/u;
  const gaps = new Map(
    unknown
      .filter(({ offset, length }) => letters.test(text.slice(offset, offset + length)))
      .map(({ offset, length }) => [offset, offset + length]),
  );
  const joined: IToken[] = [];
  for (const token of tokens) {
    const before = joined.at(-1);
    const isWord = tokenMatcher(token, t.Word) || tokenMatcher(token, t.NumberText);
    if (
      before !== undefined &&
      isWord &&
      tokenMatcher(before, t.Word) &&
      gaps.get(before.endOffset! + 1) === token.startOffset
    ) {
      joined[joined.length - 1] = tokenFrom(before, t.Name, text.slice(before.startOffset, token.endOffset! + 1));
    } else joined.push(token);
  }
  return joined;
}

/** A token of another sort or spelling in the place of `token`. */
export function tokenFrom(
  token: IToken,
  type: IToken["tokenType"],
  image: string = token.image,
  start: number = token.startOffset,
): IToken {
  const nan = Number.NaN;
  const made = createTokenInstance(type, image, start, start + image.length - 1, nan, nan, nan, nan);
  made.payload = token.payload;
  return made;
}

function commentLexemes(comments: readonly IToken[], tokens: readonly IToken[], text: string): CommentLexeme[] {
  let before = -1;
  return comments.map((token) => {
    while (before + 1 < tokens.length && tokens[before + 1]!.startOffset < token.startOffset) before += 1;
    const isDoc = token.tokenType === t.Doc;
    const start = token.startOffset;
    return {
      kind: isDoc ? "doc" : "comment",
      text: token.image
        .slice(isDoc ? 3 : 2)
        .replace(/^ /, "")
        .trimEnd(),
      start,
      end: start + token.image.length,
      isBehindToken: before >= 0 && !hasLineBreak(text, tokens[before]!.endOffset! + 1, start),
    };
  });
}

function hasLineBreak(text: string, start: number, end: number): boolean {
  const at = text.indexOf("\n", start);
  return at !== -1 && at < end;
}

/** The source range of a token. */
export function spanOf(token: IToken, file: string): Span {
  return { file, start: token.startOffset, end: token.startOffset + token.image.length };
}
