import type { EngineFactory, JsonObject, Value } from "@mcpolicy/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formats, ownChecker } from "../../runtime/src/index.ts";
import { value, whole } from "../../runtime/test/arbitrary-schema.ts";
import { call, load, policy, rule, server } from "../../runtime/test/small-policies.ts";
import { generatedEngine } from "../src/index.ts";

/** The generated validator of a schema; undefined where there is no code for it. */
function generated(schema: JsonObject, root?: string): ((args: JsonObject) => boolean) | undefined {
  const { root: _, ...rootless } = server;
  const tools = { read: { ...server.tools["read"]!, schema } };
  const on = { ...rootless, ...(root === undefined ? {} : { root }), tools };
  return generatedEngine(policy([], { servers: [on] }), formats).fits?.("fs", "read");
}

test("random schemas and values: generated code says what the checks say", () => {
  let [withCode, without] = [0, 0];
  fc.assert(
    fc.property(whole, fc.array(value, { minLength: 6, maxLength: 6 }), (schema, given) => {
      let checks: (args: Value) => boolean;
      try {
        checks = ownChecker("read", schema, {}).fits;
      } catch {
        return;
      }
      const code = generated(schema);
      if (code === undefined) {
        without++;
        return;
      }
      withCode++;
      for (const each of given) {
        const verdict = asked(() => checks(each));
        expect(asked(() => code(each as JsonObject))).toBe(verdict);
      }
    }),
    { numRuns: 1_000 },
  );
  expect(withCode).toBeGreaterThan(without);
});

/** A schema that refers to itself without an end asks too much of both. */
function asked(fits: () => boolean): boolean | "endless" {
  try {
    return fits();
  } catch (error) {
    if (error instanceof RangeError) return "endless";
    throw error;
  }
}

describe("each keyword that has code", () => {
  // biome-ignore format: table
  const rows: readonly (readonly [JsonObject, readonly Value[], readonly Value[]])[] = [
    [{ type: "string" },                              ["", "x"],               [1, null, [], {}]],
    [{ type: ["integer", "null"] },                   [1, null, -0],           [1.5, "1"]],
    [{ type: "number", exclusiveMinimum: 0 },         [0.1],                   [0, "a"]],
    [{ maximum: 2, multipleOf: 0.5 },                 [2, 1.5, "x"],           [2.5, 0.3]],
    [{ type: "string", minLength: 2, maxLength: 2 },  ["ab", "😀😀"],          ["a", "😀", "abc"]],
    [{ pattern: "^a+$" },                             ["a", 5],                ["b", ""]],
    [{ format: "date" },                              ["2026-01-01", 1],       ["2026-13-01"]],
    [{ format: "int32" },                             [1, "x"],                [2 ** 31]],
    [{ enum: ["a", 1, null] },                        ["a", 1, null],          ["b", 2, undefined as never]],
    [{ enum: ["a", "b", "c", "d", "e", "f", "g", "h", "i"] }, ["i"],           ["j", 1]],
    [{ enum: [{ a: [1] }, "b"] },                     [{ a: [1] }, "b"],       [{ a: [2] }, {}]],
    [{ const: { a: 1 } },                             [{ a: 1 }],              [{ a: 1, b: 1 }]],
    [{ const: 0 },                                    [0, -0],                 ["0"]],
    [{ items: { type: "string" }, maxItems: 1 },      [[], ["a"], "x"],        [[1], ["a", "b"]]],
    [{ prefixItems: [{ type: "string" }], items: false }, [[], ["a"]],         [[1], ["a", "b"]]],
    [{ uniqueItems: true },                           [[1, "1"], [{}, []]],    [[1, 1], [{ a: 1, b: 2 }, { b: 2, a: 1 }]]],
    [{ required: ["a"], properties: { a: { type: "string" } } }, [{ a: "" }, 5], [{}, { a: 1 }]],
    [{ required: ["constructor"] },                   [{ constructor: 1 }],    [{}]],
    [{ properties: { toString: { type: "string" } }, additionalProperties: false }, [{}, { toString: "" }], [{ toString: 1 }, { x: 1 }]],
    [{ properties: { a: {} }, additionalProperties: { type: "string" } }, [{ a: 1, b: "" }], [{ b: 1 }]],
    [{ propertyNames: { maxLength: 1 } },             [{ a: 1 }],              [{ ab: 1 }]],
    [{ minProperties: 1, maxProperties: 1 },          [{ a: 1 }],              [{}, { a: 1, b: 1 }]],
    [{ anyOf: [{ type: "string" }, { minimum: 2 }] }, ["", 2, null],           [1]],
    [{ oneOf: [{ type: "string" }, { minLength: 2 }] }, ["a", 1],              ["ab"]],
    [{ allOf: [{ type: "string" }], not: { const: "a" } }, ["b"],              ["a", 1]],
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    [{ if: { type: "string" }, then: { minLength: 1 }, else: { type: "null" } }, ["a", null], ["", 1]],
    [{ $ref: "#/$defs/a", $defs: { a: { type: "string" } } }, ["a"],           [1]],
    [{ "x-mcpolicy-path": { under: "/w" } },          ["/w/a", "a", 5],        ["/x", "../a", "/w/../x"]],
  ];

  test.for(rows)("%j", ([schema, fitting, others]) => {
    const code = generated(schema, "/w");
    expect(code, "there is code").toBeDefined();
    const checks = ownChecker("read", schema, { root: "/w" }).fits;
    const verdicts = (values: readonly Value[]) => values.map((each) => [code?.(each as JsonObject), checks(each)]);
    expect(verdicts(fitting)).toEqual(fitting.map(() => [true, true]));
    expect(verdicts(others)).toEqual(others.map(() => [false, false]));
  });
});

test("a schema with a keyword that has no code is left to the checks, as a whole", () => {
  const schema = { type: "object", properties: { x: { contains: { type: "string" } } } };
  expect(generated(schema)).toBeUndefined();
  const policies = load(
    policy([rule({ id: "a", effect: "allow" })], {
      servers: [{ ...server, tools: { read: { ...server.tools["read"]!, schema } } }],
    }),
    generatedEngine,
  );
  expect(policies.permits(call({ x: ["a"] }))).toBe(true);
  expect(policies.permits(call({ x: [1] }))).toBe(false);
});

test("the generated validator is what a loaded policy asks, once its engine makes one", () => {
  const schema = { type: "object", properties: { path: { type: "string" } } };
  const asked: unknown[] = [];
  const engine: EngineFactory = (ir, given) => {
    const made = generatedEngine(ir, given);
    return {
      ...made,
      fits: (on, tool) => {
        const check = made.fits?.(on, tool);
        expect(check).toBeDefined();
        return (args) => {
          asked.push(args);
          return check!(args);
        };
      },
    };
  };
  const policies = load(
    policy([rule({ id: "a", effect: "allow" })], {
      servers: [{ ...server, tools: { read: { ...server.tools["read"]!, schema } } }],
    }),
    engine,
  );
  expect(policies.permits(call({ path: "a" }))).toBe(true);
  expect(policies.decide(call({ path: 1 })).effect).toBe("invalid");
  expect(asked).toEqual([{ path: "a" }, { path: 1 }]);
});
