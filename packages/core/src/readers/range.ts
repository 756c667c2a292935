import type { Value } from "../value.ts";
import { isPrepared, prepare } from "./prepared.ts";
import { type Reader, type Reading, reader } from "./reader.ts";

/** Numbers from `low` to `high`, both ends included. */
export interface Range {
  readonly prepared: "range";
  readonly low: number;
  readonly high: number;
}

/** `1..10`, which comes as the list of its two ends. One that holds no number is unreadable. */
export const range: Reader = reader("range", (value): Reading => {
  if (isPrepared(value, "range")) return { value };
  const ends: readonly Value[] = Array.isArray(value) ? value : [];
  const [low, high] = ends;
  if (ends.length !== 2 || !Number.isFinite(low) || !Number.isFinite(high)) return { why: "it is no range of numbers" };
  if ((low as number) > (high as number)) return { why: "it ends before it begins" };
  return { value: prepare<Range>({ prepared: "range", low: low as number, high: high as number }) };
});
