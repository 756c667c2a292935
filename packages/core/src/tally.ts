import { canonicalJson } from "./digest.ts";
import type { ConditionIr } from "./ir.ts";
import { not, type Truth } from "./truth.ts";
import type { Value } from "./value.ts";

/** Between which numbers a number of history lies, both ends included. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

type TallyOperator = Extract<ConditionIr, { readonly kind: "tally" }>["operator"];

/** Each comparison of a tally with its bound: the answer where all numbers of the range give the same, else unknown. */
// biome-ignore format: table
const comparisons: Readonly<Record<TallyOperator, (range: Range, bound: number) => Truth>> = {
  "less":      ({ low, high }, bound) => alike(low < bound,  high < bound),
  "at-most":   ({ low, high }, bound) => alike(low <= bound, high <= bound),
  "more":      ({ low, high }, bound) => alike(low > bound,  high > bound),
  "at-least":  ({ low, high }, bound) => alike(low >= bound, high >= bound),
  "equal":     (range, bound) => isExactly(range, bound),
  "not-equal": (range, bound) => not(isExactly(range, bound)),
};

/** Compares a number of which only the range is known. A range that is no range (an overflow) is unknown. */
export function compareRange(operator: TallyOperator, range: Range, bound: number): Truth {
  if (Number.isNaN(range.low) || Number.isNaN(range.high)) return undefined;
  return comparisons[operator](range, bound);
}

function alike(atLow: boolean, atHigh: boolean): Truth {
  return atLow === atHigh ? atLow : undefined;
}

function isExactly({ low, high }: Range, bound: number): Truth {
  if (low === high) return low === bound;
  return bound < low || bound > high ? false : undefined;
}

/** A value of an event, `undefined` where it is unknown, and whether the event is surely meant or only perhaps. */
export interface Counted<Value> {
  readonly sure: boolean;
  readonly value: Value | undefined;
}

/** How many events: those that are surely meant, up to those that possibly are. */
export function countRange(sure: number, possible: number, forgotten: boolean): Range {
  return { low: sure, high: forgotten ? Number.POSITIVE_INFINITY : possible };
}

/** How many different values; `textOf` gives equal values equal texts. */
export function distinctRange<Value>(
  events: readonly Counted<Value>[],
  forgotten: boolean,
  textOf: (value: Value) => string,
): Range {
  const known = new Set<string>();
  const others: (string | undefined)[] = [];
  for (const { sure, value } of events) {
    const text = value === undefined ? undefined : textOf(value);
    if (sure && text !== undefined) known.add(text);
    else others.push(text);
  }
  const further = others.filter((text) => text === undefined || !known.has(text)).length;
  return { low: known.size, high: forgotten ? Number.POSITIVE_INFINITY : known.size + further };
}

/** For `distinctRange`. A text stands for itself behind a quote, which begins nothing else in JSON. */
export function textOfValue(value: Value): string {
  return typeof value === "string" ? `"${value}` : canonicalJson(value);
}

/** The sum; undefined where a value is unknown or no number. What was forgotten may have been any amount. */
export function sumRange(events: readonly Counted<unknown>[], forgotten: boolean): Range | undefined {
  let [low, high] = [0, 0];
  for (const { sure, value } of events) {
    if (typeof value !== "number") return undefined;
    low += sure ? value : Math.min(0, value);
    high += sure ? value : Math.max(0, value);
  }
  return forgotten ? { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY } : { low, high };
}
