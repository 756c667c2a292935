import { absent, equal, step, type Value } from "@mcpolicy/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const json = fc.jsonValue() as fc.Arbitrary<Value>;

describe("equal", () => {
  // biome-ignore format: table
  test.each<[Value, Value, boolean]>([
    [{ a: 1, b: [2] }, { b: [2], a: 1 }, true], [0, -0, true], [null, {}, false], [[], {}, false], [[1], [1, 2], false], ["1", 1, false],
    [JSON.parse('{"__proto__": 1}'), {}, false], [{ constructor: 1 }, { a: 1 }, false], [{}, { toString: 1 }, false],
  ])("%j and %j: %j", (a, b, wanted) => {
    expect(equal(a, b)).toBe(wanted);
    expect(equal(b, a)).toBe(wanted);
  });

  test("holds between a value and its copy, and between two values as their canonical texts are the same", () => {
    const sorted = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(sorted);
      if (typeof value !== "object" || value === null) return Object.is(value, -0) ? 0 : value;
      return Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, item]) => ({ key, item: sorted(item) }));
    };
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(equal(a, structuredClone(a))).toBe(true);
        if (!Array.isArray(a) && !Array.isArray(b)) {
          expect(equal(a, b)).toBe(JSON.stringify([typeof a, sorted(a)]) === JSON.stringify([typeof b, sorted(b)]));
        }
      }),
    );
  });

  test("does not tire of depth", () => {
    let [a, b]: [Value, Value] = [1, 1];
    for (let depth = 0; depth < 100_000; depth++) [a, b] = [[a], { x: b }];
    expect(equal(a, b)).toBe(false);
    expect(equal(a, [a])).toBe(false);
  });
});

test("a step sees own properties only", () => {
  expect(step({ a: null }, "a")).toBeNull();
  expect(step({}, "constructor")).toBe(absent);
  expect(step({}, "__proto__")).toBe(absent);
  expect(step([1], 0)).toBe(1);
  expect(step([1], 1)).toBe(absent);
  expect(step([1], "length")).toBeUndefined();
  expect(step("text", "length")).toBeUndefined();
  expect(step(absent, "a")).toBe(absent);
});
