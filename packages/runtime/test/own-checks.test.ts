import { type JsonObject, schemaChecker, type Value } from "@mcpolicy/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ajvReasons } from "../src/ajv.ts";
import { formats } from "../src/formats.ts";
import { value, whole } from "./arbitrary-schema.ts";

// Our own checks against ajv, which is the reference: the same verdict, and the same violations in the same words. JSON Schema's own test suite is
// held against both by `pnpm soak oracles`.

function verdicts(of: JsonObject, given: Value): { readonly ours: unknown; readonly theirs: unknown } {
  const asked = (ask: () => unknown): unknown => {
    try {
      return ask();
    } catch (error) {
      return error instanceof RangeError ? "endless" : `refused`;
    }
  };
  return {
    ours: asked(() => {
      const checker = schemaChecker(of, { root: undefined, formats });
      const violations = checker.violations(given);
      expect(checker.fits(given), "with and without a report").toBe(violations.length === 0);
      return violations;
    }),
    theirs: asked(() => ajvReasons({})("tool", of, given as JsonObject)),
  };
}

const holds = (json: Value, word: string): boolean => JSON.stringify(json).includes(word);

test("random schemas and values: our checks say what ajv says", () => {
  fc.assert(
    fc.property(whole, fc.array(value, { minLength: 4, maxLength: 4 }), (of, given) => {
      for (const each of given) {
        // To `unevaluatedProperties`, ajv 8.20 takes a name that every object inherits for one that was looked at.
        if (holds(of, "unevaluated") && holds(each, "constructor")) continue;
        const { ours, theirs } = verdicts(of, each);
        expect(ours).toEqual(theirs);
      }
    }),
    { numRuns: 100 },
  );
});

describe("schemas that are none are refused by both", () => {
  // biome-ignore format: table
  const broken: readonly JsonObject[] = [
    { type: 5 }, { type: "objekt" }, { type: [] }, { type: ["string", "string"] }, { nullable: true }, { type: "null", nullable: false },
    { maximum: "3" }, { multipleOf: 0 }, { maxLength: -1 }, { minLength: 1.5 }, { pattern: 5 }, { format: 5 }, { enum: 5 },
    { required: "a" }, { required: ["a", "a"] }, { required: [1] }, { properties: { a: 5 } }, { properties: [] }, { additionalProperties: 1 },
    { items: 5 }, { items: [{}] }, { prefixItems: [] }, { uniqueItems: "yes" }, { contains: 1 }, { minContains: -1 },
    { allOf: [] }, { anyOf: {} }, { oneOf: [1] }, { not: 1 }, { if: 1 }, { $ref: 5 }, { $ref: "#/nowhere" }, { $ref: "https://example.org/s" },
    { dependentRequired: { a: "b" } }, { dependentSchemas: { a: 1 } }, { propertyNames: [] }, { patternProperties: { a: 1 } },
    { unevaluatedProperties: 1 }, { $defs: { a: 1 } }, { properties: { a: { properties: { b: { minItems: "1" } } } } },
    { id: "x" }, { $id: 5 }, { $defs: { a: { $anchor: "x" }, b: { $anchor: "x" } }, $ref: "#x" }, { "x-mcpolicy-path": 5 },
    { format: "email", formatMinimum: "a" },
  ];

  test.for(broken)("%j", (schema) => {
    expect(verdicts(schema, {})).toEqual({ ours: "refused", theirs: "refused" });
  });
});
