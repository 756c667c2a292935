import type { Fault } from "../faults/fault.ts";

/** Faults that each of the three tests of promise 3 must notice. */
export const traceFaults: readonly Fault[] = [
  {
    name: "limit and require change places",
    file: "runtime/src/permitted.ts",
    find: "  if (spent.length > 0) {",
    replace:
      '  const isAsked = of<RequireIr>("require").some((rule) => proofFor(rule, proofs, { ir: means.ir, caller: fullCaller(means, caller), now, state }) === undefined);\n  if (spent.length > 0 && !isAsked) {',
  },
  {
    name: "`attempted` is let into an allow",
    file: "language/src/check-history.ts",
    find: '  if (site.effect === "claims") return;',
    replace: '  if (site.effect === "claims" || word === "attempted") return;',
  },
];
