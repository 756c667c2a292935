import type { JsonObject, Value } from "@mcpolicy/core";
import fc from "fast-check";

const dialects = [
  "http://json-schema.org/draft-07/schema#",
  "https://json-schema.org/draft/2019-09/schema",
  "https://json-schema.org/draft/2020-12/schema",
] as const;

const name = fc.constantFrom("a", "b", "constructor", "c/~");
const count = fc.nat({ max: 3 });
const number = fc.constantFrom(-2, -1, -0.5, 0, 0.5, 1, 2, 3);
const leaf: fc.Arbitrary<Value> = fc.oneof(
  fc.constantFrom<Value>("", "a", "b", "ab", "😀", "a😀b", "2020-01-01", "x".repeat(5), true, false, null),
  number,
);
export const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    leaf,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(name, tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

const type = fc.constantFrom("string", "number", "integer", "boolean", "object", "array", "null");
const pattern = fc.constantFrom("^a", "b$", "^[ab]+$", "", "^(?:a.*)$", "(?=a)");

/** Some keywords of a schema; which of them a dialect has is left to both. */
const { schema } = fc.letrec<{ schema: JsonObject | boolean }>((tie) => {
  const below = tie("schema");
  const some = <T>(of: fc.Arbitrary<T>) => fc.array(of, { minLength: 1, maxLength: 3 });
  const named = <T>(of: fc.Arbitrary<T>, by: fc.Arbitrary<string> = name) =>
    fc.dictionary(by, of, { maxKeys: 3, noNullPrototype: true });
  const names = fc.uniqueArray(name, { maxLength: 3 });
  const keyword: fc.Arbitrary<JsonObject> = fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.record({ type: fc.oneof(type, fc.uniqueArray(type, { minLength: 1, maxLength: 3 })) }),
    fc.record({ type: fc.constant("string"), nullable: fc.boolean() }),
    fc.record({ maximum: number, minimum: number }, { requiredKeys: [] }),
    fc.record({ exclusiveMaximum: number, exclusiveMinimum: number }, { requiredKeys: [] }),
    fc.record({ multipleOf: fc.constantFrom(0.5, 2, 3) }),
    fc.record({ maxLength: count, minLength: count }, { requiredKeys: [] }),
    fc.record({ pattern }),
    fc.record({ format: fc.constantFrom("date", "email", "int32", "no such format") }),
    fc.record({ format: fc.constant("date"), formatMinimum: fc.constant("2020-01-01") }),
    fc.record({ const: value }),
    fc.record({
      enum: fc.uniqueArray(value, { minLength: 1, maxLength: 3, selector: (each) => JSON.stringify(each) }),
    }),
    fc.record({ required: names }),
    fc.record({ maxProperties: count, minProperties: count }, { requiredKeys: [] }),
    fc.record({ maxItems: count, minItems: count }, { requiredKeys: [] }),
    fc.record({ uniqueItems: fc.boolean() }),
    fc.record({ "x-mcpolicy-path": fc.constantFrom<Value>({}, { under: "/a" }, true) }),
    fc.record({ properties: named(below), additionalProperties: below }, { requiredKeys: [] }),
    fc.record({ patternProperties: named(below, pattern), additionalProperties: below }),
    fc.record({ propertyNames: below }),
    fc.record({ dependencies: named(fc.oneof<[fc.Arbitrary<Value>, fc.Arbitrary<Value>]>(below, names)) }),
    fc.record({ dependentRequired: named(names), dependentSchemas: named(below) }, { requiredKeys: [] }),
    fc.record({ items: below }),
    fc.record({ contains: below, minContains: count, maxContains: count }, { requiredKeys: ["contains"] }),
    fc.record({ allOf: some(below) }),
    fc.record({ anyOf: some(below) }),
    fc.record({ oneOf: some(below) }),
    fc.record({ not: below }),
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    fc.record({ if: below, then: below, else: below }, { requiredKeys: ["if"] }),
    fc.record({ $ref: fc.constantFrom("#/$defs/one", "#two") }),
    fc.record({ properties: named(below), unevaluatedProperties: fc.constant(false) }),
    fc.record({ anyOf: some(fc.record({ properties: named(below) })), unevaluatedProperties: fc.constant(false) }),
  );
  return {
    schema: fc.oneof(
      { depthSize: "small" },
      fc.boolean(),
      fc.array(keyword, { maxLength: 3 }).map((all): JsonObject => Object.assign({}, ...all)),
    ),
  };
});

/** The same with a tuple as each dialect writes it, and definitions that are referred to. */
export const whole: fc.Arbitrary<JsonObject> = fc
  .tuple(fc.constantFrom(...dialects), schema, fc.option(fc.array(schema, { minLength: 1, maxLength: 2 })), schema)
  .map(([$schema, main, tuple, one]): JsonObject => {
    const isNew = $schema.includes("2020");
    const items: JsonObject = tuple === null ? {} : isNew ? { prefixItems: tuple } : { items: tuple };
    const two: JsonObject = $schema.includes("draft-07")
      ? { $id: "#two", type: "string" }
      : { $anchor: "two", type: "string" };
    return { $schema, allOf: [main], ...items, $defs: { one, two } };
  });
