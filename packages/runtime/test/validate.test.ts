import type { Value } from "@mcpolicy/core";
import { describe, expect, test } from "vitest";
import { load, policy, rule, server } from "./small-policies.ts";

type Schema = Readonly<Record<string, Value>>;

function loaded(schema: Schema, root: string | null = "/w") {
  const { root: _, ...rootless } = server;
  const tools = { read: { ...server.tools["read"]!, schema } };
  const one = { ...rootless, ...(root === null ? {} : { root }), tools };
  return load(policy([rule({ id: "a", effect: "allow" })], { servers: [one] }));
}

const violations = (schema: Schema, args: unknown, root?: string | null) =>
  loaded(schema, root).validate("fs", "read", args);
const field = (schema: Schema): Schema => ({ type: "object", properties: { x: schema } });

// biome-ignore format: table
const words: readonly (readonly [Schema, unknown, string, string])[] = [
  [field({ type: "string" }),                         { x: 1 },          "/x",   "a string"],
  [field({ type: ["string", "null"] }),               { x: 1 },          "/x",   "a string or null"],
  [field({ type: "integer" }),                        { x: 1.5 },        "/x",   "a whole number"],
  [{ required: ["a/b"] },                             {},                "/a~1b", "a value: it is required"],
  [{ properties: {}, additionalProperties: false },   { y: 1 },          "/y",   "nothing: no argument of this name is declared"],
  [{ anyOf: [{ properties: { x: {} } }], unevaluatedProperties: false }, { y: 1 }, "/y", "nothing: no argument of this name is declared"],
  [field({ enum: ["a", 1] }),                         { x: "b" },        "/x",   'one of "a", 1'],
  [field({ const: "a" }),                             { x: "b" },        "/x",   '"a"'],
  [field({ minLength: 2 }),                           { x: "😀" },       "/x",   "at least 2 characters"],
  [field({ maximum: 2 }),                             { x: 3 },          "/x",   "a number <= 2"],
  [field({ pattern: "^a+$" }),                        { x: "b" },        "/x",   'text that matches "^a+$"'],
  [field({ format: "email" }),                        { x: "b" },        "/x",   'text in the format "email"'],
  [field({ items: { type: "string" } }),              { x: ["a", 1] },   "/x/1", "a string"],
  [field({ uniqueItems: true }),                      { x: [{ a: 1, b: 2 }, { b: 2, a: 1 }] }, "/x", "items that differ from each other"],
];

test.for(words)("%j with %j", ([schema, args, pointer, expected]) => {
  expect(violations(schema, args)).toEqual([{ pointer, expected }]);
});

test("every violation is told, up to sixteen", () => {
  const schema = { additionalProperties: { type: "string" } };
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`k${index}`, index]));
  expect(violations(schema, { a: 1, b: "x", c: 2 })).toHaveLength(2);
  expect(violations(schema, many)).toHaveLength(16);
});

describe("arguments stay as they came", () => {
  test("no defaults, no coercion, no removal", () => {
    const schema = { properties: { n: { type: "integer" }, d: { default: 1 } }, additionalProperties: false };
    const args = Object.freeze({ n: "1" });
    expect(violations(schema, args)).toHaveLength(1);
    expect(violations(schema, {})).toEqual([]);
    expect(args).toEqual({ n: "1" });
  });

  test("own properties only", () => {
    expect(violations({ required: ["constructor"] }, {})).toHaveLength(1);
    expect(violations({ required: ["__proto__"] }, JSON.parse('{"__proto__":1}'))).toEqual([]);
    expect(
      violations({ properties: { a: {} }, additionalProperties: false }, JSON.parse('{"__proto__":1}')),
    ).toHaveLength(1);
  });
});

describe("dialects", () => {
  const tuple = { items: [{ type: "string" }] };
  const prefix = { prefixItems: [{ type: "string" }] };

  test("2020-12 where nothing is said, or where it is said", () => {
    expect(violations(field(prefix), { x: [1] })).toHaveLength(1);
    const $schema = "https://json-schema.org/draft/2020-12/schema";
    expect(violations({ $schema, ...field(prefix) }, { x: [1] })).toHaveLength(1);
  });

  test("draft-07 by its name", () => {
    const $schema = "http://json-schema.org/draft-07/schema#";
    expect(violations({ $schema, ...field(tuple) }, { x: [1] })).toHaveLength(1);
    expect(violations({ $schema, ...field(prefix) }, { x: [1] })).toHaveLength(0);
  });

  test("another one is a failure, not a pass", () => {
    expect(() => violations({ $schema: "http://json-schema.org/draft-04/schema#" }, {})).toThrow(/dialect/);
  });

  test("a schema that is none is a failure, not a pass", () => {
    expect(() => violations({ type: "objekt" }, {})).toThrow(/schema of read is not valid/);
    expect(() => violations({ properties: { a: { minLength: "3" } } }, {})).toThrow(/minLength/);
  });

  test("two tools of a server with the same $id do not meet", () => {
    const schemaOf = (type: string): Schema => ({ $id: "https://example.org/s", type: "object", ...field({ type }) });
    const tool = server.tools["read"]!;
    const tools = { read: { ...tool, schema: schemaOf("string") }, write: { ...tool, schema: schemaOf("integer") } };
    const policies = load(policy([rule({ id: "a", effect: "allow" })], { servers: [{ ...server, tools }] }));
    for (const name of ["read", "write", "read"]) {
      expect(policies.validate("fs", name, { x: name === "read" ? "a" : 1 })).toEqual([]);
      expect(policies.validate("fs", name, { x: true })).toHaveLength(1);
    }
  });

  test("a schema may refer to itself", () => {
    const tree = { type: "object", properties: { children: { items: { $ref: "#" } } }, additionalProperties: false };
    for (const $id of [undefined, "https://example.org/tree"]) {
      const schema = $id === undefined ? tree : { $id, ...tree };
      expect(violations(schema, { children: [{ children: [] }] })).toEqual([]);
      expect(violations(schema, { children: [{ children: [{ x: 1 }] }] })).toMatchObject([
        { pointer: "/children/0/children/0/x" },
      ]);
    }
  });
});

describe("paths in a check", () => {
  const path = (demand: Value) => field({ type: "string", "x-mcpolicy-path": demand });

  // biome-ignore format: table
  const cases: readonly (readonly [Value, string, RegExp | undefined])[] = [
    [{},                              "/a",          undefined],
    [{},                              "../a",        /a readable path \(.*\.\..*\)/],
    [{ under: "/w" },                 "/w/a",        undefined],
    [{ under: "/w" },                 "a",           undefined],
    [{ under: ["/x", "/w"] },         "/w",          undefined],
    [{ under: "/w" },                 "/work",       /a path under "\/w"/],
    [{ under: "/w" },                 "/w/../etc",   /a readable path/],
    [{ like: ["**/*.md", "**/*.t"] }, "/w/a/b.md",   undefined],
    [{ like: "**/*.md" },             "/w/a/b.mdx",  /a path like/],
    [{ under: "/w", like: "**/*.md" }, "/x/a.md",    /a path under/],
  ];

  test.for(cases)("%j of %j", ([demand, text, expected]) => {
    const found = violations(path(demand), { x: text });
    if (expected === undefined) expect(found).toEqual([]);
    else expect(found).toEqual([{ pointer: "/x", expected: expect.stringMatching(expected) }]);
  });

  test("a relative path is none where the server has no root", () => {
    expect(loaded(path({ under: "/w" }), null).validate("fs", "read", { x: "a" })).toHaveLength(1);
  });

  test("a demand that cannot be read lets nothing pass", () => {
    expect(() => violations(path({ under: "../x" }), { x: "/w" })).toThrow(/cannot be read/);
  });
});

describe("patterns", () => {
  test("two patterns of one schema are two", () => {
    const schema = { properties: { a: { pattern: "^a$" }, b: { pattern: "^b$" } } };
    expect(violations(schema, { a: "a", b: "b" })).toEqual([]);
    expect(violations(schema, { a: "b", b: "a" })).toHaveLength(2);
  });

  test("end where a backtracking engine would hang", () => {
    expect(violations(field({ pattern: "^(a+)+$" }), { x: `${"a".repeat(50_000)}!` })).toHaveLength(1);
  });

  test("that the automata cannot say bound the text only, and loading warns", () => {
    const schema = field({ pattern: "^(?=a)b$" });
    expect(violations(schema, { x: "anything" })).toEqual([]);
    expect(violations(schema, { x: "a".repeat(5000) })).toHaveLength(1);
    expect(loaded(schema).warnings).toEqual([
      expect.stringContaining('fs.read: pattern "^(?=a)b$" is left to the server'),
    ]);
    expect(loaded(field({ pattern: "^a$" })).warnings).toEqual([]);
  });
});

// Whoever compares all pairs takes longer than a test may; the measure is `pnpm soak linear`.
test("many equal-looking items are told apart", () => {
  const items = Array.from({ length: 20_000 }, (_, index) => ({ index }));
  expect(violations(field({ uniqueItems: true }), { x: items })).toEqual([]);
});

test.for([
  "uri",
  "email",
  "hostname",
  "ipv6",
  "uuid",
  "date-time",
  "uri-reference",
  "uri-template",
  "regex",
  "json-pointer",
])("format %s ends over long hostile texts", (format) => {
  for (const text of ["a", "a.", "a@", "1:", "%61", "{a}", "-", "http://a/"]) {
    const found = violations(field({ format }), { x: `${text.repeat(Math.floor(100_000 / text.length))}\n` });
    expect(found.length, text).toBeLessThanOrEqual(1);
  }
});
