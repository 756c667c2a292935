import { call, type Operator } from "./operator.ts";

/** What the elements of a list come to together. */
export const totals: readonly Operator[] = [
  {
    id: "sum-of",
    spelling: "sum of",
    // `sum of VALUE for x in LIST` is grammar of its own; the operand is the list of values.
    level: "logic",
    signatures: [["list<number>", "number"]],
    narrowingOnly: false,
    summary:
      "The sum of a value of each element of a list, `sum of x.size for x in LIST`; unknown where one is no number.",
    examples: [
      [[2, 0.5], 2.5],
      [[1, 2, 3], 6],
      [[], 0],
      [[1, "2"], undefined],
      [[9007199254740991, 1], undefined],
    ],
    evaluate: (values: readonly number[]): number | undefined => {
      const total = values.reduce((sum, value) => sum + value, 0);
      const isWhole = values.every(Number.isInteger);
      return Number.isFinite(total) && (!isWhole || Number.isSafeInteger(total)) ? total : undefined;
    },
    partial: true,
    emit: call("sum-of"),
    toSet: "opaque",
  },
];
