import { type Code, js } from "../code.ts";
import { isRecord, type JsonObject, type Value } from "../value.ts";
import type { Keyword, Sort } from "./keyword.ts";

/** What `type` can name. */
export type JsonType = Sort | "integer" | "boolean" | "null";

/** Whether a value is of a type, and the same as code. */
interface TypeTest {
  readonly is: (value: Value) => boolean;
  readonly code: (value: Code) => Code;
}

// biome-ignore format: table
export const typeTests: Readonly<Record<JsonType, TypeTest>> = {
  number:  { is: (value) => typeof value === "number" && Number.isFinite(value), code: (value) => js`Number.isFinite(${value})` },
  integer: { is: (value) => Number.isInteger(value),                             code: (value) => js`Number.isInteger(${value})` },
  string:  { is: (value) => typeof value === "string",                           code: (value) => js`typeof ${value} === "string"` },
  boolean: { is: (value) => typeof value === "boolean",                          code: (value) => js`typeof ${value} === "boolean"` },
  array:   { is: (value) => Array.isArray(value),                                code: (value) => js`Array.isArray(${value})` },
  object:  { is: isRecord,                                                       code: (value) => js`isRecord(${value})` },
  null:    { is: (value) => value === null,                                      code: (value) => js`${value} === null` },
};

/** `type` comes before all others, or in the place of those of its sort: what a schema's check does with it is told there. */
export const typeKeyword: Keyword = {
  name: "type",
  must: "a type or a list of different types",
  accepts: (value) =>
    isType(value) ||
    (Array.isArray(value) && value.length > 0 && value.every(isType) && new Set(value).size === value.length),
};

function isType(name: Value): name is JsonType {
  return typeof name === "string" && Object.hasOwn(typeTests, name);
}

/** The types that a schema names, `nullable` of OpenAPI among them, as ajv reads it. Throws where the two do not agree. */
export function typesOf({ type, nullable }: JsonObject): readonly JsonType[] {
  const named = (type === undefined ? [] : Array.isArray(type) ? type : [type]) as readonly JsonType[];
  if (nullable === undefined) return named;
  if (typeof nullable !== "boolean" || named.length === 0 || (!nullable && named.includes("null"))) {
    throw new Error("`nullable` must be true or false, beside a `type` that agrees with it");
  }
  return nullable && !named.includes("null") ? [...named, "null"] : named;
}
