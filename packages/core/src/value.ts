/**
 * What conditions compute with: JSON values, and the values that readers make of them (a parsed URL, a compiled glob), which
 * are frozen objects. `undefined` is never a value: it stands for *unknown*, and `absent` for "not there".
 */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value } | Prepared;

/** What a reader made of a constant or a text, opaque to everything but the operators of its kind. */
export interface Prepared {
  readonly prepared: string;
}

/** A JSON object as it came with a request. */
export type JsonObject = { readonly [key: string]: Value };

/** Stands for a value that is not there. `has` and `??` alone tell it from unknown; every other reader takes both as unknown. */
export const absent: unique symbol = Symbol("absent");

/** Whether a value is a JSON object (not a list, not null). */
export function isRecord(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * One step into a value. Own properties only, so that `__proto__` and `constructor` are names like any other.
 * Gives `absent` where a record lacks the key or a list is too short, `undefined` (unknown) where there is nothing to step into.
 */
export function step(
  value: Value | undefined | typeof absent,
  key: string | number,
): Value | undefined | typeof absent {
  if (value === absent) return absent;
  if (Array.isArray(value)) {
    if (typeof key !== "number" || !Number.isInteger(key) || key < 0) return undefined;
    return key < value.length ? (value[key] as Value) : absent;
  }
  if (!isRecord(value) || typeof key !== "string") return undefined;
  return Object.hasOwn(value, key) ? (value[key] as Value) : absent;
}

/**
 * Deep equality of JSON values: order of keys does not matter, `0` equals `-0`, no value equals unknown. With a stack of its own,
 * since values nest as deep as a caller likes.
 */
export function equal(a: Value, b: Value): boolean {
  if (a === b) return true;
  const pairs: [unknown, unknown][] = [[a, b]];
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    const [left, right] = pair;
    if (left === right) continue;
    if (Array.isArray(left)) {
      if (!Array.isArray(right) || left.length !== right.length) return false;
      for (let at = 0; at < left.length; at++) pairs.push([left[at], right[at]]);
    } else {
      if (!isRecord(left) || !isRecord(right)) return false;
      const keys = Object.keys(left);
      if (keys.length !== Object.keys(right).length) return false;
      for (const key of keys) {
        if (!Object.hasOwn(right, key)) return false;
        pairs.push([left[key], right[key]]);
      }
    }
  }
  return true;
}
