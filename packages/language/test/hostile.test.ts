import { hasErrors, Source } from "@mcpolicy/diagnostics";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "../src/parse.ts";
import { print } from "../src/print.ts";
import { arbitraryPolicy } from "./arbitrary-policy.ts";

const mebibyte = 1024 * 1024;
const many = 100_000;

const fill = (text: string): string => text.repeat(Math.floor(mebibyte / text.length));

/** Each ends in a diagnostic with one of these codes. */
const refused: Readonly<Record<string, readonly [text: string, code: string]>> = {
  "parentheses, deep": [`deny fs.* when ${"(".repeat(many)}x${")".repeat(many)}`, "P0114"],
  "parentheses, never closed": [`deny fs.* when ${"(".repeat(many)}`, "P0114"],
  "lists, deep": [`deny fs.* when x in ${"[".repeat(many)}1${"]".repeat(many)}`, "P0114"],
  "records, deep": [`principal ${"{ a: ".repeat(many / 3)}int${"}".repeat(many / 3)}`, "P0114"],
  "types, deep": [`principal { a: ${"list<".repeat(many / 2)}int${">".repeat(many / 2)} }`, "P0114"],
  "calls, deep": [`let x = ${"f(".repeat(many / 2)}1${")".repeat(many / 2)}`, "P0114"],
  "keys, deep": [`let x = ${"a[".repeat(many / 2)}1${"]".repeat(many / 2)}`, "P0114"],
  "a chain of fields": [`let x = a${".b".repeat(many / 2)}`, "P0114"],
  "a chain of keys": [`let x = a${"[1]".repeat(50_000)}`, "P0114"],
  "a chain of sums": [`let x = 1${" + 1".repeat(many / 2)}`, "P0114"],
  "a chain of not": [`let x = ${"not ".repeat(many)}a`, "P0114"],
  "quantifiers, deep": [`let x = ${"every a in b: ".repeat(many / 5)}a`, "P0114"],
  "history, deep": [`let x = ${"called fs.a with ".repeat(30_000)}a`, "P0114"],
  "sums of sums": [`let x = ${"sum of ".repeat(many / 2)}a`, "P0114"],
  "ten mebibytes": ["x".repeat(10 * mebibyte), "P0115"],
  "one character too many": [" ".repeat(mebibyte + 1), "P0115"],
  NUL: [fill("\0"), "P0113"],
  "NUL between words": ["a\0".repeat(many), "P0113"],
  "lone surrogates": [fill("\ud800"), "P0113"],
  "a lone surrogate in a text": ['import "\udc00"', "P0113"],
  "a lone surrogate in a comment": ["// \ud83d", "P0113"],
  "direction marks": [fill("\u202e"), "P0113"],
  "a lone carriage return": ["// harmless\rallow anyone to *", "P0113"],
  stars: [fill("*"), "P0103"],
  "too many words": [fill("a "), "P0115"],
  quotes: ['"'.repeat(many), "P0103"],
  backslashes: [`"${"\\".repeat(mebibyte - 2)}`, "P0109"],
  "a text without an end": [`import "${"a".repeat(mebibyte - 20)}`, "P0109"],
  "a pattern without an end": [`let x = /${"[a".repeat(mebibyte / 2 - 10)}`, "P0111"],
  "a comment of another language without an end": [fill("/*a"), "P0112"],
  "half of a text in single quotes": ["'a\n".repeat(many), "P0116"],
  digits: [fill("1"), "P0118"],
  "digits and underscores": [fill("1_"), "P0108"],
  dashes: ["-".repeat(many), "P0114"],
  dots: [".".repeat(many), "P0103"],
  commas: [",".repeat(many), "P0103"],
  "closing brackets": ["}".repeat(many), "P0116"],
  "unknown lines": ["foo\n".repeat(many), "P0116"],
  "misspelt statements": ["alow a to b\n".repeat(many / 4), "P0116"],
  "unfinished statements": ["deny\n".repeat(many), "P0116"],
  "wrong entries": [`capability x {\n${"== y\n".repeat(many / 2)}}`, "P0116"],
  "misspelt conditions": [`capability x {\n${"fs.a whn x\n".repeat(many / 4)}}`, "P0116"],
  "fields without a type": [`principal {\n${"a int\n".repeat(many / 2)}}`, "P0116"],
  "other operators": [`let x = 1${" && 1".repeat(many / 2)}`, "P0116"],
  "wrong numbers": [`let x = [${"1x,".repeat(many / 2)}]`, "P0116"],
  "wrong escapes": [`import "${"\\q".repeat(many)}"`, "P0116"],
};

// The bound is five seconds for each; the tests' own time limit allows for a machine that does much else.
describe("a hostile text ends in a diagnostic", () => {
  test.for(Object.entries(refused))("%s", ([_, [text, code]]) => {
    const { diagnostics } = parse(new Source("hostile.mcpolicy", text));
    expect(diagnostics.map((each) => each.code)).toContain(code);
    expect(hasErrors(diagnostics)).toBe(true);
    expect(diagnostics.length).toBeLessThanOrEqual(101);
    for (const { span } of diagnostics)
      expect(span.end <= Math.max(text.length, 1) && span.start <= span.end).toBe(true);
  });
});

/** As deep as can be: what is let through must not exhaust the stack here or later. */
const deepest: Readonly<Record<string, string>> = {
  parentheses: `let x = ${"not (".repeat(49)}a or b${")".repeat(49)}`,
  lists: `let x = ${"[".repeat(99)}1${"]".repeat(99)}`,
  records: `principal ${"{ a: ".repeat(99)}int${"}".repeat(99)}`,
  types: `principal { a: ${"list<".repeat(98)}int${">".repeat(98)} }`,
  fields: `let x = a${".b".repeat(99)}`,
  sums: `let x = 1${" + 1".repeat(99)}`,
};

describe("the deepest that is let through", () => {
  test.for(Object.entries(deepest))("%s", ([_, text]) => {
    const { policy, diagnostics } = parse(new Source("deep.mcpolicy", text));
    expect(diagnostics).toEqual([]);
    const printed = print(policy);
    expect(print(parse(new Source("deep.mcpolicy", printed)).policy)).toBe(printed);
  });
});

test("wide is not deep", () => {
  const entries = "  fs.a when args.b.c < 1 and not args.d\n  fs.a\n".repeat(1000);
  const fields = "  a: list<list<int>> size 1..2 in [1]\n".repeat(1000);
  const text = `capability x {\n${entries}}\ncheck fs.a {\n${fields}}\nlet x = [${"a.b, [1], ".repeat(1000)}1]`;
  expect(parse(new Source("wide.mcpolicy", text)).diagnostics).toEqual([]);
});

test("how many more mistakes there are is said", () => {
  const { diagnostics } = parse(new Source("many.mcpolicy", `import "${"\\q".repeat(250)}"`));
  expect(diagnostics).toHaveLength(101);
  expect(diagnostics.at(-1)).toMatchObject({ code: "P0116", message: expect.stringContaining("150 further ones") });
});

describe("no text throws, and what is no policy is reported", () => {
  const expectSane = (text: string): void => {
    const { policy, diagnostics } = parse(new Source("any.mcpolicy", text));
    // Whatever was left of it can be printed.
    print(policy);
    if (hasErrors(diagnostics)) return;
    expect(parse(new Source("any.mcpolicy", print(policy))).diagnostics).toEqual([]);
  };

  test("any characters", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), expectSane), { numRuns: 300 });
  });

  test("any words of the language", () => {
    const words =
      '( ) { } [ ] , : . .. | ?? ? == < = + - * "a" /a/ 1 1h 2026-01-01 a b fs.read read_* // // \n \n'.split(" ");
    const statements =
      "allow deny limit capability role check when unless and or not in every has called with from to".split(" ");
    const soup = fc.array(fc.constantFrom(...words, ...statements), { maxLength: 60 }).map((parts) => parts.join(" "));
    fc.assert(fc.property(soup, expectSane), { numRuns: 1500 });
  });

  test("policies with a hole", () => {
    const holed = fc.tuple(arbitraryPolicy.map(print), fc.nat(), fc.nat(20)).map(([text, at, length]) => {
      const start = at % (text.length + 1);
      return text.slice(0, start) + text.slice(start + length);
    });
    fc.assert(fc.property(holed, expectSane), { numRuns: 150 });
  });
});
