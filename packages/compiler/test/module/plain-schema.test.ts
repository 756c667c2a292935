import { expect, test } from "vitest";
import { hasReferences, plainSchema } from "../../src/module/plain-schema.ts";

test("leaves out what only readers need, and keeps arguments that are called so", () => {
  const schema = {
    title: "Search",
    type: "object",
    properties: {
      description: { type: "string", description: "What to find.", default: "x" },
      list: { items: { title: "One", enum: ["title"] } },
      fixed: { const: { title: "kept" } },
    },
    required: ["description"],
    anyOf: [{ examples: [1], required: ["title"] }],
  };
  expect(plainSchema(schema)).toEqual({
    type: "object",
    properties: {
      description: { type: "string" },
      list: { items: { enum: ["title"] } },
      fixed: { const: { title: "kept" } },
    },
    required: ["description"],
    anyOf: [{ required: ["title"] }],
  });
});

test("leaves a schema as it is where a reference may lead into what would go", () => {
  const plain = { $ref: "#/$defs/a", $defs: { a: { title: "A", type: "string" } } };
  expect(plainSchema(plain)).toEqual({ $ref: "#/$defs/a", $defs: { a: { type: "string" } } });
  const odd = { properties: { a: { $ref: "#/default" } }, default: { title: "A", type: "string" } };
  expect(plainSchema(odd)).toBe(odd);
});

test("tells schemas that refer to something", () => {
  expect(hasReferences({ properties: { a: { type: "string" } } })).toBe(false);
  expect(hasReferences({ properties: { a: { $ref: "#" } } })).toBe(true);
  expect(hasReferences({ $defs: { a: { $anchor: "x" } } })).toBe(true);
});
