import fc from "fast-check";
import { expect, test } from "vitest";
import { defaultBounds, outOfBounds } from "../src/index.ts";

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

// biome-ignore format: table
const cases: readonly (readonly [string, unknown, string | undefined, RegExp | undefined])[] = [
  ["an object",                {},                                     undefined, undefined],
  ["no object",                [],                                     "",        /an object/],
  ["null",                     null,                                   "",        /an object/],
  ["a safe integer",           { n: 2 ** 53 - 1 },                     undefined, undefined],
  ["an unsafe integer",        { n: 2 ** 53 },                         "/n",      /integer/],
  ["a huge integer",           { n: -1e21 },                           "/n",      /integer/],
  ["a fraction",               { n: 0.1 },                             undefined, undefined],
  ["no number",                { n: Number.NaN },                      "/n",      /finite/],
  ["a pair of surrogates",     { s: "😀" },                            undefined, undefined],
  ["a lone surrogate",         { s: ["a", "\ud83d"] },                 "/s/1",    /surrogates/],
  ["a lone surrogate as name", { o: { "\udc00": 1 } },                 "/o",      /surrogates/],
  ["a pointer's own signs",    { "a/b~c": undefined },                 "/a~1b~0c", /JSON value/],
  ["a function",               { f: () => 1 },                         "/f",      /JSON value/],
  ["64 levels",                { a: nested(63) },                      undefined, undefined],
  ["65 levels",                { a: nested(64) },                      `/a${"/0".repeat(63)}`, /64 levels/],
  ["very many levels",         { a: nested(5000) },                    `/a${"/0".repeat(63)}`, /64 levels/],
];

test.for(cases)("%s", ([, args, pointer, expected]) => {
  const violation = outOfBounds(args);
  expect(violation?.pointer).toBe(pointer);
  if (expected !== undefined) expect(violation!.expected).toMatch(expected);
});

test("texts and values are counted", () => {
  expect(outOfBounds({ s: "x".repeat(11) }, { ...defaultBounds, text: 10 })).toBeDefined();
  expect(outOfBounds({ ["x".repeat(11)]: 1 }, { ...defaultBounds, text: 10 })).toBeDefined();
  expect(outOfBounds({ a: [1, 2, 3] }, { ...defaultBounds, nodes: 5 })).toBeUndefined();
  expect(outOfBounds({ a: [1, 2, 3] }, { ...defaultBounds, nodes: 4 })).toBeDefined();
});

test("what JSON can say with well-formed texts and small integers is within bounds", () => {
  const unit = fc.string({ unit: "grapheme" });
  const json = fc.dictionary(unit, fc.jsonValue({ maxDepth: 5, stringUnit: "grapheme" }));
  fc.assert(
    fc.property(json, (args) => {
      const numbers = JSON.stringify(args).match(/-?\d[\d.e+-]*/g) ?? [];
      fc.pre(numbers.every((text) => !Number.isInteger(Number(text)) || Number.isSafeInteger(Number(text))));
      expect(outOfBounds(args)).toBeUndefined();
    }),
  );
});
