import { time as reader } from "../readers/time.ts";
import { call, type Operator } from "./operator.ts";

/** Instants. They are compared and added up by the rows of numbers. */
export const time: readonly Operator[] = [
  {
    id: "time",
    spelling: "time",
    level: "function",
    signatures: [["text", "time"]],
    narrowingOnly: false,
    summary: "The RFC 3339 text as an instant.",
    examples: [
      ["1970-01-01T00:00:01Z", 1000],
      ["2026-11-22T10:00:00+01:00", 1795338000000],
      ["2026-02-30T00:00:00Z", undefined],
      ["2026-11-22", undefined],
    ],
    evaluate: (text: string) => reader.read(text, undefined),
    partial: true,
    emit: call("time"),
    toSet: "opaque",
  },
];
