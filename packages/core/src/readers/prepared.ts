import type { Prepared, Value } from "../value.ts";

// What readers made, so that no JSON object of the same form passes for it: a reader takes its own results without reading them again.
const made = new WeakSet<object>();

/** Freezes what a reader made of a text and marks it as such. */
export function prepare<P extends Prepared>(value: P): P {
  made.add(value);
  return Object.freeze(value);
}

/** Whether a value is what `prepare` gave, of this sort: never true of anything that came with a request. */
export function isPrepared(value: Value, sort: string): boolean {
  return typeof value === "object" && value !== null && made.has(value) && (value as Prepared).prepared === sort;
}

/** Whether a value is what `prepare` gave, of whatever sort. */
export function isPreparedValue(value: unknown): value is Prepared {
  return typeof value === "object" && value !== null && made.has(value);
}
