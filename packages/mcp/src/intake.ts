import type { JsonObject, Value } from "@mcpolicy/core";

/** How much one line may hold. */
export interface Bounds {
  /** UTF-8 bytes in one line. */
  readonly bytes: number;
  /** Lists and records within one another. */
  readonly depth: number;
}

/** Of a line that a caller sends: 4 MiB, 64 levels. */
export const callerBounds: Bounds = { bytes: 4 * 1024 * 1024, depth: 64 };

/** Of a line that a server sends: results carry files. 16 MiB, 64 levels. */
export const serverBounds: Bounds = { bytes: 16 * 1024 * 1024, depth: 64 };

/** What one line is: a JSON value, or why it was refused. `malformed` is no JSON at all; `unsafe` is JSON that two readers may read differently. */
export type Intake =
  | { readonly kind: "value"; readonly value: Value }
  | { readonly kind: "refused"; readonly fault: "malformed" | "unsafe" | "oversize"; readonly why: string };

/**
 * Reads one line of JSON (RFC 8259) strictly, once, in linear time. What is decided on is what is forwarded, so whatever another reader could
 * take for something else is refused: duplicate keys, `__proto__`, lone surrogates, bytes that are not UTF-8, numbers that JSON.stringify
 * would write with another value, nesting beyond the bound. Never throws.
 */
export function intake(line: Uint8Array | string, bounds: Bounds = callerBounds): Intake {
  if (exceeds(line, bounds.bytes)) {
    return { kind: "refused", fault: "oversize", why: `the message is larger than ${bounds.bytes} bytes` };
  }
  try {
    return { kind: "value", value: new Reading(asText(line), bounds.depth).document() };
  } catch (problem) {
    if (problem instanceof Refusal) return { kind: "refused", fault: problem.fault, why: problem.message };
    return { kind: "refused", fault: "malformed", why: "the message could not be read" };
  }
}

/**
 * The id that a refused line seems to carry, where it seems to ask or to answer as `kind` says, so that whoever waits for its answer can be
 * told. Lenient, and used for nothing else: nothing of such a line is decided or forwarded.
 */
export function idOfRefused(
  line: Uint8Array | string,
  kind: "request" | "response",
  bounds: Bounds = callerBounds,
): string | number | undefined {
  if (exceeds(line, bounds.bytes)) return undefined;
  try {
    const value: unknown = JSON.parse(asText(line));
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, "id")) return undefined;
    if (Object.hasOwn(value, "method") !== (kind === "request")) return undefined;
    const id = (value as JsonObject)["id"];
    return typeof id === "string" || (typeof id === "number" && Number.isSafeInteger(id)) ? id : undefined;
  } catch {
    return undefined;
  }
}

class Refusal extends Error {
  readonly fault: "malformed" | "unsafe";

  constructor(fault: "malformed" | "unsafe", why: string) {
    super(why);
    this.fault = fault;
  }
}

/** One pass over one text; `at` is the offset of the next character. Recursion is bounded by the depth. */
class Reading {
  readonly #text: string;
  readonly #depth: number;
  #at = 0;

  constructor(text: string, depth: number) {
    this.#text = text;
    this.#depth = depth;
  }

  document(): Value {
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) this.#unexpected();
    return value;
  }

  #value(depth: number): Value {
    this.#space();
    const first = this.#text.charCodeAt(this.#at);
    if (first === QUOTE) return this.#string();
    if (first === OPEN_RECORD) return this.#record(this.#deeper(depth));
    if (first === OPEN_LIST) return this.#list(this.#deeper(depth));
    if (first === MINUS || isDigit(first)) return this.#number();
    for (const [word, value] of words) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return value;
    }
    return this.#unexpected();
  }

  #deeper(depth: number): number {
    if (depth >= this.#depth) throw new Refusal("unsafe", `lists and records nest deeper than ${this.#depth} levels`);
    this.#at++;
    return depth + 1;
  }

  #record(depth: number): JsonObject {
    const record: Record<string, Value> = {};
    if (this.#took(CLOSE_RECORD)) return record;
    do {
      this.#space();
      if (this.#text.charCodeAt(this.#at) !== QUOTE) this.#unexpected();
      const key = this.#string();
      if (key === "__proto__") throw new Refusal("unsafe", "a record has the key `__proto__`");
      if (Object.hasOwn(record, key)) throw new Refusal("unsafe", "a record has the same key twice");
      if (!this.#took(COLON)) this.#unexpected();
      record[key] = this.#value(depth);
    } while (this.#took(COMMA));
    if (!this.#took(CLOSE_RECORD)) this.#unexpected();
    return record;
  }

  #list(depth: number): readonly Value[] {
    const list: Value[] = [];
    if (this.#took(CLOSE_LIST)) return list;
    do list.push(this.#value(depth));
    while (this.#took(COMMA));
    if (!this.#took(CLOSE_LIST)) this.#unexpected();
    return list;
  }

  #string(): string {
    const start = ++this.#at;
    let parts = "";
    let from = start;
    for (;;) {
      const unit = this.#text.charCodeAt(this.#at);
      if (Number.isNaN(unit)) throw new Refusal("malformed", "the message ends inside a string");
      if (unit < 0x20) throw new Refusal("malformed", "a string holds a bare control character");
      if (unit === QUOTE) break;
      if (unit !== BACKSLASH) {
        this.#at++;
        continue;
      }
      parts += this.#text.slice(from, this.#at) + this.#escape();
      from = this.#at;
    }
    const text = parts + this.#text.slice(from, this.#at);
    this.#at++;
    if (!text.isWellFormed()) throw new Refusal("unsafe", "a string holds half of a surrogate pair");
    return text;
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1] ?? "";
    if (letter === "u") {
      const digits = this.#text.slice(this.#at + 2, this.#at + 6);
      if (!/^[0-9A-Fa-f]{4}$/.test(digits)) throw new Refusal("malformed", "a string holds a broken \\u escape");
      this.#at += 6;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const plain = escapes.get(letter);
    if (plain === undefined) throw new Refusal("malformed", "a string holds an unknown escape");
    this.#at += 2;
    return plain;
  }

  #number(): number {
    numberLexeme.lastIndex = this.#at;
    const lexeme = numberLexeme.exec(this.#text)?.[0];
    if (lexeme === undefined) return this.#unexpected();
    this.#at += lexeme.length;
    const value = Number(lexeme);
    if (!survives(lexeme, value)) throw new Refusal("unsafe", "a number cannot be held exactly");
    return value;
  }

  #took(unit: number): boolean {
    this.#space();
    if (this.#text.charCodeAt(this.#at) !== unit) return false;
    this.#at++;
    return true;
  }

  #space(): void {
    for (;;) {
      const unit = this.#text.charCodeAt(this.#at);
      if (unit !== 0x20 && unit !== 0x09 && unit !== 0x0a && unit !== 0x0d) return;
      this.#at++;
    }
  }

  #unexpected(): never {
    const where = this.#at < this.#text.length ? `at character ${this.#at + 1}` : "at its end";
    throw new Refusal("malformed", `the message is not JSON ${where}`);
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const OPEN_RECORD = 0x7b;
const CLOSE_RECORD = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;

const words: readonly (readonly [string, Value])[] = [
  ["true", true],
  ["false", false],
  ["null", null],
];

// RFC 8259 section 7.
const escapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

// RFC 8259 section 6.
const numberLexeme = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

const integerLexeme = /^-?[0-9]+$/;

/** Whether writing `value` again gives the same number: whole numbers up to 2^53-1, others where the shortest decimal form is the lexeme's value. */
function survives(lexeme: string, value: number): boolean {
  if (integerLexeme.test(lexeme)) return Number.isSafeInteger(value);
  if (!Number.isFinite(value)) return false;
  const written = decimal(lexeme);
  const held = decimal(String(value));
  return written.digits === held.digits && written.exponent === held.exponent && written.negative === held.negative;
}

/** A decimal lexeme as sign, significant digits and exponent: equal exactly where the numbers are. Zero has no digits, sign or exponent. */
function decimal(lexeme: string): {
  readonly negative: boolean;
  readonly digits: string;
  readonly exponent: number;
} {
  const [mantissa = "", power = "0"] = lexeme.toLowerCase().split("e");
  const negative = mantissa.startsWith("-");
  const [whole = "", fraction = ""] = (negative ? mantissa.slice(1) : mantissa).split(".");
  const all = whole + fraction;
  let end = all.length;
  while (end > 0 && all[end - 1] === "0") end--;
  let start = 0;
  while (start < end && all[start] === "0") start++;
  if (start === end) return { negative: false, digits: "", exponent: 0 };
  return { negative, digits: all.slice(start, end), exponent: Number(power) - fraction.length + (all.length - end) };
}

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

function asText(line: Uint8Array | string): string {
  if (typeof line === "string") return line;
  try {
    return utf8.decode(line);
  } catch {
    throw new Refusal("malformed", "the message is not UTF-8");
  }
}

function exceeds(line: Uint8Array | string, bytes: number): boolean {
  if (typeof line !== "string") return line.byteLength > bytes;
  // A UTF-16 unit takes at most three bytes: only a text near the bound is worth encoding.
  return line.length * 3 > bytes && new TextEncoder().encode(line).byteLength > bytes;
}

// Keeps a byte order mark, which is then no JSON.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
