import { type Code, identifier, js } from "../code.ts";
import type { Type } from "../type.ts";
import type { Value } from "../value.ts";

/**
 * How tightly an operator binds, loosest first, and where it stands: `logic` (`and`, `or`, `not`) is grammar; `comparison` stands
 * between two operands and does not chain; `test` follows its one operand (`is private`); `sum` and `product` are arithmetic;
 * `function` is called (`size(x)`).
 */
export type Level = "logic" | "comparison" | "test" | "sum" | "product" | "function";

/**
 * What an operand is read as, or what results. Besides the kinds of `Type`: `text` is the raw text of a string, path or URL; `T`
 * stands for one type on all its places; `…+` is one constant or a list of them, and `evaluate` always gets the list;
 * `ordered` is int, number, time or duration (the same on both sides); `words` is a list of strings taken as a command line;
 * `path!` is what is a path already, not any text that could be read as one; `name` is a tool's or a server's name; `any!` is what is known to be nothing but `any`.
 */
// biome-ignore format: one row a sort of shape
export type Shape =
  | "bool" | "int" | "number" | "any" | "any!" | "record" | "null"
  | "string" | "text" | "name" | "path" | "path!" | "url" | "ip" | "mail" | "words" | "time" | "duration"
  | "path+" | "glob+" | "command+" | "detector" | "detector+" | "regex" | "domain" | "cidr" | "window" | "range"
  | "T" | "ordered" | "list<T>" | "list<any>" | "list<string>" | "list<number>" | "list<path>";

/** Shapes of the operands, then of the result. */
export type Signature = readonly [...operands: Shape[], result: Shape];

/** Operands as JSON values or literal texts, then the result; `undefined` as the result says *unknown*. */
export type Example = readonly [...operands: Value[], result: Value | undefined];

/**
 * One operator: all its meanings together. Rows of the same `spelling` are overloads; the checker takes the first whose signature
 * fits. Leaving a field out is a compile error.
 */
export interface Operator {
  /** Unique and stable: what the IR names. */
  readonly id: string;
  readonly spelling: string;
  readonly level: Level;
  readonly signatures: readonly Signature[];
  /** Stands only where a match narrows (`deny`, `require`, …), never in an `allow`. */
  readonly narrowingOnly: boolean;
  readonly summary: string;
  readonly examples: readonly Example[];
  /** On *read* values: never gets `undefined`, never throws. Gives `undefined` (unknown) only where `partial` is true. */
  readonly evaluate: (...operands: never[]) => Value | undefined;
  readonly partial: boolean;
  /** JavaScript for the same, over code of read operands, each of which is free of side effects and may be repeated. */
  readonly emit: (...operands: Code[]) => Code;
  /**
   * JavaScript for the same, where better code is known: against a right operand that is a constant, already read, or for operands of
   * types that are one JavaScript value each (`scalar`). Gives a plain boolean, never unknown; `undefined` where nothing is better.
   */
  readonly emitFast?: (left: Code, right: FastOperand, leftType: Type) => Code | undefined;
  /** Texts one of which the left operand begins with wherever the row is true of it and this constant, which was read. Absent where none are known. */
  readonly beginnings?: (constant: Value) => readonly string[];
  /** Whether the result needs no reading as its type, since it is what that type's reader gives. */
  readonly isRead?: true;
  /** The set that the atom confines its variable to, for proofs; `"opaque"` until proofs exist. */
  readonly toSet: "opaque";
}

/** The right operand of `emitFast`: its code; where it is a constant the value too, and how one of its parts becomes a literal. */
export interface FastOperand {
  readonly code: Code;
  readonly type: Type;
  readonly constant: Value | undefined;
  readonly literal: (part: string | number | boolean | null) => Code;
}

/** Emission as a call of the row's own `evaluate`, which generated code reaches as `operators.<id>`. */
export function call(id: string): (...operands: Code[]) => Code {
  return (...operands) => js`${identifier("operators")}[${id}](${operands})`;
}
