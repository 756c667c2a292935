import type { Type } from "../type.ts";
import type { Value } from "../value.ts";

/** A text, number, truth or null: what `===` compares by value. */
export type Scalar = string | number | boolean | null;

/** Whether a value is one that `===` compares by value. */
export function isScalar(value: Value | undefined): value is Scalar {
  return value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

/** Whether what is read as this type always is a scalar. */
export function isScalarType(type: Type): boolean {
  if (type.kind === "union") return type.members.every(isScalarType);
  return scalarKinds.has(type.kind);
}

// biome-ignore format: a list of words
const scalarKinds: ReadonlySet<Type["kind"]> = new Set([
  "bool", "int", "number", "null", "string", "enum", "path", "ip", "mail", "domain", "time", "duration",
] as const);
