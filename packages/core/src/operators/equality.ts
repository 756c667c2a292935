import { js } from "../code.ts";
import type { Type } from "../type.ts";
import { equal, type Value } from "../value.ts";
import { call, type FastOperand, type Operator } from "./operator.ts";
import { isScalar, isScalarType } from "./scalar.ts";

/** Sameness of two values that were read as one type: paths and URLs canonically, lists and records by their parts. */
export const equality: readonly Operator[] = [
  {
    id: "equal",
    spelling: "==",
    level: "comparison",
    signatures: [["T", "T", "bool"]],
    narrowingOnly: false,
    summary: "True where both are the same value, read as the same type.",
    examples: [
      ["a", "a", true],
      ["a", "A", false],
      [1, 1.5, false],
      [[1, "x"], [1, "x"], true],
      [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
      [null, null, true],
    ],
    evaluate: (left: Value, right: Value) => equal(left, right),
    partial: false,
    emit: call("equal"),
    emitFast: (left, right, leftType) => (isIdentity(leftType, right) ? js`(${left} === ${right.code})` : undefined),
    toSet: "opaque",
  },
  {
    id: "not-equal",
    spelling: "!=",
    level: "comparison",
    signatures: [["T", "T", "bool"]],
    narrowingOnly: false,
    summary:
      "True where the two are different values of the same type; unknown, not true, where either cannot be read.",
    examples: [
      ["a", "b", true],
      ["a", "a", false],
      [[1, 2], [2, 1], true],
    ],
    evaluate: (left: Value, right: Value) => !equal(left, right),
    partial: false,
    emit: (left, right) => js`!${call("equal")(left, right)}`,
    emitFast: (left, right, leftType) => (isIdentity(leftType, right) ? js`(${left} !== ${right.code})` : undefined),
    toSet: "opaque",
  },
];

/** Whether `equal` is `===`: of a scalar and anything it is. */
function isIdentity(leftType: Type, { type, constant }: FastOperand): boolean {
  return constant === undefined ? isScalarType(leftType) || isScalarType(type) : isScalar(constant);
}
