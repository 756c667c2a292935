import { isRecord, type JsonObject, type Value } from "@mcpolicy/core";

/** Keywords that say nothing about values. */
const annotations = new Set([
  ..."title description default examples deprecated readOnly writeOnly $comment contentEncoding contentMediaType".split(
    " ",
  ),
  "contentSchema",
]);

/** Keywords whose value is a record of schemas, a list of them, or one. */
const inRecords = new Set("properties patternProperties $defs definitions dependentSchemas dependencies".split(" "));
const inLists = new Set("allOf anyOf oneOf prefixItems items".split(" "));
const below = new Set(
  "items additionalItems additionalProperties unevaluatedItems unevaluatedProperties contains propertyNames if then else not".split(
    " ",
  ),
);

/** A schema without what only readers of it need; as it is where a reference may lead to a place that is no schema's. */
export function plainSchema(schema: JsonObject): JsonObject {
  return referencesIn(schema).every((each) => /^#(?:\/(?:\$defs|definitions)\/[^/]+)?$/.test(each))
    ? (plain(schema) as JsonObject)
    : schema;
}

function plain(schema: Value): Value {
  if (!isRecord(schema)) return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([name]) => !annotations.has(name))
      .map(([name, value]) => [name, plainPart(name, value as Value)]),
  );
}

function plainPart(name: string, value: Value): Value {
  if (inRecords.has(name) && isRecord(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each as Value)]));
  }
  if (inLists.has(name) && Array.isArray(value)) return value.map(plain);
  return below.has(name) ? plain(value) : value;
}

/** Whatever looks like a reference counts. */
function referencesIn(part: unknown): readonly string[] {
  if (typeof part !== "object" || part === null) return [];
  return Object.entries(part).flatMap(([name, value]) =>
    /^\$(?:ref|dynamicRef|recursiveRef)$/.test(name) && typeof value === "string" ? [value] : referencesIn(value),
  );
}

/** Whether a schema may refer to something, or be referred to. */
export function hasReferences(part: unknown): boolean {
  if (typeof part !== "object" || part === null) return false;
  return Object.entries(part).some(
    ([name, value]) =>
      /^\$(?:id|ref|anchor|dynamicRef|dynamicAnchor|recursiveRef|recursiveAnchor)$/.test(name) || hasReferences(value),
  );
}
