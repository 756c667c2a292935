import type { Code } from "../code.ts";
import type { Type } from "../type.ts";
import type { Value } from "../value.ts";

/**
 * How tightly an operator binds, loosest first, and where it stands:
 * `logic` (`and`, `or`, `not`) and `quantifier` are grammar; `comparison` stands between two operands and does not chain; `test`
 * follows its operand (`is private`); `sum` and `product` are arithmetic; `default` is `??`; `function` is called (`size(x)`).
 */
export type Level = "logic" | "quantifier" | "comparison" | "test" | "sum" | "product" | "default" | "function";

/**
 * What an operand is read as. Besides a type's kind: `text` (a string, path or URL, taken as raw text), `T` (the same type on all
 * `T` places), `list<…>`, and `…+` (one constant or a list of them; `evaluate` always gets the list).
 */
export type Shape =
  | "bool" | "int" | "number" | "string" | "text" | "path" | "url" | "time" | "duration" | "ip" | "mail" | "any" | "record"
  | "glob+" | "path+" | "command+" | "regex" | "domain" | "cidr" | "window" | "range" | "detector+"
  | "T" | "list<T>" | "list<any>" | "list<string>" | "list<number>" | "list<path>"; // biome-ignore format: one kind of meaning a line

/** Operand shapes, then the shape of the result. */
export type Signature = readonly [...operands: Shape[], result: Shape];

/** Operands as JSON or literal text, then the result; `undefined` as the result says *unknown*. */
export type Example = readonly [...operands: Value[], result: Value | undefined];

/**
 * One operator: all its meanings together. Rows with the same `spelling` are overloads; the checker takes the first whose
 * signature fits. Leaving a field out is a compile error.
 */
export interface Operator {
  /** Unique and stable: what the IR names. */
  readonly id: string;
  readonly spelling: string;
  readonly level: Level;
  readonly signatures: readonly Signature[];
  /** Stands only where a match narrows (`deny`, `require`, …): never in an `allow`. */
  readonly narrowingOnly: boolean;
  readonly summary: string;
  readonly examples: readonly Example[];
  /**
   * On *read* values: never gets `undefined`, never throws. Gives `undefined` (unknown) only where the row says so by
   * `partial`, as division of meaning by arithmetic overflow does.
   */
  readonly evaluate: (...operands: never[]) => Value | undefined;
  readonly partial: boolean;
  /** JavaScript for the same, over code of the read operands. `kernel` is the name under which `kernelOf` is reachable. */
  readonly emit: (...operands: Code[]) => Code;
  /** The set that the atom confines its variable to, for proofs. */
  readonly toSet: "opaque";
}

/** What a shape reads: the type that a reader is asked for, and whether one constant counts as a list of one. */
export interface Reading {
  readonly type: Type;
  readonly many: boolean;
}
