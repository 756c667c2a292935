import { call, type Operator } from "./operator.ts";

/** Sums and products; unknown where the result is no safe integer, or not finite. */
export const arithmetic: readonly Operator[] = [
  {
    id: "plus",
    spelling: "+",
    level: "sum",
    signatures: [
      ["int", "int", "int"],
      ["number", "number", "number"],
      ["duration", "duration", "duration"],
      ["time", "duration", "time"],
      ["duration", "time", "time"],
    ],
    narrowingOnly: false,
    summary: "The sum of two numbers or durations, or the time so much later.",
    examples: [
      [1, 2, 3],
      [0.5, 0.25, 0.75],
      ["2026-01-01T00:00:00Z", "1d", 1767312000000],
      [9007199254740991, 1, undefined],
    ],
    evaluate: (left: number, right: number) => counted(left, right, left + right),
    partial: true,
    emit: call("plus"),
    toSet: "opaque",
  },
  {
    id: "minus",
    spelling: "-",
    level: "sum",
    signatures: [
      ["int", "int", "int"],
      ["number", "number", "number"],
      ["duration", "duration", "duration"],
      ["time", "duration", "time"],
      ["time", "time", "duration"],
    ],
    narrowingOnly: false,
    summary: "The difference of two numbers or durations, the time so much earlier, or what lies between two times.",
    examples: [
      [1, 2, -1],
      [1.5, 1, 0.5],
      [-9007199254740991, 1, undefined],
    ],
    evaluate: (left: number, right: number) => counted(left, right, left - right),
    partial: true,
    emit: call("minus"),
    toSet: "opaque",
  },
  {
    id: "times",
    spelling: "*",
    level: "product",
    signatures: [
      ["int", "int", "int"],
      ["number", "number", "number"],
      ["duration", "int", "duration"],
      ["int", "duration", "duration"],
    ],
    narrowingOnly: false,
    summary: "The product of two numbers, one of which the policy writes out.",
    examples: [
      [6, 7, 42],
      [0.5, 4, 2],
      [2, "5m", 600000],
      [9007199254740991, 2, undefined],
      [1e200, 1e200, undefined],
    ],
    evaluate: (left: number, right: number) => counted(left, right, left * right),
    partial: true,
    emit: call("times"),
    toSet: "opaque",
  },
];

/** INVARIANT: no sum is silently rounded: of whole numbers the result is exact or unknown. */
function counted(left: number, right: number, result: number): number | undefined {
  if (Number.isInteger(left) && Number.isInteger(right)) return Number.isSafeInteger(result) ? result : undefined;
  return Number.isFinite(result) ? result : undefined;
}
