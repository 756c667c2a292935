import { isNot, type Reader } from "./reader.ts";

/** JSON's own types: read as they are. A number is finite, an `int` a safe integer, text has no lone surrogates. */
export const scalars: readonly Reader[] = [
  {
    kind: "bool",
    read: (value) => (typeof value === "boolean" ? value : undefined),
    why: (value) => (typeof value === "boolean" ? "" : isNot(value, "true or false")),
  },
  {
    kind: "int",
    read: (value) => (Number.isSafeInteger(value) ? value : undefined),
    why: (value) => {
      if (Number.isSafeInteger(value)) return "";
      return typeof value === "number" ? "it is no whole number within ±(2^53−1)" : isNot(value, "a whole number");
    },
  },
  {
    kind: "number",
    read: (value) => (Number.isFinite(value) ? value : undefined),
    why: (value) => {
      if (Number.isFinite(value)) return "";
      return typeof value === "number" ? "it is no finite number" : isNot(value, "a number");
    },
  },
  {
    kind: "string",
    read: (value) => (typeof value === "string" && value.isWellFormed() ? value : undefined),
    why: (value) => {
      if (typeof value !== "string") return isNot(value, "text");
      return value.isWellFormed() ? "" : "it has half of a surrogate pair";
    },
  },
  {
    kind: "null",
    read: (value) => (value === null ? null : undefined),
    why: (value) => (value === null ? "" : isNot(value, "null")),
  },
  {
    kind: "any",
    read: (value) => (isJson(value) ? value : undefined),
    why: (value) => (isJson(value) ? "" : isNot(value, "a JSON value")),
  },
];

/** Looks at the value itself, not into it: what a request holds was parsed from JSON. */
function isJson(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  return value === null || typeof value === "boolean" || typeof value === "string" || typeof value === "object";
}
