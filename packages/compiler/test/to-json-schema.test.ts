import type { CheckedCheck } from "@mcpolicy/language";
import { describe, expect, test } from "vitest";
import { toJsonSchema } from "../src/index.ts";

const text = { type: "string" };
type Schema = CheckedCheck["schema"];
const object = (properties: Schema, more: Schema = {}): Schema => ({ type: "object", properties, ...more });

const check = (schema: CheckedCheck["schema"], open = false): CheckedCheck => ({
  server: "fs",
  tool: "read",
  ofResult: false,
  span: { file: "p.mcpolicy", start: 0, end: 0 },
  open,
  schema,
});

describe("closing", () => {
  // biome-ignore format: table
  const cases = [
    ["declared fields",                  object({ a: text }),                                 object({ a: text }, { additionalProperties: false })],
    ["no declared fields",               { type: "object" },                                  { type: "object" }],
    ["what the schema says itself",      object({ a: text }, { additionalProperties: text }), object({ a: text }, { additionalProperties: text })],
    ["objects within lists",             { items: object({ a: text }) },                      { items: object({ a: text }, { additionalProperties: false }) }],
    ["lists of schemas",                 { prefixItems: [object({ a: text })] },              { prefixItems: [object({ a: text }, { additionalProperties: false })] }],
    ["a field called properties",        object({ properties: text }),                        object({ properties: text }, { additionalProperties: false })],
    ["a field called allOf",             object({ allOf: text }),                             object({ allOf: text }, { additionalProperties: false })],
    ["enumerated values are no schemas", { enum: [{ properties: { a: 1 } }] },                { enum: [{ properties: { a: 1 } }] }],
    ["alternatives, 2020-12",            { anyOf: [object({ a: text })] },                    { anyOf: [object({ a: text })], unevaluatedProperties: false }],
    ["references out of sight, 2020-12", object({ a: { $ref: "#/$defs/x" } }),                object({ a: { $ref: "#/$defs/x", unevaluatedProperties: false } }, { additionalProperties: false })],
    ["alternatives of no objects",       { anyOf: [text, { type: "null" }] },                 { anyOf: [text, { type: "null" }] }],
  ] as const;

  test.for(cases)("%s", ([, pinned, closed]) => expect(toJsonSchema(pinned, [])).toEqual(closed));

  const draft07 = "http://json-schema.org/draft-07/schema#";
  const named = (...names: readonly string[]): Schema => ({ propertyNames: { enum: names } });

  test("draft-07 has no word for closing alternatives, so that the names of all are said", () => {
    const pinned = { $schema: draft07, ...object({ a: text }), anyOf: [object({ b: text }), { required: ["a"] }] };
    expect(toJsonSchema(pinned, [])).toEqual({ ...pinned, ...named("a", "b") });
  });

  test("nor does it read what stands beside a reference", () => {
    const definitions = { x: object({ b: text }) };
    const pinned = { $schema: draft07, ...object({ a: { $ref: "#/definitions/x" } }), definitions };
    expect(toJsonSchema(pinned, [])).toEqual({
      $schema: draft07,
      ...object({ a: { allOf: [{ $ref: "#/definitions/x" }], ...named("b") } }, { additionalProperties: false }),
      definitions,
    });
    const short = { maxProperties: 1 };
    expect(toJsonSchema({ $schema: draft07, $ref: "#/definitions/x", definitions }, [check(short)])).toEqual({
      $schema: draft07,
      allOf: [{ $ref: "#/definitions/x" }, short],
      ...named("b"),
      definitions,
    });
  });

  test("one of several that says what else there may be leaves the object open in draft-07", () => {
    for (const other of [
      { additionalProperties: true },
      { patternProperties: { "^x-": text } },
      { $ref: "http://x/" },
    ]) {
      const pinned = { $schema: draft07, ...object({ a: text }), anyOf: [other] };
      expect(toJsonSchema(pinned, [])).toEqual(pinned);
    }
  });

  test("what is referred to closes its parts, and is closed where it is referred to", () => {
    const inner = object({ c: text });
    const $defs = { x: object({ b: inner }) };
    expect(toJsonSchema({ ...object({ a: { $ref: "#/$defs/x" } }), $defs }, [])).toEqual({
      ...object({ a: { $ref: "#/$defs/x", unevaluatedProperties: false } }, { additionalProperties: false }),
      $defs: { x: object({ b: { ...inner, additionalProperties: false } }) },
    });
  });

  test("a reference to a record without declared fields closes nothing", () => {
    const pinned = object(
      { a: { $ref: "#/$defs/x" } },
      { $defs: { x: { type: "object" } }, additionalProperties: false },
    );
    expect(toJsonSchema(pinned, [])).toEqual(pinned);
  });

  test("a part that two schemas of one value describe is closed by neither", () => {
    const pinned = {
      allOf: [object({ p: object({ a: text }) }), object({ p: object({ b: text }), q: object({ c: text }) })],
    };
    const [first, second] = pinned.allOf;
    const q = object({ c: text }, { additionalProperties: false });
    expect(toJsonSchema(pinned, [])).toEqual({
      allOf: [first, { ...second, properties: { ...(second!["properties"] as Schema), q } }],
      unevaluatedProperties: false,
    });
  });
});

describe("checks", () => {
  const pinned = object({ a: text });
  const short = { properties: { a: { maxLength: 9 } } };

  test("join by allOf; the pinned schema stays the root, its dialect too", () => {
    const $schema = "http://json-schema.org/draft-07/schema#";
    const own = { minProperties: 1 };
    expect(toJsonSchema({ $schema, ...pinned, allOf: [own] }, [check(short), check({ required: ["a"] })])).toEqual({
      $schema,
      ...pinned,
      additionalProperties: false,
      allOf: [own, short, { required: ["a"] }],
    });
  });

  test("open lets undeclared arguments through, at the top only", () => {
    const nested = object({ a: object({ b: text }) });
    expect(toJsonSchema(nested, [check(short, true)])).toEqual({
      ...object({ a: object({ b: text }, { additionalProperties: false }) }),
      allOf: [short],
    });
  });

  test("one check that is not open closes the arguments, whatever others say", () => {
    expect(toJsonSchema(pinned, [check(short, true), check(short)])).toMatchObject({ additionalProperties: false });
  });

  test("open never reopens what the server closed", () => {
    const closed = object({ a: text }, { additionalProperties: false });
    expect(toJsonSchema(closed, [check(short, true)])).toMatchObject({ additionalProperties: false });
  });
});
