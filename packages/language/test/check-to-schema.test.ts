import { expect, test } from "vitest";
import { checkText, findings } from "./checked.ts";

function schemaOf(fields: string, tool = "fs.read_file"): unknown {
  const checked = checkText(`check ${tool} { ${fields} }`);
  const [check] = checked.policy?.checks ?? [];
  if (check === undefined) throw new Error(findings(checked).join("\n"));
  return check.schema;
}

// biome-ignore format: table
test.each([
  ["size of text",   "content: string size 1..10", "fs.write_file", { allOf: [{ type: "string" }, { minLength: 1, maxLength: 10 }] }],
  ["range",          "head?: int 1..10_000",        "fs.read_file",  { allOf: [{ type: "integer" }, { minimum: 1, maximum: 10_000 }] }],
  ["whole match",    "pattern: string matches /[a-z]+|x/", "fs.search_files", { allOf: [{ type: "string" }, { pattern: "^(?:[a-z]+|x)$" }] }],
  ["prefix",         'pattern: string starts with "a.b"',  "fs.search_files", { allOf: [{ type: "string" }, { pattern: "^a\\.b" }] }],
  ["suffix",         'pattern: string ends with "/x$"',    "fs.search_files", { allOf: [{ type: "string" }, { pattern: "\\/x\\$$" }] }],
  ["enumeration",    'encoding?: "utf-8"',          "fs.read_file",  { type: "string", enum: ["utf-8"] }],
  ["in a list",      'pattern: string in ["a", "b"]', "fs.search_files", { allOf: [{ type: "string" }, { enum: ["a", "b"] }] }],
  ["path",           "path: path",                  "fs.read_file",  { type: "string", "x-mcpolicy-path": {} }],
  ["place",          'path: path under "/w" like ["**/*.md"]', "fs.read_file", { allOf: [{ type: "string", "x-mcpolicy-path": {} }, { "x-mcpolicy-path": { under: ["/w"] } }, { "x-mcpolicy-path": { like: ["**/*.md"] } }] }],
  ["list",           "paths: list<path> size 1..5 unique", "fs.read_multiple_files", { allOf: [{ type: "array", items: { type: "string", "x-mcpolicy-path": {} } }, { minItems: 1, maxItems: 5 }, { uniqueItems: true }] }],
])("%s", (_name, field, tool, schema) => {
  const name = field.slice(0, field.search(/[?:]/));
  expect((schemaOf(field, tool) as { readonly properties: object }).properties).toEqual({ [name]: schema });
});

test("a field without `?` becomes required, one with it stays as the tool has it", () => {
  expect(schemaOf("path: path, head: int, tail?: int")).toMatchObject({ type: "object", required: ["path", "head"] });
  expect(findings(checkText("check fs.read_file { path?: path }"))).toEqual(["P0311 path"]);
});

test("arguments beside those of the check stay as they are", () => {
  expect(schemaOf("path: path")).not.toHaveProperty("additionalProperties");
});

test("refinements hold in records at any depth", () => {
  expect(schemaOf("a: list<{ b: int 1..3 c?: path }>", "un.x")).toMatchObject({
    properties: {
      a: {
        type: "array",
        items: {
          properties: {
            b: { allOf: [{ type: "integer" }, { minimum: 1, maximum: 3 }] },
            c: { type: "string", "x-mcpolicy-path": {} },
          },
          required: ["b"],
          propertyNames: { enum: ["b", "c"] },
        },
      },
    },
  });
  expect(schemaOf("a: null | { b: list<{ c: string size 0..1 }> }", "un.x")).toMatchObject({
    properties: {
      a: {
        anyOf: [
          { type: "null" },
          { properties: { b: { items: { properties: { c: { allOf: [{ type: "string" }, { maxLength: 1 }] } } } } } },
        ],
      },
    },
  });
  expect(findings(checkText("check un.x { a: list<{ b: int size 1..3 c: strnig }> }"))).toEqual([
    "P0310 size 1..3",
    "P0309 strnig",
  ]);
});

test("what fits nothing is reported", () => {
  expect(findings(checkText("check fs.read_file { pth: path }"))).toEqual(["P0203 pth"]);
  expect(findings(checkText("check fs.read_file { path: int }"))).toEqual(["P0310 int"]);
  expect(findings(checkText("check fs.read_file { head?: int size 1..3 }"))).toEqual(["P0310 size 1..3"]);
  expect(findings(checkText("check fs.raed_file { path: path }"))).toEqual(["P0201 raed_file"]);
  expect(findings(checkText("check sf.read_file { path: path }"))).toEqual(["P0202 sf"]);
});

test("on an untyped server a check is the schema, closed over its own names unless it is open", () => {
  const a = { allOf: [{ type: "integer" }, { minimum: 1, maximum: 3 }] };
  expect(schemaOf("a: int 1..3", "un.x")).toEqual({
    type: "object",
    properties: { a },
    required: ["a"],
    additionalProperties: false,
  });
  expect(schemaOf("a?: int 1..3 open", "un.x")).toEqual({ type: "object", properties: { a } });
  expect(schemaOf("a: { b: path }", "un.x")).toMatchObject({
    properties: { a: { type: "object", required: ["b"], propertyNames: { enum: ["b"] } } },
  });
  expect(findings(checkText("check un.x { a: int size 1..3 }"))).toEqual(["P0310 size 1..3"]);
  expect(findings(checkText("check result of un.x { a: int }"))).toEqual(["P0310 x"]);
});

test("of a tool of an untyped server arguments are read as `any` still", () => {
  expect(findings(checkText("check un.x { a: int 1..3 } deny un.x when args.b == 1"))).toEqual([]);
});
