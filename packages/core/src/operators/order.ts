import { js } from "../code.ts";
import type { Range } from "../readers/range.ts";
import { call, type Operator } from "./operator.ts";

/** Less and more: numbers, instants and durations, each with its own kind. */
export const order: readonly Operator[] = [
  {
    id: "less",
    spelling: "<",
    level: "comparison",
    signatures: [["ordered", "ordered", "bool"]],
    narrowingOnly: false,
    summary: "True where the left number, time or duration is less than the right one.",
    examples: [
      [1, 2, true],
      [2, 2, false],
      [1, "2", undefined],
    ],
    evaluate: (left: number, right: number) => left < right,
    partial: false,
    emit: (left, right) => js`(${left} < ${right})`,
    toSet: "opaque",
  },
  {
    id: "at-most",
    spelling: "<=",
    level: "comparison",
    signatures: [["ordered", "ordered", "bool"]],
    narrowingOnly: false,
    summary: "True where the left number, time or duration is at most the right one.",
    examples: [
      [2, 2, true],
      [2.5, 2, false],
      [null, 2, undefined],
    ],
    evaluate: (left: number, right: number) => left <= right,
    partial: false,
    emit: (left, right) => js`(${left} <= ${right})`,
    toSet: "opaque",
  },
  {
    id: "more",
    spelling: ">",
    level: "comparison",
    signatures: [["ordered", "ordered", "bool"]],
    narrowingOnly: false,
    summary: "True where the left number, time or duration is more than the right one.",
    examples: [
      [3, 2, true],
      [2, 2, false],
      [true, 0, undefined],
    ],
    evaluate: (left: number, right: number) => left > right,
    partial: false,
    emit: (left, right) => js`(${left} > ${right})`,
    toSet: "opaque",
  },
  {
    id: "at-least",
    spelling: ">=",
    level: "comparison",
    signatures: [["ordered", "ordered", "bool"]],
    narrowingOnly: false,
    summary: "True where the left number, time or duration is at least the right one.",
    examples: [
      [2, 2, true],
      [-1, 0, false],
      [[2], 2, undefined],
    ],
    evaluate: (left: number, right: number) => left >= right,
    partial: false,
    emit: (left, right) => js`(${left} >= ${right})`,
    toSet: "opaque",
  },
  {
    id: "in-range",
    spelling: "in",
    level: "comparison",
    signatures: [["number", "range", "bool"]],
    narrowingOnly: false,
    summary: "True where the number lies between the two ends, which both belong to it.",
    examples: [
      [1, [1, 10], true],
      [10, [1, 10], true],
      [10.5, [1, 10], false],
      ["5", [1, 10], undefined],
    ],
    evaluate: (number: number, { low, high }: Range) => low <= number && number <= high,
    partial: false,
    emit: call("in-range"),
    emitFast: (left, { constant, literal }) => {
      if (constant === undefined) return undefined;
      const { low, high } = constant as unknown as Range;
      return js`(${literal(low)} <= ${left} && ${left} <= ${literal(high)})`;
    },
    toSet: "opaque",
  },
];
