import { absent, step, type Value } from "../value.ts";
import { call, type Operator } from "./operator.ts";

/** What the elements of a list come to together. */
export const totals: readonly Operator[] = [
  {
    id: "sum-of",
    spelling: "sum of",
    // `sum of x.weight for x in LIST` is grammar of its own; the steps behind `x` are the second operand.
    level: "logic",
    signatures: [["list<any>", "list<string>", "number"]],
    narrowingOnly: false,
    summary: "The sum of what stands under the same steps in each element of a list; unknown where that is no number.",
    examples: [
      [[{ weight: 2 }, { weight: 0.5 }], ["weight"], 2.5],
      [[1, 2, 3], [], 6],
      [[], ["weight"], 0],
      [[{ weight: 2 }, {}], ["weight"], undefined],
      [[{ weight: "2" }], ["weight"], undefined],
      [[9007199254740991, 1], [], undefined],
    ],
    evaluate: (list: readonly Value[], steps: readonly string[]): number | undefined => {
      let total = 0;
      let isWhole = true;
      for (const element of list) {
        const value = steps.reduce<ReturnType<typeof step>>(
          (of, key) => (of === undefined || of === absent ? undefined : step(of, key)),
          element,
        );
        if (typeof value !== "number") return undefined;
        isWhole &&= Number.isInteger(value);
        total += value;
      }
      return Number.isFinite(total) && (!isWhole || Number.isSafeInteger(total)) ? total : undefined;
    },
    partial: true,
    emit: call("sum-of"),
    toSet: "opaque",
  },
];
