import { type PreparedDetector, read, whyUnreadable } from "@mcpolicy/core";
import fc from "fast-check";
import { expect, test } from "vitest";

const detectorOf = (regex: string): PreparedDetector =>
  read({ kind: "detector" }, { regex }, undefined) as unknown as PreparedDetector;
const why = (regex: string): string => whyUnreadable({ kind: "detector" }, { regex }, undefined);

const partsFound = (regex: string, text: string): readonly string[] =>
  detectorOf(regex)
    .find(text)
    .map(({ start, end }) => text.slice(start, end));

test("finds whatever lies in a match, however matches overlap", () => {
  expect(partsFound("[A-Z]{2}[0-9]{3}", "xAB123y, AB1234, CAB123")).toEqual(["AB123", "AB123", "AB123"]);
  expect(partsFound("[A-Z]{3}", "ABCD, AB")).toEqual(["ABCD"]);
  expect(partsFound("a|a.*b", "a a b a")).toEqual(["a a b", "a"]);
  expect(partsFound(".", "a\ud800😀")).toEqual(["a", "😀"]);
  expect(partsFound("x", "")).toEqual([]);
});

test("refuses what is found everywhere, and what needs too much", () => {
  expect(why("a*")).toBe("it matches the empty text, which stands everywhere: leave out what may be nothing");
  expect(why("a{3000}")).toMatch(/^it unfolds to 3,000 positions, which is too much to be looked for/);
  expect(why("(a?){500}b")).toMatch(/^each of its characters may be followed by too many others/);
  expect(why("(a")).toMatch(/never closed/);
  expect(why("[a-z]{3}")).toBe("");
});

const expression = fc.constantFrom(
  "a",
  "ab",
  "a+b",
  "(a|b)c",
  "a.b",
  "[ab]{2}",
  "a|a.*b",
  "ab?c",
  "(ab|ba)+",
  "😀a",
  "[^a]b",
  "abca|c",
);
const text = fc.array(fc.constantFrom("a", "b", "c", "😀", "\ud800"), { maxLength: 9 }).map((parts) => parts.join(""));

test("finds what trying every range of the text finds", () => {
  fc.assert(
    fc.property(expression, text, (regex, given) => {
      const { find, matches } = detectorOf(regex);
      const inside = Array.from({ length: given.length }, () => false);
      for (let start = 0; start < given.length; start++) {
        for (let end = start + 1; end <= given.length; end++) {
          const part = given.slice(start, end);
          // A pair cut in two is no character.
          const cuts = [start, end].some(
            (at) => /[\ud800-\udbff]$/.test(given.slice(0, at)) && /^[\udc00-\udfff]/.test(given.slice(at)),
          );
          if (!cuts && matches(part)) inside.fill(true, start, end);
        }
      }
      const seen = Array.from({ length: given.length }, () => false);
      for (const { start, end } of find(given)) seen.fill(true, start, end);
      expect(seen).toEqual(inside);
    }),
    { numRuns: 2_000 },
  );
});

test("finds what needs more states than are kept, across blocks of the text", () => {
  // A run of 32 that begins with `AI` may begin anew at each place: too many sets of beginnings to keep.
  let seed = 1;
  const next = (): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed >> 16;
  };
  const pieces = ["AI", "A", "I", "b", "b", "AI", "AI", "c"];
  const parts = Array.from({ length: 40_000 }, (_, at) => (at % 50 === 0 ? "-😀" : pieces[next() % pieces.length]!));
  const given = parts.join("");
  const inside = Array.from({ length: given.length }, () => false);
  for (const { index } of given.matchAll(/(?=AI[A-Za-z0-9]{30})/g)) inside.fill(true, index, index + 32);
  const seen = Array.from({ length: given.length }, () => false);
  for (const { start, end } of detectorOf("AI[A-Za-z0-9]{30}").find(given)) seen.fill(true, start, end);
  expect(inside.filter(Boolean).length).toBeGreaterThan(10_000);
  expect(seen).toEqual(inside);
});

// Quadratic work would take hours; the measure is `pnpm soak linear`.
test("ends where each place of the text begins a match that goes on to its end", () => {
  const long = "a".repeat(1_000_000);
  expect(detectorOf("a|a.*b").find(long)).toEqual([{ start: 0, end: long.length }]);
  expect(detectorOf("ab|a.*c").find(long)).toEqual([]);
});
