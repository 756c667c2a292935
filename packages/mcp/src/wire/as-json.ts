import type { Value } from "@mcpolicy/core";

/**
 * A value as JSON would carry it: in process a message may hold `undefined`, dates and objects of classes, which a policy cannot read. The same
 * value where it is JSON already. Throws where it has no JSON form.
 */
export function asJson(value: unknown): Value {
  return isJson(value) ? value : (JSON.parse(JSON.stringify(value) ?? "null") as Value);
}

function isJson(value: unknown): value is Value {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value);
    case "object":
      return value === null || isJsonObject(value);
    default:
      return false;
  }
}

function isJsonObject(value: object): boolean {
  if (Array.isArray(value)) return value.every(isJson);
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const name in value) if (!isJson(value[name as keyof typeof value])) return false;
  return true;
}
