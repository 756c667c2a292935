import type { Prepared, Value } from "../value.ts";

/** Gives an object back from its constructor, so that a class below can lay its private field on it. */
class Given {
  constructor(value: object) {
    // biome-ignore lint/correctness/noConstructorReturn: the private field of the class below is laid on what is returned
    return value;
  }
}

/**
 * The mark of what readers made, so that no JSON object of the same form passes for it: a reader takes its own results without reading
 * them again. A private field, since nothing else can put it there and nothing is faster to ask.
 */
class Made extends Given {
  readonly #made = true;

  static has(value: object): boolean {
    return #made in value;
  }
}

/** Marks what a reader made of a text as such, and freezes it. */
export function prepare<P extends Prepared>(value: P): P {
  new Made(value);
  return Object.freeze(value);
}

/** Whether a value is what `prepare` gave, of this sort: never true of anything that came with a request. */
export function isPrepared(value: Value, sort: string): boolean {
  return typeof value === "object" && value !== null && Made.has(value) && (value as Prepared).prepared === sort;
}

/** Whether a value is what `prepare` gave, of whatever sort. */
export function isPreparedValue(value: unknown): value is Prepared {
  return typeof value === "object" && value !== null && Made.has(value);
}
