import { js } from "../code.ts";
import { time as reader } from "../readers/time.ts";
import type { Window } from "../readers/window.ts";
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
  {
    id: "in-window",
    spelling: "in",
    level: "comparison",
    signatures: [["time", "window", "bool"]],
    narrowingOnly: false,
    summary:
      "True where the instant lies in the window, by the clocks of its time zone; the end no longer belongs to it.",
    examples: [
      ["2026-11-23T08:00:00Z", "mon-fri 09:00-18:00 Europe/Berlin", true],
      ["2026-11-23T17:00:00Z", "mon-fri 09:00-18:00 Europe/Berlin", false],
      ["2026-11-22T12:00:00Z", "mon-fri 09:00-18:00 Europe/Berlin", false],
      ["2026-11-28T01:00:00Z", "fri 22:00-06:00 UTC", true],
      ["noon", "mon-fri 09:00-18:00 Europe/Berlin", undefined],
    ],
    evaluate: (instant: number, window: Window) => window.holds(instant),
    partial: false,
    emit: (instant, window) => js`${window}.holds(${instant})`,
    toSet: "opaque",
  },
];
