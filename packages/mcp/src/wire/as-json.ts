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
      return value === null || (Array.isArray(value) ? isJsonList(value) : isJsonRecord(value));
    default:
      return false;
  }
}

// Most members are texts: those are told here, without a call for each.

function isJsonList(list: readonly unknown[]): boolean {
  for (const item of list) if (typeof item !== "string" && !isJson(item)) return false;
  return true;
}

function isJsonRecord(record: object): boolean {
  const prototype = Object.getPrototypeOf(record);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const name in record) {
    const member = record[name as keyof typeof record] as unknown;
    if (typeof member !== "string" && !isJson(member)) return false;
  }
  return true;
}
