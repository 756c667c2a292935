import { describeRefusal } from "./intake-refusal.ts";
import { isDigit, isExact } from "./json-number.ts";
import { readPlainJson } from "./plain-json.ts";
import type { Value } from "./value.ts";

/** How much one JSON text may hold. */
export interface IntakeBounds {
  /** UTF-8 bytes of the whole. */
  readonly bytes: number;
  /** Lists and records within one another. */
  readonly depth: number;
  /** Fields of all records together. */
  readonly keys: number;
  /** UTF-16 code units of one string or name, as it is written. */
  readonly text: number;
}

/** Of what a caller sends: 4 MiB, 64 levels, 100,000 fields. */
export const intakeBounds: IntakeBounds = Object.freeze({
  bytes: 4 * 1024 * 1024,
  depth: 64,
  keys: 100_000,
  text: 4 * 1024 * 1024,
});

/** What a text is: a JSON value, or why it was refused. `malformed` is no JSON at all; `unsafe` is JSON that two readers may read differently. */
export type Intake =
  | { readonly kind: "value"; readonly value: Value }
  | { readonly kind: "refused"; readonly fault: "malformed" | "unsafe" | "oversize"; readonly why: string };

/**
 * Reads a JSON text (RFC 8259) strictly, in linear time. What is decided on is what is done, so whatever another reader could take for
 * something else is refused: duplicate keys, `__proto__`, lone surrogates, bytes that are not UTF-8, numbers that JSON.stringify would
 * write with another value, more than the bounds allow. Never throws, whatever it is given.
 *
 * What is taken is exactly what `JSON.parse` gives. Of texts that are not written plainly (`plain-json.ts`), one look over the text comes before,
 * and one over the value after; only where either finds something is the text read once more, to say what.
 */
export function intake(text: Uint8Array | string, bounds: IntakeBounds = intakeBounds): Intake {
  try {
    if (exceeds(text, bounds.bytes)) {
      return { kind: "refused", fault: "oversize", why: `the message is larger than ${bounds.bytes} bytes` };
    }
    const read = typeof text === "string" ? text : utf8.decode(text);
    const value = readPlainJson(read, bounds) ?? strictly(read, bounds);
    return value === undefined ? describeRefusal(read, bounds) : { kind: "value", value };
  } catch {
    return { kind: "refused", fault: "malformed", why: "the message is not UTF-8" };
  }
}

/** The value of a text; undefined where it is to be refused. */
function strictly(text: string, bounds: IntakeBounds): Value | undefined {
  const written = fieldsWritten(text, bounds);
  if (written < 0 || !text.isWellFormed()) return undefined;
  let value: Value;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  // A key that stands twice leaves one field.
  return fieldsRead(value, mayEscapeSurrogate(text)) === written ? value : undefined;
}

/**
 * How many fields a JSON text writes down; negative where it breaks a bound, or holds a number that is not held exactly. Before anything
 * is parsed, so that depth and size are bounded whatever the parser does. Of a text that is no JSON it says nothing of use.
 */
function fieldsWritten(text: string, bounds: IntakeBounds): number {
  let fields = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      const end = closingQuote(text, at + 1);
      if (end < 0 || end - at - 1 > bounds.text) return -1;
      at = end;
    } else if (unit === COLON) {
      if (++fields > bounds.keys) return -1;
    } else if (unit === OPEN_RECORD || unit === OPEN_LIST) {
      if (++depth > bounds.depth) return -1;
    } else if (unit === CLOSE_RECORD || unit === CLOSE_LIST) {
      depth--;
    } else if (isDigit(unit) || unit === MINUS) {
      const end = endOfNumber(text, at);
      if (end < 0) return -1;
      at = end - 1;
    }
  }
  return fields;
}

/** The offset of the quote that ends a string, -1 where none does. Linear: each backslash stands before one quote only. */
function closingQuote(text: string, from: number): number {
  for (let end = text.indexOf('"', from); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return end;
  }
  return -1;
}

/** Of so many digits every decimal number is held exactly, since a double holds 15 (C's DBL_DIG). */
const SURELY_EXACT = 15;

/** The offset behind a number that begins at `start`, -1 where it would not be held exactly. */
function endOfNumber(text: string, start: number): number {
  let end = endOfDigits(text, start + 1);
  if (text.charCodeAt(end) === POINT) end = endOfDigits(text, end + 1);
  const next = text.charCodeAt(end);
  if (next !== SMALL_E && next !== LARGE_E && end - start <= SURELY_EXACT) return end;
  lexeme.lastIndex = start;
  const [written = ""] = lexeme.exec(text) ?? [];
  return isExact(written) ? start + written.length : -1;
}

function endOfDigits(text: string, from: number): number {
  let end = from;
  while (isDigit(text.charCodeAt(end))) end++;
  return end;
}

/** How many fields a value has; negative where one is called `__proto__` or, with `texts`, where a text holds half of a surrogate pair. */
function fieldsRead(value: Value, texts: boolean): number {
  if (typeof value === "string") return texts && !value.isWellFormed() ? Number.NEGATIVE_INFINITY : 0;
  if (typeof value !== "object" || value === null) return 0;
  if (Array.isArray(value)) {
    let fields = 0;
    for (let at = 0; at < value.length; at++) fields += fieldsRead(value[at], texts);
    return fields;
  }
  let fields = 0;
  for (const key in value) {
    if (!isOwn.call(value, key)) continue;
    fields++;
    if (key === "__proto__" || (texts && !key.isWellFormed())) return Number.NEGATIVE_INFINITY;
    const part = (value as { readonly [key: string]: Value })[key] as Value;
    if (texts || typeof part === "object") fields += fieldsRead(part, texts);
  }
  return fields;
}

// In a loop over the names of the same object it costs nothing, while `Object.keys` and `Object.hasOwn` do.
const isOwn = Object.prototype.hasOwnProperty;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const MINUS = 0x2d;
const POINT = 0x2e;
const SMALL_E = 0x65;
const LARGE_E = 0x45;
const OPEN_RECORD = 0x7b;
const CLOSE_RECORD = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;

const lexeme = /[-+.0-9eE]+/y;

/** Whether a text may hold half of a surrogate pair once it is read. */
function mayEscapeSurrogate(text: string): boolean {
  // Most texts escape nothing, which is found out fastest like this.
  return text.includes("\\u") && /\\u[dD][89a-fA-F]/.test(text);
}

function exceeds(text: Uint8Array | string, bytes: number): boolean {
  if (typeof text !== "string") return text.byteLength > bytes;
  // A UTF-16 unit takes at most three bytes: only a text near the bound is worth encoding.
  return text.length * 3 > bytes && new TextEncoder().encode(text).byteLength > bytes;
}

// Keeps a byte order mark, which is then no JSON.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
