import { type CharSet, charactersOf, complement, pairsOf, ranges, union } from "./charset.ts";
import {
  type Assertion,
  assertion,
  choice,
  DEEPEST_NESTING,
  MOST_POSITIONS,
  oneOf,
  Refused,
  type Regular,
  repeat,
  sequence,
  tooLarge,
} from "./syntax.ts";

/**
 * What tells one notation for regular expressions from another. The grammar of classes, groups, alternatives and repetition is
 * shared; a dialect says what its shorthands mean and which forms it takes besides.
 */
export interface Dialect {
  /** What `.` matches. */
  readonly dot: CharSet;
  /** What `\s` matches. */
  readonly space: CharSet;
  /** Escapes of one letter that name one character: `n`, `t`. */
  readonly letters: Readonly<Record<string, string>>;
  /** What a backslash may make literal. */
  readonly literals: CharSet;
  /** Whether `^` and `$` stand for the start and end of the text. */
  readonly anchors: boolean;
  /** Whether `a*?` is taken (as `a*`: which texts match is the same), and named groups, and `\cA`, `\uXXXX`. */
  readonly ecmascript: boolean;
}

const digits = ranges([0x30, 0x39]);
const words = union(digits, ranges([0x41, 0x5a], [0x61, 0x7a]), charactersOf("_"));

const noLookAround = "look-around is not supported: matching must stay linear in the text";
const noBackReference = "back-references are not supported: matching must stay linear in the text";
const noBoundary = "word boundaries (`\\b`, `\\B`) are not supported: name the characters around instead";
const wholeText = "anchors are not needed: the whole text must match; write `\\^` or `\\$` for the character";

/** Reads an expression of a dialect into a tree. Throws `Refused`, with an offset in UTF-16 units. */
export function parseExpression(source: string, dialect: Dialect): Regular {
  let at = 0;
  let depth = 0;

  const refuse = (message: string, offset: number): never => {
    throw new Refused(message, offset);
  };
  const peek = (text: string): boolean => source.startsWith(text, at);
  const eat = (text: string): boolean => {
    if (!peek(text)) return false;
    at += text.length;
    return true;
  };
  const next = (): string => {
    const character = String.fromCodePoint(source.codePointAt(at)!);
    if (!character.isWellFormed()) refuse("a lone surrogate is not a character", at);
    at += character.length;
    return character;
  };

  const alternatives = (): Regular => {
    const options = [terms()];
    while (eat("|")) options.push(terms());
    return choice(...options);
  };

  const terms = (): Regular => {
    const parts: Regular[] = [];
    while (at < source.length && !peek("|") && !peek(")")) parts.push(term());
    return sequence(...parts);
  };

  const term = (): Regular => {
    const start = at;
    const body = atom();
    const bounds = quantifier();
    if (bounds === undefined) return body;
    if (body.kind === "assertion") refuse("nothing is repeated here: an anchor is not a character", start);
    const repeated = repeat(body, ...bounds);
    if (repeated.positions > MOST_POSITIONS) refuse(tooLarge(repeated.positions, MOST_POSITIONS), start);
    if (peek("?")) {
      if (!dialect.ecmascript)
        refuse("lazy repetition is not supported, and means the same for a whole text: leave the `?` out", at);
      at += 1;
    }
    if (peek("+")) refuse("possessive repetition is not supported: leave the second sign out", at);
    if (peek("*") || peek("{") || peek("?")) refuse("this repeats a repetition: write a group, `(?:…)*`", at);
    return repeated;
  };

  const quantifier = (): readonly [min: number, max: number] | undefined => {
    if (eat("*")) return [0, Number.POSITIVE_INFINITY];
    if (eat("+")) return [1, Number.POSITIVE_INFINITY];
    if (eat("?")) return [0, 1];
    if (!peek("{")) return undefined;
    const bounds = /^\{(\d+)(?:(,)(\d*))?\}/.exec(source.slice(at, at + 64));
    if (bounds === null)
      return refuse("`{` starts a repetition, `{2}`, `{2,}` or `{2,5}`; write `\\{` for a brace", at);
    const min = Number(bounds[1]);
    const max = bounds[2] === undefined ? min : bounds[3] === "" ? Number.POSITIVE_INFINITY : Number(bounds[3]);
    if (max < min) refuse("the second bound of this repetition is below the first", at);
    const largest = max === Number.POSITIVE_INFINITY ? min : max;
    if (largest > MOST_POSITIONS) refuse(tooLarge(largest, MOST_POSITIONS), at);
    at += bounds[0].length;
    return [min, max];
  };

  const atom = (): Regular => {
    const start = at;
    const character = next();
    switch (character) {
      case ".":
        return oneOf(dialect.dot);
      case "(":
        return group(start);
      case "[":
        return oneOf(characterClass(start));
      case "\\":
        return oneOf(escaped(start, false).set);
      case "^":
        return anchor("begin", start);
      case "$":
        return anchor("end", start);
      case "*":
      case "+":
      case "?":
        return refuse(`nothing is repeated here: put something in front, or write \`\\${character}\``, start);
      case "{":
        return refuse("nothing is repeated here: put something in front, or write `\\{`", start);
      case "}":
      case "]":
        return refuse(`this \`${character}\` closes nothing; write \`\\${character}\``, start);
      default:
        return oneOf(charactersOf(character));
    }
  };

  const anchor = (where: Assertion, start: number): Regular => {
    if (!dialect.anchors) refuse(wholeText, start);
    return assertion(where);
  };

  const group = (start: number): Regular => {
    if (peek("?=") || peek("?!") || peek("?<=") || peek("?<!")) refuse(noLookAround, start);
    if (peek("?") && !eat("?:")) {
      const name = /^\?<[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*>/u.exec(source.slice(at, at + 256));
      if (name === null) refuse("groups are `(…)` or `(?:…)`; no flags, conditions or atomic groups", start);
      else if (!dialect.ecmascript) refuse("groups have no names here, as nothing refers to them: write `(…)`", start);
      else at += name[0].length;
    }
    depth += 1;
    if (depth > DEEPEST_NESTING) refuse("groups are nested too deeply", start);
    const body = alternatives();
    depth -= 1;
    if (!eat(")")) refuse("this `(` is never closed; write `\\(` for a parenthesis", start);
    return body;
  };

  const characterClass = (start: number): CharSet => {
    const negated = eat("^");
    const sets: CharSet[] = [];
    const first = at;
    while (!peek("]")) {
      const offset = at;
      const low = member(start);
      // A hyphen that is not between two members is itself.
      if (!peek("-") || source.startsWith("-]", at)) {
        sets.push(low.set);
        continue;
      }
      at += 1;
      const high = member(start);
      if (low.only === undefined || high.only === undefined) {
        refuse("a range goes from one character to another; write the hyphen last, or `\\-`", offset);
      } else if (high.only < low.only) {
        refuse("this range of a class runs backwards", offset);
      } else {
        sets.push(ranges([low.only, high.only]));
      }
    }
    if (at === first && !dialect.ecmascript)
      refuse("an empty class matches nothing; write `\\]` for a bracket in it", start);
    at += 1;
    const set = union(...sets);
    return negated ? complement(set) : set;
  };

  const member = (start: number): Escaped => {
    if (at >= source.length) refuse("this `[` is never closed; write `\\[` for a bracket", start);
    const offset = at;
    if (!dialect.ecmascript && peek("[:")) refuse("POSIX classes are not supported: write the ranges, `[a-z]`", offset);
    const character = next();
    return character === "\\" ? escaped(offset, true) : single(character.codePointAt(0)!);
  };

  const escaped = (start: number, inClass: boolean): Escaped => {
    if (at >= source.length) refuse("an expression cannot end in a backslash; write `\\\\` for one", start);
    const character = next();
    const shorthand = shorthands(dialect)[character];
    if (shorthand !== undefined) return { set: shorthand, only: undefined };
    const letter = dialect.letters[character];
    if (letter !== undefined) return single(letter.codePointAt(0)!);
    if (character === "x") return single(hex(/^[0-9A-Fa-f]{2}/, "`\\x` takes two hexadecimal digits, `\\x2F`", start));
    if (character === "u") return single(unicode(start));
    if (dialect.ecmascript && character === "c") {
      const control = /^[A-Za-z]/.exec(source.slice(at, at + 1));
      if (control === null) refuse("`\\c` takes a letter", start);
      return single(next().charCodeAt(0) % 32);
    }
    if (dialect.ecmascript && character === "0" && !/^\d/.test(source.slice(at, at + 1))) return single(0);
    if (dialect.ecmascript && inClass && character === "b") return single(8);
    if (dialect.ecmascript && inClass && character === "-") return single(0x2d);
    if (/[1-9]/.test(character) || (character === "k" && dialect.ecmascript)) refuse(noBackReference, start);
    if (character === "b" || character === "B") refuse(noBoundary, start);
    if (character === "p" || character === "P") refuse("Unicode properties are not supported: write the ranges", start);
    const code = character.codePointAt(0)!;
    if (!pairsOf(dialect.literals).some(([low, high]) => low <= code && code <= high)) {
      refuse(`\`\\${character}\` has no meaning here; a backslash makes only signs literal`, start);
    }
    return single(code);
  };

  const unicode = (start: number): number => {
    if (peek("{")) {
      at += 1;
      const code = hex(/^[0-9A-Fa-f]{1,6}(?=\})/, "`\\u{…}` takes up to six hexadecimal digits, `\\u{1F600}`", start);
      at += 1;
      return code;
    }
    const taken = "`\\u` takes a code point in braces, `\\u{1F600}`";
    if (!dialect.ecmascript) return refuse(taken, start);
    const high = hexUnit();
    if (high === undefined) return refuse("`\\u` takes four hexadecimal digits, or braces", start);
    at += 4;
    if (high >= 0xd800 && high <= 0xdbff && peek("\\u")) {
      at += 2;
      const low = hexUnit();
      if (low !== undefined && low >= 0xdc00 && low <= 0xdfff) {
        at += 4;
        return (high - 0xd800) * 0x400 + (low - 0xdc00) + 0x10000;
      }
      at -= 2;
    }
    return valid(high, start);
  };

  const hexUnit = (): number | undefined => {
    const found = /^[0-9A-Fa-f]{4}/.exec(source.slice(at, at + 4));
    return found === null ? undefined : Number.parseInt(found[0], 16);
  };

  const hex = (shape: RegExp, message: string, start: number): number => {
    const found = shape.exec(source.slice(at, at + 8));
    if (found === null) return refuse(message, start);
    at += found[0].length;
    return valid(Number.parseInt(found[0], 16), start);
  };

  const valid = (code: number, start: number): number => {
    if (code > 0x10ffff) refuse("there is no such code point: the last is `\\u{10FFFF}`", start);
    if (code >= 0xd800 && code <= 0xdfff)
      refuse("a surrogate is not a character; name the code point, `\\u{1F600}`", start);
    return code;
  };

  const tree = alternatives();
  if (at < source.length) refuse("this `)` closes nothing; write `\\)` for a parenthesis", at);
  if (tree.positions > MOST_POSITIONS) refuse(tooLarge(tree.positions, MOST_POSITIONS), 0);
  return tree;
}

/** What an escape or a member of a class stands for; `only` where that is one character, which may bound a range. */
interface Escaped {
  readonly set: CharSet;
  readonly only: number | undefined;
}

function single(code: number): Escaped {
  return { set: ranges([code, code]), only: code };
}

function shorthands({ space }: Dialect): Readonly<Record<string, CharSet>> {
  return {
    d: digits,
    D: complement(digits),
    w: words,
    W: complement(words),
    s: space,
    S: complement(space),
  };
}
