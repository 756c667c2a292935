import type { Intake, IntakeBounds } from "./intake.ts";
import { isDigit, isExact } from "./json-number.ts";

/**
 * Why the intake refuses a text: it is read again, character by character. Where that finds nothing to refuse the text stays refused, as
 * `malformed`. Never throws; its recursion is bounded by the depth.
 */
export function describeRefusal(text: string, bounds: IntakeBounds): Intake {
  try {
    new Reading(text, bounds).document();
  } catch (problem) {
    if (problem instanceof Refusal) return { kind: "refused", fault: problem.fault, why: problem.message };
  }
  return { kind: "refused", fault: "malformed", why: "the message could not be read" };
}

type Fault = Extract<Intake, { readonly kind: "refused" }>["fault"];

class Refusal extends Error {
  readonly fault: Fault;

  constructor(fault: Fault, why: string) {
    super(why);
    this.fault = fault;
  }
}

/** One pass over one text; `at` is the offset of the next character. */
class Reading {
  readonly #text: string;
  readonly #bounds: IntakeBounds;
  #at = 0;
  #keys = 0;

  constructor(text: string, bounds: IntakeBounds) {
    this.#text = text;
    this.#bounds = bounds;
  }

  document(): void {
    this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) this.#unexpected();
  }

  #value(depth: number): void {
    this.#space();
    const first = this.#text[this.#at] ?? "";
    if (first === '"') this.#string();
    else if (first === "{") this.#record(this.#deeper(depth));
    else if (first === "[") this.#list(this.#deeper(depth));
    else if (first === "-" || isDigit(first.charCodeAt(0))) this.#number();
    else this.#word();
  }

  #deeper(depth: number): number {
    if (depth >= this.#bounds.depth) {
      throw new Refusal("unsafe", `lists and records nest deeper than ${this.#bounds.depth} levels`);
    }
    this.#at++;
    return depth + 1;
  }

  #record(depth: number): void {
    const keys = new Set<string>();
    if (this.#took("}")) return;
    do {
      this.#space();
      if (this.#text[this.#at] !== '"') this.#unexpected();
      const key = this.#string();
      if (key === "__proto__") throw new Refusal("unsafe", "a record has the key `__proto__`");
      if (keys.has(key)) throw new Refusal("unsafe", "a record has the same key twice");
      keys.add(key);
      if (!this.#took(":")) this.#unexpected();
      if (++this.#keys > this.#bounds.keys) {
        throw new Refusal("oversize", `the message has more than ${this.#bounds.keys} fields`);
      }
      this.#value(depth);
    } while (this.#took(","));
    if (!this.#took("}")) this.#unexpected();
  }

  #list(depth: number): void {
    if (this.#took("]")) return;
    do this.#value(depth);
    while (this.#took(","));
    if (!this.#took("]")) this.#unexpected();
  }

  #string(): string {
    const start = ++this.#at;
    const parts: string[] = [];
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
      parts.push(this.#text.slice(from, this.#at), this.#escape());
      from = this.#at;
    }
    if (this.#at - start > this.#bounds.text) {
      throw new Refusal("oversize", `a string or name is longer than ${this.#bounds.text} UTF-16 code units`);
    }
    const text = [...parts, this.#text.slice(from, this.#at)].join("");
    const isWhole = this.#text.slice(start, this.#at).isWellFormed() && text.isWellFormed();
    if (!isWhole) throw new Refusal("unsafe", "a string holds half of a surrogate pair");
    this.#at++;
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

  #number(): void {
    lexeme.lastIndex = this.#at;
    const written = lexeme.exec(this.#text)?.[0] ?? this.#unexpected();
    this.#at += written.length;
    if (!isExact(written)) throw new Refusal("unsafe", "a number cannot be held exactly");
  }

  #word(): void {
    const word = words.find((each) => this.#text.startsWith(each, this.#at)) ?? this.#unexpected();
    this.#at += word.length;
  }

  #took(character: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== character) return false;
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

const words = ["true", "false", "null"] as const;

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
const lexeme = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
