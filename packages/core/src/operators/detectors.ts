import type { PreparedDetector } from "../readers/detector.ts";
import { call, type Operator } from "./operator.ts";

/** Detectors in text as it stands: on paths and URLs by `text(x)`, in all arguments by `strings(args)`. */
export const detectorTests: readonly Operator[] = [
  {
    id: "contains-detector",
    spelling: "contains",
    level: "comparison",
    signatures: [["string", "detector+", "bool"]],
    narrowingOnly: false,
    summary: "True where one of the detectors finds something in the text.",
    examples: [
      ["pay 4111 1111 1111 1111 now", ["card"], true],
      ["pay 4111 1111 1111 1112 now", ["card", "iban"], false],
      ["no AB12345 here", [{ regex: "[A-Z]{2}[0-9]{5}" }], true],
      [4111111111111111, ["card"], undefined],
    ],
    evaluate: (text: string, detectors: readonly PreparedDetector[]) =>
      detectors.some(({ find }) => find(text).length > 0),
    partial: false,
    emit: call("contains-detector"),
    toSet: "opaque",
  },
  {
    id: "matches-detector",
    spelling: "matches",
    level: "comparison",
    signatures: [["string", "detector", "bool"]],
    narrowingOnly: false,
    summary: "True where the whole text is what the detector finds, and nothing else.",
    examples: [
      ["ada@example.org", "email-address", true],
      ["to ada@example.org", "email-address", false],
      ["DE89 3704 0044 0532 0130 00", "iban", true],
      [null, "card", undefined],
    ],
    evaluate: (text: string, detector: PreparedDetector) => detector.matches(text),
    partial: false,
    emit: call("matches-detector"),
    toSet: "opaque",
  },
];
