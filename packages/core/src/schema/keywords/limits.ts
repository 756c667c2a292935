import { type Code, js } from "../../code.ts";
import type { JsonObject, Value } from "../../value.ts";
import type { Check } from "../check.ts";
import { aCount, type Keyword, type Sort } from "../keyword.ts";

/** What a limit must be, whether a value keeps it, and the same as code. */
interface Limit extends Pick<Keyword, "must" | "accepts"> {
  readonly keeps: (value: never, limit: number) => boolean;
  readonly code: (value: Code, limit: number) => Code;
}

/** A limit that a value keeps or not. */
function limit(name: string, of: Sort, { keeps, code, ...about }: Limit): Keyword {
  const check = (given: Value): Check => {
    const limit = given as number;
    const holds = keeps as (value: Value, limit: number) => boolean;
    return (value, told) => holds(value, limit) || (told?.tell(name, { limit }) ?? false);
  };
  return { name, of: [of], ...about, check, emit: (given, value) => code(value, given as number) };
}

const aNumber: Pick<Keyword, "must" | "accepts"> = {
  must: "a number",
  accepts: (value) => typeof value === "number",
};

const moreThanZero: Pick<Keyword, "must" | "accepts"> = {
  must: "a number above 0",
  accepts: (value) => typeof value === "number" && value > 0,
};

const fieldsOf = (record: JsonObject): number => Object.keys(record).length;

// biome-ignore format: table
export const numberLimits: readonly Keyword[] = [
  limit("maximum",          "number", { ...aNumber, keeps: (value: number, limit) => value <= limit, code: (value, limit) => js`${value} <= ${limit}` }),
  limit("minimum",          "number", { ...aNumber, keeps: (value: number, limit) => value >= limit, code: (value, limit) => js`${value} >= ${limit}` }),
  limit("exclusiveMaximum", "number", { ...aNumber, keeps: (value: number, limit) => value < limit, code: (value, limit) => js`${value} < ${limit}` }),
  limit("exclusiveMinimum", "number", { ...aNumber, keeps: (value: number, limit) => value > limit, code: (value, limit) => js`${value} > ${limit}` }),
  limit("multipleOf",       "number", { ...moreThanZero, keeps: (value: number, limit) => Number.isInteger(value / limit), code: (value, limit) => js`Number.isInteger(${value} / ${limit})` }),
];

// biome-ignore format: table
export const textLimits: readonly Keyword[] = [
  limit("maxLength",        "string", { ...aCount, keeps: isAtMost, code: (value, limit) => js`isAtMost(${value}, ${limit})` }),
  limit("minLength",        "string", { ...aCount, keeps: isAtLeast, code: (value, limit) => js`isAtLeast(${value}, ${limit})` }),
];

// biome-ignore format: table
export const listLimits: readonly Keyword[] = [
  limit("maxItems",         "array", { ...aCount, keeps: (value: readonly Value[], limit) => value.length <= limit, code: (value, limit) => js`${value}.length <= ${limit}` }),
  limit("minItems",         "array", { ...aCount, keeps: (value: readonly Value[], limit) => value.length >= limit, code: (value, limit) => js`${value}.length >= ${limit}` }),
];

// biome-ignore format: table
export const recordLimits: readonly Keyword[] = [
  limit("maxProperties",    "object", { ...aCount, keeps: (value: JsonObject, limit) => fieldsOf(value) <= limit, code: (value, limit) => js`Object.keys(${value}).length <= ${limit}` }),
  limit("minProperties",    "object", { ...aCount, keeps: (value: JsonObject, limit) => fieldsOf(value) >= limit, code: (value, limit) => js`Object.keys(${value}).length >= ${limit}` }),
];

/** Whether a text has at most so many code points; they are counted only where the count of UTF-16 code units leaves it open. */
export function isAtMost(text: string, limit: number): boolean {
  return text.length <= limit || (text.length <= 2 * limit && codePoints(text) <= limit);
}

/** Whether a text has at least so many code points. */
export function isAtLeast(text: string, limit: number): boolean {
  return text.length >= limit && (text.length >= 2 * limit || codePoints(text) >= limit);
}

/** Without half surrogate pairs, which bounds do not let through, each pair is one code point. */
function codePoints(text: string): number {
  let count = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 0xd800 && unit <= 0xdbff) count--;
  }
  return count;
}
