import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { complementOf, type Dfa, intersect, isEmpty, product, shortestWord, toDfa } from "../../src/regular/dfa.ts";
import { parseExpression } from "../../src/regular/expression.ts";
import { compileForeign, ecmascript } from "../../src/regular/foreign.ts";
import { compileGlob } from "../../src/regular/glob.ts";
import { tableMatcher } from "../../src/regular/match.ts";
import { toNfa } from "../../src/regular/nfa.ts";
import { compileRegex } from "../../src/regular/regex.ts";
import { simulator } from "../../src/regular/simulator.ts";

function dfaOf(source: string): Dfa {
  const compiled = compileRegex(source);
  if (!compiled.ok || compiled.pattern.dfa === undefined) throw new Error(`${source} has no automaton`);
  return compiled.pattern.dfa;
}

function dfaOfGlob(source: string): Dfa {
  const compiled = compileGlob(source);
  if (!compiled.ok || compiled.pattern.dfa === undefined) throw new Error(`${source} has no automaton`);
  return compiled.pattern.dfa;
}

const small = fc.constantFrom(
  "a",
  "b",
  "(?:a|b)*",
  "a*b",
  "[ab]{2}",
  "(?:ab)+",
  "b?a?",
  ".*a",
  "[^a]*",
  "(?:aa)*",
  "ab|ba",
);
const text = fc.string({ unit: fc.constantFrom("a", "b", "c", "\u{1f600}"), maxLength: 6 });

describe("minimal automata", () => {
  // biome-ignore format: table
  test.each([
    ["(?:a|b)*",      "[ab]*"],
    ["a|aa|aaa",      "a{1,3}"],
    ["(?:a*b*)*",     "(?:b|a)*"],
    ["a(?:b|c)|ac",   "a[bc]"],
    ["[^a]|a",        "."],
    ["a?a?a?",        "(?:aaa|aa|a|)"],
    ["(?:aa)*a",      "a(?:aa)*"],
    ["\\w",           "[0-9A-Z_a-z]"],
  ])("of one language are equal: %s, %s", (left, right) => {
    expect(dfaOf(left)).toEqual(dfaOf(right));
  });

  // biome-ignore format: table
  test.each([
    ["a",                    3],
    ["a*",                   2],
    [".*",                   1],
    ["(?:a|b)*a(?:a|b){7}",  257],
    [".{0,4096}",            4098],
  ])("have as few states as can be: %s, %i", (source, states) => {
    expect(dfaOf(source).accepts.length).toBe(states);
  });

  test("a class that nothing tells apart is one", () => {
    expect(dfaOf("[a-z]|[0-9]|_").classes.count).toBe(2);
  });
});

describe("sets of texts", () => {
  test("product and complement are those of the languages", () => {
    fc.assert(
      fc.property(small, small, text, (left, right, word) => {
        const [a, b] = [dfaOf(left), dfaOf(right)];
        const [inA, inB] = [tableMatcher(a)(word), tableMatcher(b)(word)];
        expect(tableMatcher(intersect(a, b)!)(word)).toBe(inA && inB);
        expect(tableMatcher(product(a, b, (x, y) => x || y)!)(word)).toBe(inA || inB);
        expect(tableMatcher(product(a, b, (x, y) => x && !y)!)(word)).toBe(inA && !inB);
        expect(tableMatcher(complementOf(a))(word)).toBe(!inA);
        expect(isEmpty(intersect(a, complementOf(a))!)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  // biome-ignore format: table
  test.each([
    ["a*",                "b+",               undefined],
    ["[a-z]+",            ".*q.*",            "q"],
    ["a.*",               ".*z",              "az"],
    ["(?:aaa)+",          "(?:aa)+",          "aaaaaa"],
    ["[^a-z]",            "[a-zA]",           "A"],
    [".{3}",              "[^x]*",            "aaa"],
  ])("shortest text of %s and %s: %s", (left, right, word) => {
    const both = intersect(dfaOf(left), dfaOf(right))!;
    expect(shortestWord(both)).toBe(word);
    expect(isEmpty(both)).toBe(word === undefined);
  });

  test("a glob below another leaves nothing over", () => {
    const less = (a: string, b: string): string | undefined =>
      shortestWord(product(dfaOfGlob(a), dfaOfGlob(b), (x, y) => x && !y)!);
    expect(less("/w/*.md", "/w/**")).toBeUndefined();
    expect(less("/w/**", "/w/*")).toBe("/w");
    expect(less("/**", "**")).toBeUndefined();
  });

  test("what can match nothing is empty", () => {
    expect(isEmpty(dfaOfGlob("a/[.]"))).toBe(true);
    const compiled = compileForeign("a$b");
    expect(compiled.ok && isEmpty(compiled.pattern.dfa!)).toBe(true);
  });
});

describe("budgets", () => {
  const nfaOf = (source: string) => toNfa(parseExpression(source, ecmascript));

  test("a language of too many states has no automaton, and is matched all the same", () => {
    expect(toDfa(nfaOf("(?:a|b)*a(?:a|b){12}"))?.accepts.length).toBe(8_193);
    expect(toDfa(nfaOf("(?:a|b)*a(?:a|b){14}"))).toBeUndefined();
    const compiled = compileRegex("(?:a|b)*a(?:a|b){14}");
    if (!compiled.ok) throw new Error(compiled.error.message);
    expect(compiled.pattern.dfa).toBeUndefined();
    expect(compiled.pattern.matches(`bb${"a".repeat(15)}`)).toBe(true);
    expect(compiled.pattern.matches(`aa${"b".repeat(15)}`)).toBe(false);
  });

  test("a product over its budget is undefined", () => {
    const [a, b] = [dfaOf("(?:.{97})*"), dfaOf("(?:.{101})*")];
    expect(intersect(a, b, { states: 9_000, work: 1 })).toBeUndefined();
    expect(intersect(a, b)?.accepts.length).toBe(97 * 101);
  });

  test("the simulation equals the table", () => {
    fc.assert(
      fc.property(small, small, text, (left, right, word) => {
        const source = `(?:${left}){0,3}(?:${right})`;
        expect(simulator(nfaOf(source))(word)).toBe(tableMatcher(toDfa(nfaOf(source))!)(word));
      }),
      { numRuns: 500 },
    );
  });
});
