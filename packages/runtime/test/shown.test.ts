import type { Value } from "@mcpolicy/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { shown } from "../src/shown.ts";

// biome-ignore format: table
test.each([
  ["ab",                4,  '"ab"'],
  ["abc",               4,  '"abc…'],
  [[1, 2, 3],           7,  "[1,2,3]"],
  [[1, 2, 3],           6,  "[1,2,3…"],
  [{ a: { b: [null] } }, 99, '{"a":{"b":[null]}}'],
  ["😀",                2,  '"\ud83d…'],
  [[],                  0,  "…"],
] as const)("%j, %d characters of it", (value, most, text) => {
  expect(shown(value, most)).toBe(text);
});

test("is what the whole text begins with", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(40), (value, most) => {
      const whole = JSON.stringify(value);
      expect(shown(value as Value, most)).toBe(whole.length <= most ? whole : `${whole.slice(0, most)}…`);
    }),
    { numRuns: 2_000 },
  );
});
