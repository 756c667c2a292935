import { type Diagnostic, diagnostic } from "@mcpolicy/diagnostics";
import type { IToken, TokenType } from "chevrotain";
import { codePointName, hiddenRun } from "./hidden-characters.ts";
import { dateValue, durationValue, numberValue, textValue } from "./literals.ts";
import * as t from "./tokens.ts";

/** What is wrong inside single words. Each sort gives its mistakes in the order of the text, unmade until they are asked for. */
type Mistakes = Iterable<() => Diagnostic>;

/** Characters that begin no token: what the lexer stepped over. */
export function* unknownCharacters(
  gaps: readonly { readonly offset: number; readonly length: number }[],
  file: string,
  text: string,
): Mistakes {
  for (const { offset, length } of gaps) {
    const image = text.slice(offset, offset + length);
    // Those have a message of their own.
    if (image.replace(hiddenRun, "") === "") continue;
    yield () => {
      const found = diagnostic(
        "P0112",
        { file, start: offset, end: offset + length },
        `${shown(image)} is not part of the language`,
      );
      return /\p{L}/u.test(image)
        ? found
            .withLabel("not an ASCII letter")
            .withHelp('names have ASCII letters; any other name stands in quotes, as in `fs."größe"`')
        : found.withLabel("leave this out");
    };
  }
}

/** Characters that cannot be seen, wherever they stand: in comments too. */
export function* hiddenCharacters(file: string, text: string): Mistakes {
  const start = text.startsWith("\ufeff") ? 1 : 0;
  for (const { 0: characters, index: at } of text.slice(start).matchAll(hiddenRun)) {
    const index = at + start;
    yield () => {
      const code = codePointName(characters);
      return diagnostic(
        "P0113",
        { file, start: index, end: index + characters.length },
        `this text holds a character that cannot be seen: ${code}`,
      )
        .withLabel(`${code} stands here`)
        .withNote("with it the text may read differently from what it says")
        .withHelp(`remove it; in a quoted text write \`\\u{${code.slice(2)}}\` where it is meant`);
    };
  }
}

const foreignHelp: ReadonlyMap<TokenType, string> = new Map(t.foreignSpellings.map((row) => [row.token, row.help]));

/** Spellings of other languages. */
export function* foreignWords(tokens: readonly IToken[], file: string): Mistakes {
  for (const { tokenType, startOffset, image } of tokens) {
    const help = foreignHelp.get(tokenType);
    if (help === undefined) continue;
    yield () =>
      diagnostic(
        "P0112",
        { file, start: startOffset, end: startOffset + image.length },
        `${shown(image)} is not part of the language`,
      )
        .withLabel("another language's spelling")
        .withHelp(help);
  }
}

interface Mistake {
  readonly code: string;
  readonly message: string;
  readonly label: string;
  readonly help: string;
  /** Relative to the literal; all of it where it is left out. */
  readonly start?: number;
  readonly end?: number;
}

/** Literals that cannot be what they look like, by their tokens. */
const literalMistakesOf: ReadonlyMap<TokenType, (image: string) => readonly Mistake[]> = new Map<
  TokenType,
  (image: string) => readonly Mistake[]
>([
  [
    t.BadNumber,
    (image: string) => [
      {
        code: "P0108",
        message: `${shown(image)} is not a number, a duration or a size`,
        label: "neither",
        help: "numbers: `10_000`, `1.5`; durations: `30s`, `5m`, `1h`, `7d`; sizes: `1KB`, `1KiB`, `1MB`, `1MiB`, `1GB`, `1GiB`",
      },
    ],
  ],
  [
    t.BadText,
    () => [
      {
        code: "P0109",
        message: 'a text is not closed: its line ends before the second `"`',
        label: 'no closing `"` in this line',
        help: 'close it with `"`; a line break inside a text is written `\\n`, a quote `\\"`',
      },
    ],
  ],
  [
    t.BadRegex,
    () => [
      {
        code: "P0111",
        message: "a regular expression is not closed: its line ends before the second `/`",
        label: "no closing `/` in this line",
        help: "close it with `/`, and write a slash inside as `\\/`; there is no division, and a comment begins with `//`",
      },
    ],
  ],
  [
    t.Text,
    (image: string) =>
      image.includes("\\")
        ? textValue(image).problems.map((each) => ({ code: "P0110", label: "no such escape", ...each }))
        : [],
  ],
  [
    t.DateText,
    (image: string) =>
      unless(dateValue(image), {
        code: "P0117",
        message: `there is no date \`${image}\``,
        label: "not in the calendar",
        help: "dates are written year, month, day: `2026-01-31`, or `2026-01-31T18:00Z`",
      }),
  ],
  [
    t.NumberText,
    (image: string) =>
      unless(numberValue(image), {
        code: "P0118",
        message: `${shown(image)} is out of range`,
        label: "cannot be held exactly",
        help: "whole numbers go up to 9007199254740991 (2^53 − 1) either way",
      }),
  ],
  [
    t.DurationText,
    (image: string) =>
      unless(durationValue(image), {
        code: "P0118",
        message: `${shown(image)} is out of range`,
        label: "too long",
        help: "durations go up to 2^53 − 1 milliseconds",
      }),
  ],
]);

function unless(value: number | undefined, mistake: Mistake): readonly Mistake[] {
  return value === undefined ? [mistake] : [];
}

/** Numbers, texts, dates and patterns that are none. */
export function* literalMistakes(tokens: readonly IToken[], file: string): Mistakes {
  for (const { tokenType, startOffset, image } of tokens) {
    for (const { code, message, label, help, start = 0, end = image.length } of literalMistakesOf.get(tokenType)?.(
      image,
    ) ?? []) {
      yield () =>
        diagnostic(code, { file, start: startOffset + start, end: startOffset + end }, message)
          .withLabel(label)
          .withHelp(help);
    }
  }
}

/** The beginning of a text's first line, in backticks. */
function shown(text: string): string {
  const [line] = text.slice(0, 100).split("\n");
  const characters = [...line!];
  const cut = characters.length > 20 ? `${characters.slice(0, 20).join("")}…` : line!;
  return `\`${cut.replaceAll("`", "'")}\``;
}
