import type { Fault } from "../faults/fault.ts";

/** Faults that each of the three tests of promise 3 must notice. */
export const traceFaults: readonly Fault[] = [
  {
    name: "limit and require change places",
    file: "runtime/src/decide.ts",
    find: "  if (spent.length > 0) {",
    replace:
      "  const isAsked = possibly(enforcedOf(ir.requires), question).some(({ rule }) => proofFor(rule, request.proofs ?? [], { ir, caller, now, state }) === undefined);\n  if (spent.length > 0 && !isAsked) {",
  },
  {
    name: "`attempted` is let into an allow",
    file: "language/src/check-history.ts",
    find: '  if (site.effect === "claims") return;',
    replace: '  if (site.effect === "claims" || word === "attempted") return;',
  },
];
