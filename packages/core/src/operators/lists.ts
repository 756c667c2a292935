import { anyOf, js } from "../code.ts";
import { equal, type Value } from "../value.ts";
import { call, type Operator } from "./operator.ts";
import { isScalar } from "./scalar.ts";

/** How many constants are compared one by one in generated code. */
const MOST_COMPARED = 8;

/** What a list holds, and how long it is. */
export const lists: readonly Operator[] = [
  {
    id: "in-list",
    spelling: "in",
    level: "comparison",
    signatures: [["T", "list<T>", "bool"]],
    narrowingOnly: false,
    summary: "True where the list holds the value, both read as the same type.",
    examples: [
      ["a", ["a", "b"], true],
      ["c", ["a", "b"], false],
      [1, [], false],
      [1, "1", undefined],
    ],
    evaluate: (value: Value, list: readonly Value[]) => list.some((item) => equal(item, value)),
    partial: false,
    emit: call("in-list"),
    emitFast: (left, { constant, literal }) =>
      Array.isArray(constant) && constant.length <= MOST_COMPARED && constant.every(isScalar)
        ? anyOf(constant.map((item) => js`${left} === ${literal(item)}`))
        : undefined,
    toSet: "opaque",
  },
  {
    id: "subset",
    spelling: "subset of",
    level: "comparison",
    signatures: [["list<T>", "list<T>", "bool"]],
    narrowingOnly: false,
    summary: "True where the right list holds each value of the left one; true of an empty left list.",
    examples: [
      [["a"], ["a", "b"], true],
      [["a", "c"], ["a", "b"], false],
      [[], [], true],
      ["a", ["a"], undefined],
    ],
    evaluate: (left: readonly Value[], right: readonly Value[]) =>
      left.every((value) => right.some((item) => equal(item, value))),
    partial: false,
    emit: call("subset"),
    toSet: "opaque",
  },
  {
    id: "contains-any",
    spelling: "contains",
    level: "comparison",
    signatures: [["any!", "T", "bool"]],
    narrowingOnly: false,
    summary:
      "Of what may be text or list: true where the right text stands in the left text, or the right value in the left list. Unknown of a list where the text is only a part of an item, since it may be meant so.",
    examples: [
      ["a b c", "b", true],
      [["ab", "b"], "b", true],
      [["ab"], "c", false],
      [["ab"], "a", undefined],
      [7, "7", undefined],
    ],
    evaluate: (left: Value, right: Value) => {
      if (!Array.isArray(left))
        return typeof left === "string" && typeof right === "string" ? left.includes(right) : undefined;
      if (left.some((item) => equal(item as Value, right))) return true;
      const isPart = left.some((item) => typeof item === "string" && typeof right === "string" && item.includes(right));
      return isPart ? undefined : false;
    },
    partial: true,
    emit: call("contains-any"),
    toSet: "opaque",
  },
  {
    id: "contains",
    spelling: "contains",
    level: "comparison",
    signatures: [
      ["string", "string", "bool"],
      ["list<T>", "T", "bool"],
    ],
    narrowingOnly: false,
    summary: "True where the right text stands somewhere in the left text, or the right value in the left list.",
    examples: [
      ["a b c", "b", true],
      ["abc", "B", false],
      [["a", "b"], "b", true],
      [["ab"], "a", false],
      [7, "7", undefined],
    ],
    evaluate: (left: Value, right: Value) => {
      if (Array.isArray(left)) return left.some((item) => equal(item as Value, right));
      return typeof left === "string" && typeof right === "string" ? left.includes(right) : undefined;
    },
    partial: true,
    emit: call("contains"),
    emitFast: (left, { constant, code }, leftType) =>
      leftType.kind === "string" && typeof constant === "string" ? js`${left}.includes(${code})` : undefined,
    toSet: "opaque",
  },
  {
    id: "size",
    spelling: "size",
    level: "function",
    signatures: [
      ["any!", "int"],
      ["text", "int"],
      ["list<any>", "int"],
    ],
    narrowingOnly: false,
    summary: "How many code points a text has, or how many values a list.",
    examples: [
      ["abc", 3],
      ["😀", 1],
      [[1, [2, 3]], 2],
      [null, undefined],
    ],
    evaluate: (of: Value) => {
      if (Array.isArray(of)) return of.length;
      return typeof of === "string" ? codePoints(of) : undefined;
    },
    partial: true,
    emit: call("size"),
    toSet: "opaque",
  },
];

/** Each surrogate pair is one. The text has no lone surrogates. */
function codePoints(of: string): number {
  let pairs = 0;
  for (let at = 0; at < of.length; at++) if ((of.charCodeAt(at) & 0xfc00) === 0xd800) pairs++;
  return of.length - pairs;
}
