import { anything, type CharSet, charactersOf, complement, ranges, union, without } from "./charset.ts";
import { type Dfa, toDfa } from "./dfa.ts";
import { type Compiled, compilePattern } from "./match.ts";
import { toNfa } from "./nfa.ts";
import {
  assertion,
  choice,
  DEEPEST_NESTING,
  emptyText,
  oneOf,
  Refused,
  type Regular,
  repeat,
  sequence,
} from "./syntax.ts";

/**
 * Globs
 *
 * `*` stays within a segment; `**` alone in a segment crosses segments, beside text it is `*`; `**` and a slash may stand for no
 * segment at all; `?` is one character but `/`; `[a-z]` and `[!a-z]` never match `/`; `{a,b}` is either, and nests; `\x` is x itself.
 * A leading dot is a character like any other, but a text with a `.` or `..` segment matches no glob: `/w/**` never takes
 * `/w/../etc`. The whole text must match, and the empty text matches no glob.
 *
 * The corners equal micromatch's under `{ dot: true, noextglob: true, posix: true }`, as docs/decisions/0002-pattern-engine.md
 * tells with the exceptions. What micromatch gives another meaning (negation, ranges, extended globs, POSIX classes) is refused.
 */
export function compileGlob(text: string): Compiled {
  return compilePattern(text, parseGlob, noDotSegments);
}

/** Reads a glob into a tree. Throws `Refused`. */
export function parseGlob(text: string): Regular {
  const tokens = tokenize(text);
  refuseDotSegments(tokens);
  return sequence(assertion("more"), toTree(tokens), optionalSlash(text, tokens));
}

/** `depth` counts the braces around a token: a comma separates, and braces bound a segment, only inside of them. */
interface Token {
  readonly kind: "character" | "slash" | "any" | "class" | "star" | "twoStars" | "open" | "comma" | "close";
  readonly set: CharSet;
  readonly text: string;
  readonly offset: number;
  readonly depth: number;
}

const slashSet = charactersOf("/");
const notSlash = complement(slashSet);
const slash = oneOf(slashSet);
const anyText = repeat(oneOf(anything), 0, Number.POSITIVE_INFINITY);
const withinSegment = repeat(oneOf(notSlash), 0, Number.POSITIVE_INFINITY);

/** The texts of which no segment is `.` or `..`. */
export const noDotSegments: Dfa = ((): Dfa => {
  const dot = oneOf(charactersOf("."));
  const other = oneOf(without(notSlash, charactersOf(".")));
  const segment = choice(
    emptyText,
    sequence(other, withinSegment),
    sequence(dot, other, withinSegment),
    sequence(dot, dot, oneOf(notSlash), withinSegment),
  );
  return toDfa(toNfa(sequence(segment, repeat(sequence(slash, segment), 0, Number.POSITIVE_INFINITY))))!;
})();

// biome-ignore format: table
const refusedCharacters: Readonly<Record<string, string>> = {
  "(": "groups and extended globs like `@(a|b)` are not supported: write `{a,b}`, or `\\(` for a parenthesis",
  ")": "groups and extended globs are not supported: write `{a,b}`, or `\\)` for a parenthesis",
  "|": "alternatives are written `{a,b}`; write `\\|` for a bar",
  "+": "`+` repeats nothing in a glob; write `\\+` for a plus sign",
  "]": "this `]` closes no class; write `\\]` for a bracket",
  "\"": "quotes do not quote in a glob; write `\\\"` for a quotation mark",
};

function tokenize(text: string): readonly Token[] {
  if (text === "") throw new Refused("an empty glob matches nothing", 0);
  if (text.startsWith("!")) throw new Refused("a glob cannot be negated: use `not`, or write `\\!` for a mark", 0);
  const tokens: Token[] = [];
  const opened: { offset: number; commas: number }[] = [];
  const add = (kind: Token["kind"], offset: number, set: CharSet, spelled: string): void => {
    tokens.push({ kind, offset, set, text: spelled, depth: opened.length });
  };

  for (let offset = 0; offset < text.length; ) {
    const character = characterAt(text, offset);
    const start = offset;
    offset += character.length;
    switch (character) {
      case "\\": {
        if (offset === text.length) throw new Refused("a glob cannot end in a backslash; write `\\\\` for one", start);
        const escaped = characterAt(text, offset);
        offset += escaped.length;
        add(escaped === "/" ? "slash" : "character", start, charactersOf(escaped), escaped);
        break;
      }
      case "/":
        add("slash", start, slashSet, "/");
        break;
      case "?":
        add("any", start, notSlash, "?");
        break;
      case "*": {
        while (text[offset] === "*") offset += 1;
        const stars = offset - start;
        if (stars > 2) throw new Refused("more than two stars mean nothing: write `*` or `**`", start);
        add(stars === 1 ? "star" : "twoStars", start, anything, "*");
        break;
      }
      case "[": {
        const read = readClass(text, start);
        add("class", start, read.set, text.slice(start, read.end));
        offset = read.end;
        break;
      }
      case "{":
        if (opened.length === DEEPEST_NESTING) throw new Refused("braces are nested too deeply", start);
        opened.push({ offset: start, commas: 0 });
        add("open", start, [], "{");
        break;
      case ",":
        if (opened.length === 0) {
          add("character", start, charactersOf(","), ",");
        } else {
          opened.at(-1)!.commas += 1;
          add("comma", start, [], ",");
        }
        break;
      case "}": {
        const open = opened.at(-1);
        if (open === undefined) throw new Refused("this `}` closes nothing; write `\\}` for a brace", start);
        if (open.commas === 0) {
          throw new Refused("braces hold two or more alternatives, `{a,b}`; write `\\{` for a brace", open.offset);
        }
        add("close", start, [], "}");
        opened.pop();
        break;
      }
      case ".":
        if (opened.length > 0 && text[offset] === ".") {
          throw new Refused("ranges like `{1..3}` are not supported: write each alternative, or a class", start);
        }
        add("character", start, charactersOf("."), ".");
        break;
      default: {
        const why = refusedCharacters[character];
        if (why !== undefined) throw new Refused(why, start);
        add("character", start, charactersOf(character), character);
      }
    }
  }
  const unclosed = opened.at(-1);
  if (unclosed !== undefined) throw new Refused("this `{` is never closed; write `\\{` for a brace", unclosed.offset);
  return tokens;
}

/** The class that starts at `start`. A `]` or `-` that stands first, and a `-` that stands last, is itself. */
function readClass(text: string, start: number): { set: CharSet; end: number } {
  let at = start + 1;
  const negated = text[at] === "!" || text[at] === "^";
  if (negated) at += 1;
  const pairs: [number, number][] = [];
  const first = at;
  const member = (): number => {
    if (at >= text.length) throw new Refused("this `[` is never closed; write `\\[` for a bracket", start);
    if (text.startsWith("[:", at)) throw new Refused("POSIX classes are not supported: write the ranges, `[a-z]`", at);
    if (text[at] === "\\") at += 1;
    if (at >= text.length) throw new Refused("this `[` is never closed; write `\\[` for a bracket", start);
    const character = characterAt(text, at);
    if (character === "/") throw new Refused("a class never matches `/`, so it cannot hold one", at);
    at += character.length;
    return character.codePointAt(0)!;
  };
  while (at === first || text[at] !== "]") {
    const offset = at;
    const low = member();
    if (text[at] !== "-" || at + 1 >= text.length || text[at + 1] === "]") {
      pairs.push([low, low]);
      continue;
    }
    at += 1;
    const high = member();
    if (high < low) throw new Refused("this range of a class runs backwards", offset);
    pairs.push([low, high]);
  }
  const set = ranges(...pairs);
  return { set: negated ? complement(union(set, slashSet)) : without(set, slashSet), end: at + 1 };
}

/** A code point of the text. A lone surrogate is refused: no text that is matched ever holds one. */
function characterAt(text: string, offset: number): string {
  const character = String.fromCodePoint(text.codePointAt(offset)!);
  if (!character.isWellFormed()) throw new Refused("a lone surrogate is not a character", offset);
  return character;
}

/** As no text with a `.` or `..` segment matches, a glob with one would silently match nothing. */
function refuseDotSegments(tokens: readonly Token[]): void {
  let segment: Token[] = [];
  for (const token of [...tokens, undefined]) {
    if (token !== undefined && token.kind !== "slash") {
      segment.push(token);
      continue;
    }
    if (/^\.\.?$/.test(segment.map(({ kind, text }) => (kind === "character" ? text : "*")).join(""))) {
      const name = segment.map(({ text }) => text).join("");
      throw new Refused(
        `a text with a \`${name}\` segment matches no glob, so this one would match nothing`,
        segment[0]!.offset,
      );
    }
    segment = [];
  }
}

/** The tree of the tokens, `**` resolved by its neighbours. */
function toTree(tokens: readonly Token[]): Regular {
  // One entry an open brace: its finished alternatives, and the parts of the one being read.
  const groups: { options: Regular[]; parts: Regular[] }[] = [{ options: [], parts: [] }];
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at]!;
    const group = groups.at(-1)!;
    switch (token.kind) {
      case "character":
      case "slash":
      case "any":
      case "class":
        group.parts.push(oneOf(token.set));
        break;
      case "star":
        // A segment is never empty for a star: `a/*` does not match `a/`.
        if (startsSegment(tokens, at)) group.parts.push(assertion("more"));
        group.parts.push(withinSegment);
        break;
      case "twoStars": {
        const { replacesSlash, tree, next } = twoStars(tokens, at);
        if (replacesSlash) group.parts.pop();
        group.parts.push(tree);
        at = next - 1;
        break;
      }
      case "open":
        groups.push({ options: [], parts: [] });
        break;
      case "comma":
        group.options.push(sequence(...group.parts));
        group.parts = [];
        break;
      case "close":
        groups.pop();
        groups.at(-1)!.parts.push(choice(...group.options, sequence(...group.parts)));
        break;
    }
  }
  return sequence(...groups[0]!.parts);
}

function startsSegment(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1];
  if (before === undefined || before.kind === "slash") return true;
  if (before.text !== "." || before.kind !== "character") return false;
  return before.depth > 0 || tokens[at - 2] === undefined || tokens[at - 2]!.kind === "slash";
}

/** What the `**` at `at` stands for, whether that takes the place of the slash in front, and the token to go on with. */
function twoStars(
  tokens: readonly Token[],
  at: number,
): { readonly replacesSlash: boolean; readonly tree: Regular; readonly next: number } {
  if (!isLeftEdge(tokens, at) || !isRightEdge(tokens, at)) {
    return { replacesSlash: false, tree: withinSegment, next: at + 1 };
  }
  // `**/**` is `**`.
  let last = at;
  while (tokens[last + 1]?.kind === "slash" && tokens[last + 2]?.kind === "twoStars") {
    const after = tokens[last + 3];
    if (after !== undefined && after.kind !== "slash") break;
    last += 2;
  }
  const before = tokens[at - 1]?.kind;
  const after = tokens[last + 1]?.kind;
  const deeper = sequence(slash, anyText);
  const between = sequence(slash, anyText, slash);

  // `**/x`: x at any depth, also at none.
  if (before === undefined && after === "slash") {
    return { replacesSlash: false, tree: choice(emptyText, sequence(anyText, slash)), next: last + 2 };
  }
  // `d/**` is d and all below, but `d*/**` only what is below.
  if (before === "slash" && after === undefined) {
    const directory = tokens[at - 2]?.kind;
    const itself = directory !== undefined && directory !== "star" && directory !== "twoStars";
    return { replacesSlash: true, tree: itself ? choice(deeper, emptyText) : deeper, next: last + 1 };
  }
  // `a/**/b`: any number of segments between, also none. Where all that follows may be missing, `a` is enough.
  if (before === "slash" && after === "slash") {
    const alone = at >= 2 && last + 2 < tokens.length ? [assertion("end")] : [];
    return { replacesSlash: true, tree: choice(between, slash, ...alone), next: last + 2 };
  }
  // `**` on its own, or at an edge of braces, where the slash beside it stays.
  return { replacesSlash: false, tree: anyText, next: last + 1 };
}

function isLeftEdge(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1];
  return (
    before === undefined ||
    before.kind === "slash" ||
    (tokens[at]!.depth > 0 && (before.kind === "open" || before.kind === "comma"))
  );
}

function isRightEdge(tokens: readonly Token[], at: number): boolean {
  const after = tokens[at + 1];
  return after === undefined || ["slash", "open", "comma", "close"].includes(after.kind);
}

/**
 * A glob that ends in a star or a class also takes one slash behind its match, as a directory is sometimes written; but a glob of
 * one plain segment, like `a*`, does not.
 */
function optionalSlash(text: string, tokens: readonly Token[]): Regular {
  const last = tokens.at(-1)!;
  const endsOpen =
    last.kind === "class" ||
    last.kind === "star" ||
    (last.kind === "twoStars" && !isLeftEdge(tokens, tokens.length - 1));
  const plainSegment = !/^\*|[/[\]{}]/.test(text);
  return endsOpen && !plainSegment ? choice(emptyText, slash) : emptyText;
}
