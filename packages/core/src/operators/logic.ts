import { js } from "../code.ts";
import type { Operator } from "./operator.ts";

/** The words that join conditions. On read values they are two-valued; `truth.ts` says what becomes of unknown ones. */
export const logic: readonly Operator[] = [
  {
    id: "and",
    spelling: "and",
    level: "logic",
    signatures: [["bool", "bool", "bool"]],
    narrowingOnly: false,
    summary: "True where both are.",
    examples: [
      [true, true, true],
      [true, false, false],
      [false, 1, undefined],
    ],
    evaluate: (left: boolean, right: boolean) => left && right,
    partial: false,
    emit: (left, right) => js`(${left} && ${right})`,
    toSet: "opaque",
  },
  {
    id: "or",
    spelling: "or",
    level: "logic",
    signatures: [["bool", "bool", "bool"]],
    narrowingOnly: false,
    summary: "True where one of them is, or both.",
    examples: [
      [true, false, true],
      [false, false, false],
      [false, "true", undefined],
    ],
    evaluate: (left: boolean, right: boolean) => left || right,
    partial: false,
    emit: (left, right) => js`(${left} || ${right})`,
    toSet: "opaque",
  },
  {
    id: "not",
    spelling: "not",
    level: "logic",
    signatures: [["bool", "bool"]],
    narrowingOnly: false,
    summary: "True where it is false, and the other way about; what is unknown stays unknown.",
    examples: [
      [true, false],
      [false, true],
      [null, undefined],
    ],
    evaluate: (of: boolean) => !of,
    partial: false,
    emit: (of) => js`!${of}`,
    toSet: "opaque",
  },
];
