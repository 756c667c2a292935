import type { Violation } from "@mcpolicy/core";
import type { ErrorObject } from "ajv";
import { pointerToken } from "./bounds.ts";

/** More than these are not told. */
const TOLD = 16;

/** What a schema's keyword asked for, in words; one row a keyword of JSON Schema. `params` are ajv's. */
const words: Readonly<Record<string, (params: Readonly<Record<string, unknown>>) => string>> = {
  type: ({ type }) => list(type).map(typeInWords).join(" or "),
  required: () => "a value: it is required",
  additionalProperties: () => "nothing: no argument of this name is declared",
  unevaluatedProperties: () => "nothing: no argument of this name is declared",
  propertyNames: () => "names as the schema allows them",
  enum: ({ allowedValues }) => `one of ${list(allowedValues).map(json).join(", ")}`,
  const: ({ allowedValue }) => json(allowedValue),
  minLength: ({ limit }) => `at least ${limit} characters`,
  maxLength: ({ limit }) => `at most ${limit} characters`,
  pattern: ({ pattern }) => `text that matches ${json(pattern)}`,
  format: ({ format }) => `text in the format ${json(format)}`,
  minimum: ({ comparison, limit }) => `a number ${comparison} ${limit}`,
  maximum: ({ comparison, limit }) => `a number ${comparison} ${limit}`,
  exclusiveMinimum: ({ comparison, limit }) => `a number ${comparison} ${limit}`,
  exclusiveMaximum: ({ comparison, limit }) => `a number ${comparison} ${limit}`,
  multipleOf: ({ multipleOf }) => `a multiple of ${multipleOf}`,
  minItems: ({ limit }) => `at least ${limit} items`,
  maxItems: ({ limit }) => `at most ${limit} items`,
  uniqueItems: () => "items that differ from each other",
  minProperties: ({ limit }) => `at least ${limit} fields`,
  maxProperties: ({ limit }) => `at most ${limit} fields`,
  anyOf: () => "a value that fits one of the schema's alternatives",
  oneOf: () => "a value that fits exactly one of the schema's alternatives",
  not: () => "a value that does not fit what the schema excludes",
  "x-mcpolicy-path": ({ expected }) => String(expected),
};

/** Keywords that say of a field what is wrong with it, and the parameter that holds the field's name. */
const ofField: Readonly<Record<string, string>> = {
  required: "missingProperty",
  additionalProperties: "additionalProperty",
  unevaluatedProperties: "unevaluatedProperty",
};

/** ajv's errors as violations: where, and what was expected there. The same one is told once, and no more than 16. */
export function toViolations(errors: readonly ErrorObject[]): readonly Violation[] {
  const violations = new Map<string, Violation>();
  for (const error of errors) {
    const params = error.params as Readonly<Record<string, unknown>>;
    const field = Object.hasOwn(ofField, error.keyword) ? params[ofField[error.keyword] ?? ""] : undefined;
    const pointer = error.instancePath + (typeof field === "string" ? `/${pointerToken(field)}` : "");
    const say = Object.hasOwn(words, error.keyword) ? words[error.keyword] : undefined;
    const expected = say === undefined ? (error.message ?? "a value that fits the schema") : say(params);
    violations.set(`${pointer} ${expected}`, { pointer, expected });
    if (violations.size === TOLD) break;
  }
  return [...violations.values()];
}

function typeInWords(type: unknown): string {
  const named: Readonly<Record<string, string>> = {
    string: "a string",
    integer: "a whole number",
    number: "a number",
    boolean: "true or false",
    object: "an object",
    array: "a list",
    null: "null",
  };
  return named[String(type)] ?? String(type);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function json(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
