import type { IntakeBounds } from "./intake.ts";
import { isDigit } from "./json-number.ts";
import type { Value } from "./value.ts";

/** Texts that are longer, in UTF-16 code units, are for `JSON.parse`: it is quicker through long strings. */
const LONGEST = 4_096;

/**
 * The value of a short JSON text that is written plainly, as `JSON.stringify` writes what most callers send: no white space, nothing escaped, numbers
 * of a few digits, within the bounds. Undefined of every other text, whether it is JSON or not: it says nothing about those.
 */
export function readPlainJson(text: string, bounds: IntakeBounds): Value | undefined {
  if (text.length > LONGEST || text.length > bounds.text) return undefined;
  const reading = new PlainReading(text, bounds);
  const value = reading.value(bounds.depth);
  return reading.isWhole ? value : undefined;
}

/** One pass over a text. Where something is not plain it goes behind the end, so that the rest comes to nothing. */
class PlainReading {
  readonly #text: string;
  #at = 0;
  #keysLeft: number;

  constructor(text: string, bounds: IntakeBounds) {
    this.#text = text;
    this.#keysLeft = bounds.keys;
  }

  /** Whether all of the text was read, and all of it was plain. */
  get isWhole(): boolean {
    return this.#at === this.#text.length;
  }

  /** `depth` is how many levels there may be. */
  value(depth: number): Value {
    const unit = this.#text.charCodeAt(this.#at);
    if (unit === QUOTE) return this.#string();
    if (unit === OPEN_RECORD) return depth > 0 ? this.#record(depth - 1) : this.#notPlain(null);
    if (unit === OPEN_LIST) return depth > 0 ? this.#list(depth - 1) : this.#notPlain(null);
    if (unit === MINUS || isDigit(unit)) return this.#number();
    return this.#word();
  }

  #record(depth: number): Value {
    const record: Record<string, Value> = {};
    if (this.#isNext(CLOSE_RECORD)) return record;
    do {
      this.#at++;
      const name = this.#name();
      // What the record has already, or what `Object.prototype` lends: both are for a closer look.
      if (record[name] !== undefined || --this.#keysLeft < 0) return this.#notPlain(record);
      record[name] = this.value(depth);
    } while (this.#text.charCodeAt(this.#at) === COMMA);
    return this.#text.charCodeAt(this.#at++) === CLOSE_RECORD ? record : this.#notPlain(record);
  }

  #list(depth: number): Value {
    const list: Value[] = [];
    if (this.#isNext(CLOSE_LIST)) return list;
    do {
      this.#at++;
      list.push(this.value(depth));
    } while (this.#text.charCodeAt(this.#at) === COMMA);
    return this.#text.charCodeAt(this.#at++) === CLOSE_LIST ? list : this.#notPlain(list);
  }

  /** Whether the character after this one closes what was opened; then both are read. */
  #isNext(close: number): boolean {
    if (this.#text.charCodeAt(this.#at + 1) !== close) return false;
    this.#at += 2;
    return true;
  }

  #string(): string {
    const start = this.#at + 1;
    let end = start;
    for (let unit = this.#text.charCodeAt(end); unit !== QUOTE; unit = this.#text.charCodeAt(++end)) {
      if (!isPlain(unit)) return this.#notPlain("");
    }
    this.#at = end + 1;
    return this.#text.slice(start, end);
  }

  /** A name and the colon after it. */
  #name(): string {
    if (this.#text.charCodeAt(this.#at) !== QUOTE) return this.#notPlain("");
    const start = this.#at + 1;
    let end = start;
    let hash = 0;
    for (let unit = this.#text.charCodeAt(end); unit !== QUOTE; unit = this.#text.charCodeAt(++end)) {
      if (!isPlain(unit)) return this.#notPlain("");
      hash = (hash * 31 + unit) | 0;
    }
    if (this.#text.charCodeAt(end + 1) !== COLON) return this.#notPlain("");
    this.#at = end + 2;
    const place = hash & (KEPT - 1);
    const known = names[place] as string;
    if (known.length === end - start && this.#text.startsWith(known, start)) return known;
    const name = this.#text.slice(start, end);
    if (name.length <= LONGEST_NAME) names[place] = asName(name);
    return name;
  }

  #number(): Value {
    const start = this.#at;
    const isNegative = this.#text.charCodeAt(start) === MINUS;
    const first = isNegative ? start + 1 : start;
    let end = first;
    let value = 0;
    for (let unit = this.#text.charCodeAt(end); isDigit(unit); unit = this.#text.charCodeAt(++end)) {
      value = value * 10 + unit - ZERO;
    }
    const hasZero = end - first > 1 && this.#text.charCodeAt(first) === ZERO;
    // A fraction or an exponent would follow here, and is not what may follow a value.
    if (end === first || end - first > MOST_DIGITS || hasZero) return this.#notPlain(0);
    this.#at = end;
    return isNegative ? -value : value;
  }

  #word(): Value {
    for (const [word, value] of words) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return value;
    }
    return this.#notPlain(null);
  }

  #notPlain<T>(value: T): T {
    this.#at = Number.POSITIVE_INFINITY;
    return value;
  }
}

/** Of a string: no control character, no escape, no surrogate and not its end (NaN). */
function isPlain(unit: number): boolean {
  return unit >= 0x20 && unit < 0xd800 && unit !== BACKSLASH;
}

/** Whole numbers of so many digits are held exactly. */
const MOST_DIGITS = 15;

/**
 * Names that were read before. As names of fields, engines keep one text of each, and find that out by hashing it; a name that is kept here has been found
 * out already.
 */
const KEPT = 512;
const LONGEST_NAME = 64;
const names: string[] = new Array<string>(KEPT).fill("");

/** The text that an engine keeps for fields of this name. */
function asName(text: string): string {
  return Object.keys({ [text]: 0 })[0] as string;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const ZERO = 0x30;
const OPEN_RECORD = 0x7b;
const CLOSE_RECORD = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;

const words: readonly (readonly [string, Value])[] = [
  ["true", true],
  ["false", false],
  ["null", null],
];
