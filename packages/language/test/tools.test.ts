import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { showType, type Value } from "@mcpolicy/core";
import { Source } from "@mcpolicy/diagnostics";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readPins } from "../src/pins.ts";
import { typeOfSchema } from "../src/tools.ts";

const show = (schema: unknown, name?: string): string => showType(typeOfSchema(schema as Value, name).type);
const features = (schema: unknown): readonly string[] =>
  typeOfSchema(schema as Value).warnings.map((each) => `${each.feature} ${each.pointer}`);

// biome-ignore format: table
test.each([
  ["plain",              { type: "integer" },                                            "int"],
  ["nullable by a list", { type: ["string", "null"] },                                   "string | null"],
  ["nullable by union",  { anyOf: [{ type: "string" }, { type: "null" }] },              "string | null"],
  ["OpenAPI's nullable", { type: "string", nullable: true },                             "string | null"],
  ["enumeration",        { enum: ["a", "b"] },                                           '"a" | "b"'],
  ["constant",           { const: "a" },                                                 '"a"'],
  ["mixed enumeration",  { enum: ["a", 1, null] },                                       '"a" | int | null'],
  ["uri",                { type: "string", format: "uri" },                              "url"],
  ["another format",     { type: "string", format: "date-time" },                        "string"],
  ["list",               { type: "array", items: { type: "number" } },                   "list<number>"],
  ["tuple",              { type: "array", prefixItems: [{ type: "string" }, { type: "integer" }], items: false }, "list<string | int>"],
  ["bounded tuple",      { type: "array", prefixItems: [{ type: "number" }, { type: "number" }], maxItems: 2 }, "list<number>"],
  ["draft-07 tuple",     { type: "array", items: [{ type: "number" }], additionalItems: { type: "null" } }, "list<number | null>"],
  ["map",                { type: "object", additionalProperties: { type: "integer" } },  "{ *: int }"],
  ["record and map",     { properties: { a: { type: "string" } }, additionalProperties: { type: "integer" } }, "{ a?: string, *: int }"],
  ["merged maps",        { allOf: [{ type: "object", additionalProperties: { type: "number" } }, { type: "object", additionalProperties: { type: "integer" } }] }, "{ *: int }"],
  ["closed record",      { properties: { a: { type: "string" } }, required: ["a"] },     "{ a: string }"],
  ["optional field",     { type: "object", properties: { a: { type: "bool" } } },        "{ a?: any }"],
  ["local reference",    { $ref: "#/$defs/x", $defs: { x: { type: "boolean" } } },       "bool"],
  ["escaped pointer",    { $ref: "#/$defs/a~1b", $defs: { "a/b": { type: "boolean" } } }, "bool"],
  ["merged records",     { allOf: [{ properties: { a: { type: "integer" } } }, { properties: { b: { type: "null" } } }] }, "{ a?: int, b?: null }"],
  ["required combos",    { type: "object", properties: { a: { type: "integer" } }, anyOf: [{ required: ["a"] }, {}] }, "{ a?: int }"],
])("%s", (_name, schema, type) => {
  expect(show(schema)).toBe(type);
});

test("names make paths, of text without a form of its own, and of lists of it", () => {
  expect(show({ type: "string" }, "source_path")).toBe("path");
  expect(show({ type: "string", format: "uri" }, "path")).toBe("url");
  expect(show({ enum: ["a"] }, "path")).toBe('"a"');
  expect(show({ type: "array", items: { type: "string" } }, "files")).toBe("list<path>");
  expect(show({ type: "object", additionalProperties: { type: "string" } }, "files")).toBe("{ *: path }");
  expect(show({ type: "string" }, "content")).toBe("string");
});

test("formats say what is a path, whatever its name, and what is none", () => {
  for (const format of ["path", "file-path", "directory-path"])
    expect(show({ type: "string", format }, "place")).toBe("path");
  expect(show({ type: "string", format: "uuid" }, "file")).toBe("string");
  expect(show({ type: "string", format: "x-of-our-own" }, "file")).toBe("path");
});

// biome-ignore format: table
test.each([
  ["nothing said",      {},                                                                    ["no type "]],
  ["tuple that goes on", { type: "array", prefixItems: [{ type: "string" }] },                 ["no items "]],
  ["draft-07 tuple",    { type: "array", items: [{ type: "string" }] },                        ["no additionalItems "]],
  ["part of a tuple",   { type: "array", prefixItems: [{}], items: false },                    ["no type /prefixItems/0"]],
  ["names by pattern",  { type: "object", additionalProperties: { type: "string" }, patternProperties: { a: true } }, ["patternProperties /patternProperties"]],
  ["negation",          { type: "string", not: { const: "a" } },                               ["not /not"]],
  ["condition",         { type: "string", if: {}, else: {} },                                  ["if /if", "else /else"]],
  ["patterns of names", { type: "object", patternProperties: { a: {} } },                      ["patternProperties /patternProperties"]],
  ["itself",            { type: "object", properties: { a: { $ref: "#" } } },                  ["$ref /properties/a/$ref/properties/a/$ref"]],
  ["elsewhere",         { $ref: "https://example.org/x.json" },                                ["$ref /$ref"]],
  ["nowhere",           { $ref: "#/$defs/x" },                                                 ["$ref /$ref"]],
  ["contradiction",     { allOf: [{ type: "string" }, { type: "integer" }] },                  ["allOf "]],
])("%s is named in a warning", (_name, schema, expected) => {
  expect(features(schema)).toEqual(expected);
});

test("deep and wide schemas end", () => {
  let deep: Value = { type: "string" };
  for (let depth = 0; depth < 5000; depth++) deep = { type: "array", items: deep };
  expect(features(deep)[0]).toMatch(/^depth /);
  const wide = {
    type: "object",
    properties: Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`p${n}`, { type: "string" }])),
  };
  expect(features(wide).some((each) => each.startsWith("size "))).toBe(true);
  // Each level refers to the next one twice: without a bound this doubles with each level.
  const doubling = Object.fromEntries(
    Array.from({ length: 40 }, (_, n) => [
      `d${n}`,
      { anyOf: [{ $ref: `#/$defs/d${n + 1}` }, { $ref: `#/$defs/d${n + 1}` }] },
    ]),
  );
  expect(features({ $ref: "#/$defs/d0", $defs: doubling }).length).toBeGreaterThan(0);
});

test("any JSON value gives a type", () => {
  const keyword = fc.constantFrom(
    "type",
    "properties",
    "items",
    "$ref",
    "allOf",
    "anyOf",
    "enum",
    "const",
    "required",
    "nullable",
  );
  const { schema } = fc.letrec<{ schema: unknown }>((tie) => ({
    schema: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom("string", "object", "array", "#", "#/properties/__proto__", true, false, null, 3),
      fc.dictionary(keyword, tie("schema"), { maxKeys: 4 }),
      fc.array(tie("schema"), { maxLength: 3 }),
    ),
  }));
  fc.assert(
    fc.property(schema, (value) => {
      expect(typeOfSchema(value as Value).type).toBeDefined();
    }),
    { numRuns: 2000 },
  );
});

const shared = resolve(import.meta.dirname, "../../..", process.env["MCPOLICY_SHARED"] ?? "../shared");
const folder = join(shared, "data/mcp-tools");
const present = existsSync(folder);
if (!present) console.warn(`${folder} is absent: the tools of 41 published servers are not read`);

test.runIf(!present && process.env["MCPOLICY_REQUIRE_SHARED"] === "1")("outside data is there", () => {
  expect(present).toBe(true);
});

describe.runIf(present)("published servers", () => {
  const files = present ? readdirSync(folder).filter((name) => name.endsWith(".json") && name !== "index.json") : [];
  const listings = files.map((name) => {
    const { pins, diagnostics } = readPins(new Source(name, readFileSync(join(folder, name), "utf8")));
    return { name, pins, diagnostics };
  });

  test("each listing is taken, without digests and so with a warning", () => {
    expect(listings).toHaveLength(41);
    for (const { name, pins, diagnostics } of listings) {
      expect([name, diagnostics.map((each) => each.code)]).toEqual([name, ["P0505"]]);
      expect(readPins(new Source(name, JSON.stringify(pins)))).toEqual({ pins, diagnostics: [] });
    }
  });

  test("each of 762 tools has a type, and what became `any` is named", () => {
    const tools = listings.flatMap(({ pins }) => pins!.tools);
    expect(tools).toHaveLength(762);
    const types = tools.map((tool) => typeOfSchema(tool.inputSchema));
    expect(types.filter(({ type, warnings }) => type.kind === "any" && warnings.length === 0)).toEqual([]);
    const counts = Map.groupBy(
      types.flatMap(({ warnings }) => warnings),
      (each) => each.feature,
    );
    expect(Object.fromEntries([...counts].map(([feature, all]) => [feature, all.length]).sort())).toEqual({
      "no items": 2,
      "no type": 13,
    });
  });
});
