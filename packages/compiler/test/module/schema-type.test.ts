import type { JsonObject } from "@mcpolicy/core";
import { expect, test } from "vitest";
import { schemaType } from "../../src/module/schema-type.ts";

// biome-ignore format: table
const rows: readonly (readonly [JsonObject, string])[] = [
  [{ type: "string" },                                            "string"],
  [{ type: ["integer", "null"] },                                 "number | null"],
  [{ enum: ["a", 1, null] },                                      '"a" | 1 | null'],
  [{ const: "*/ evil" },                                          '"*/ evil"'],
  [{ const: { a: 1 } },                                           "unknown"],
  [{ type: "array", items: { type: ["string", "boolean"] } },     "readonly (string | boolean)[]"],
  [{ type: "array", prefixItems: [{}], items: { type: "string" } }, "readonly unknown[]"],
  [{ type: "object", additionalProperties: false },               "{ readonly [name: string]: never }"],
  [{ type: "object", properties: { "a b": { type: "string" }, c: {} }, required: ["c"], additionalProperties: false },
                                                                  '{ readonly "a b"?: string; readonly "c": unknown }'],
  [{ properties: { a: { type: "string" } } },                     "unknown"],
  [{ anyOf: [{ type: "string" }, { type: "number" }] },           "string | number"],
  [{ anyOf: [{ type: "string" }, {}] },                           "unknown"],
  [{ $ref: "#/$defs/a", $defs: { a: { type: "boolean" } } },      "boolean"],
  [{ $ref: "#/$defs/a", $defs: { a: { type: "array", items: { $ref: "#/$defs/a" } } } }, ""],
  [{ $ref: "https://example.org/x" },                             "unknown"],
];

test.for(rows)("%j", ([schema, type]) => {
  // A type that holds itself ends somewhere.
  if (type === "") expect(schemaType(schema).text).toMatch(/^(?:readonly \()+unknown(?:\)\[\])+$/);
  else expect(schemaType(schema).text).toBe(type);
});
