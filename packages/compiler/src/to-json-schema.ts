import { isRecord, type Value } from "@mcpolicy/core";
import type { CheckedCheck } from "@mcpolicy/language";

type Schema = Readonly<Record<string, Value>>;

/**
 * The schema that a tool's arguments must satisfy: the pinned one, its objects closed, with every `check` joined by `allOf`. The
 * dialect stays the one that the server chose, and references stay valid, since the pinned schema stays the root.
 *
 * The arguments themselves stay open where each check of the tool says `open`. One check that does not is enough to close them:
 * adding a check never lets more through.
 */
export function toJsonSchema(pinned: Schema, checks: readonly CheckedCheck[]): Schema {
  const isOpen = checks.length > 0 && checks.every((check) => check.open);
  const closed = closeObjects(pinned);
  const root = isOpen ? reopen(closed, pinned) : closed;
  if (checks.length === 0) return root;
  const joined = Array.isArray(root["allOf"]) ? (root["allOf"] as readonly Value[]) : [];
  return { ...root, allOf: [...joined, ...checks.map((check) => check.schema)] };
}

/** The closed schema with the top level as the server gave it. */
function reopen(closed: Schema, pinned: Schema): Schema {
  const closing = new Set(
    ["additionalProperties", "unevaluatedProperties"].filter((key) => !Object.hasOwn(pinned, key)),
  );
  return Object.fromEntries(Object.entries(closed).filter(([key]) => !closing.has(key)));
}

/** Keywords that apply further schemas to the same value, so that one node alone does not know all declared fields. */
// biome-ignore format: a list of words
const combining = [
  "$ref", "$dynamicRef", "$recursiveRef", "allOf", "anyOf", "oneOf", "not", "if", "then", "else",
  "dependentSchemas", "dependencies",
] as const;

/** Where a keyword's value holds schemas of parts of the value, each of which declares its own fields. */
const schemaIn = new Set(["items", "additionalItems", "additionalProperties", "contains", "unevaluatedItems"]);
const listIn = new Set(["prefixItems", "items"]);
const mapIn = new Set(["properties", "patternProperties"]);

/**
 * A schema in which an object with declared fields has no others. A node is closed by `additionalProperties: false` where it
 * declares all fields itself, and by `unevaluatedProperties: false` where further schemas apply to the same value and the dialect
 * has that word (2019-09 and later). Schemas below a combining keyword and in `$defs` are left as they are: what refers to them may
 * rely on their being open. What the schema says itself about further fields stands.
 */
export function closeObjects(schema: Schema): Schema {
  return closeNode(schema, hasUnevaluated(schema));
}

function closeNode(node: Schema, unevaluated: boolean): Schema {
  const parts = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, closeParts(key, value, unevaluated)]),
  );
  const says = (key: string): boolean => Object.hasOwn(node, key);
  if (says("additionalProperties") || says("unevaluatedProperties")) return parts;
  if (!combining.some(says)) return says("properties") ? { ...parts, additionalProperties: false } : parts;
  return unevaluated && declaresFields(node) ? { ...parts, unevaluatedProperties: false } : parts;
}

function closeParts(key: string, value: Value, unevaluated: boolean): Value {
  const close = (each: Value): Value => (isRecord(each) ? closeNode(each, unevaluated) : each);
  if (Array.isArray(value)) return listIn.has(key) ? value.map(close) : value;
  if (!isRecord(value)) return value;
  if (schemaIn.has(key)) return close(value);
  if (mapIn.has(key)) return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, close(each)]));
  return value;
}

/** Whether a node, or an alternative below its combining keywords, declares fields. A reference counts: it may. */
function declaresFields(node: Value): boolean {
  if (Array.isArray(node)) return node.some(declaresFields);
  if (!isRecord(node)) return false;
  if (Object.hasOwn(node, "properties") || Object.hasOwn(node, "$ref")) return true;
  return combining.some((key) => key !== "not" && Object.hasOwn(node, key) && declaresFields(node[key] as Value));
}

function hasUnevaluated(schema: Schema): boolean {
  const dialect = schema["$schema"];
  return dialect === undefined || (typeof dialect === "string" && /draft\/20(19-09|20-12)\//.test(dialect));
}
