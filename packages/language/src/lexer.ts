import { type Diagnostic, diagnostic, type Source, type Span } from "@mcpolicy/diagnostics";
import { createTokenInstance, type ILexingResult, type IToken, Lexer, tokenMatcher } from "chevrotain";
import { codePointName, hiddenCharacter } from "./hidden-characters.ts";
import { dateValue, durationValue, numberValue, textValue } from "./literals.ts";
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

export interface Lexemes {
  readonly tokens: readonly IToken[];
  readonly comments: readonly CommentLexeme[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Longer texts are refused unread. In UTF-16 units. */
export const sizeLimit: number = 1024 * 1024;

let lexer: Lexer | undefined;

/**
 * Text to tokens, comments, and what is wrong with single words: numbers, texts, dates, spellings of other languages, hidden
 * characters. A wrong word becomes a token of the sort that was meant, so that the parser goes on. Never throws.
 */
export function lex(source: Source): Lexemes {
  const { name: file, text } = source;
  if (text.length > sizeLimit) {
    const megabytes = (text.length / sizeLimit).toFixed(1);
    const found = diagnostic(
      "P0115",
      { file, start: 0, end: 0 },
      `this file is too big to be a policy: ${megabytes} MiB of text`,
    )
      .withNote("at most 1 MiB is read; nothing in this file was looked at")
      .withHelp("split it into several files and `import` them");
    return { tokens: [], comments: [], diagnostics: [found] };
  }
  lexer ??= new Lexer([...t.lexerTokens], { ensureOptimizations: true, positionTracking: "full" });
  // A byte order mark at the very start is no character of the text.
  const result = lexer.tokenize(text.startsWith("\ufeff") ? ` ${text.slice(1)}` : text);
  const tokens = joinBrokenWords(result, text);
  place(tokens, text);
  return {
    tokens,
    comments: commentLexemes(result.groups["comments"] ?? [], tokens, text),
    diagnostics: [
      ...unknownCharacters(result, file, text),
      ...hiddenCharacters(file, text),
      ...foreignWords([...tokens, ...(result.groups["foreign"] ?? [])], file),
      ...tokens.flatMap((token) => literalMistakes(token, file)),
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

/** `naïve` is one word with one wrong letter, not two words. */
function joinBrokenWords(result: ILexingResult, text: string): IToken[] {
  if (result.errors.length === 0) return result.tokens;
  const letters = /^[\p{L}\p{M}\p{N}]+$/u;
  const gaps = new Map(
    result.errors
      .filter((error) => letters.test(text.slice(error.offset, error.offset + error.length)))
      .map((error) => [error.offset, error.offset + error.length]),
  );
  const joined: IToken[] = [];
  for (const token of result.tokens) {
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

function* unknownCharacters({ errors }: ILexingResult, file: string, text: string): Iterable<Diagnostic> {
  for (const { offset, length } of errors) {
    const image = text.slice(offset, offset + length);
    // Those have a message of their own.
    if (image.replace(hiddenCharacter, "") === "") continue;
    const shown = image.length > 20 ? `${[...image].slice(0, 20).join("")}…` : image;
    const span = { file, start: offset, end: offset + length };
    const found = diagnostic("P0112", span, `\`${shown}\` is not part of the language`);
    yield /\p{L}/u.test(image)
      ? found
          .withLabel("not an ASCII letter")
          .withHelp('names have ASCII letters; any other name stands in quotes, as in `fs."größe"`')
      : found.withLabel("leave this out");
  }
}

function* hiddenCharacters(file: string, text: string): Iterable<Diagnostic> {
  for (const match of text.matchAll(hiddenCharacter)) {
    if (match.index === 0 && match[0] === "\ufeff") continue;
    const span = { file, start: match.index, end: match.index + match[0].length };
    const code = codePointName(match[0]);
    yield diagnostic("P0113", span, `this text holds a character that cannot be seen: ${code}`)
      .withLabel(`${code} stands here`)
      .withNote("with it the text may read differently from what it says")
      .withHelp(`remove it; in a quoted text write \`\\u{${code.slice(2)}}\` where it is meant`);
  }
}

const foreignHelp: ReadonlyMap<unknown, string> = new Map(t.foreignSpellings.map((row) => [row.token, row.help]));

function* foreignWords(tokens: readonly IToken[], file: string): Iterable<Diagnostic> {
  for (const token of tokens) {
    const help = foreignHelp.get(token.tokenType);
    if (help === undefined) continue;
    const [line] = token.image.split("\n");
    const shown = line!.length > 20 ? `${line!.slice(0, 20)}…` : line!;
    yield diagnostic("P0112", spanOf(token, file), `\`${shown.replaceAll("`", "'")}\` is not part of the language`)
      .withLabel("another language's spelling")
      .withHelp(help);
  }
}

/** The source range of a token. */
export function spanOf(token: IToken, file: string): Span {
  return { file, start: token.startOffset, end: token.startOffset + token.image.length };
}

function literalMistakes(token: IToken, file: string): readonly Diagnostic[] {
  const span = spanOf(token, file);
  const { image } = token;
  switch (token.tokenType) {
    case t.BadNumber:
      return [
        diagnostic("P0108", span, `\`${image}\` is not a number, a duration or a size`)
          .withLabel("neither")
          .withHelp(
            "numbers: `10_000`, `1.5`; durations: `30s`, `5m`, `1h`, `7d`; sizes: `1KB`, `1KiB`, `1MB`, `1MiB`, `1GB`, `1GiB`",
          ),
      ];
    case t.BadText:
      return [
        diagnostic("P0109", span, 'a text is not closed: its line ends before the second `"`')
          .withLabel('no closing `"` in this line')
          .withHelp('close it with `"`; a line break inside a text is written `\\n`, a quote `\\"`'),
      ];
    case t.BadRegex:
      return [
        diagnostic("P0111", span, "a regular expression is not closed: its line ends before the second `/`")
          .withLabel("no closing `/` in this line")
          .withHelp(
            "close it with `/`, and write a slash inside as `\\/`; there is no division, and a comment begins with `//`",
          ),
      ];
    case t.Text:
      return image.includes("\\")
        ? textValue(image).problems.map(({ start, end, message, help }) =>
            diagnostic("P0110", { file, start: span.start + start, end: span.start + end }, message)
              .withLabel("no such escape")
              .withHelp(help),
          )
        : [];
    case t.DateText:
      return dateValue(image) === undefined
        ? [
            diagnostic("P0117", span, `there is no date \`${image}\``)
              .withLabel("not in the calendar")
              .withHelp("dates are written year, month, day: `2026-01-31`, or `2026-01-31T18:00Z`"),
          ]
        : [];
    case t.NumberText:
      return numberValue(image) === undefined
        ? [
            diagnostic("P0118", span, `\`${image}\` is out of range`)
              .withLabel("cannot be held exactly")
              .withHelp("whole numbers go up to 9007199254740991 (2^53 − 1) either way"),
          ]
        : [];
    case t.DurationText:
      return durationValue(image) === undefined
        ? [
            diagnostic("P0118", span, `\`${image}\` is out of range`)
              .withLabel("too long")
              .withHelp("durations go up to 2^53 − 1 milliseconds"),
          ]
        : [];
    default:
      return [];
  }
}
