import fc from "fast-check";
import { RE2JS } from "re2js";
import { describe, expect, test } from "vitest";
import { shortestWord } from "../../src/regular/dfa.ts";
import { compileForeign } from "../../src/regular/foreign.ts";
import type { Compiled, Pattern } from "../../src/regular/match.ts";
import { compileRegex } from "../../src/regular/regex.ts";
import { regexToEcmascript } from "../../src/regular/to-ecmascript.ts";

function pattern(compiled: Compiled): Pattern {
  if (!compiled.ok) throw new Error(compiled.error.message);
  return compiled.pattern;
}

describe("what an expression of a policy means", () => {
  // biome-ignore format: table
  const cases: readonly (readonly [source: string, matching: readonly string[], other: readonly string[]])[] = [
    ["[a-z]+@example\\.com",   ["ann@example.com"],                  ["ann@example.com.evil", "@example.com", "ann@examplexcom"]],
    ["a|bc",                   ["a", "bc"],                          ["abc", "ac", ""]],
    ["(?:ab)*",                ["", "ab", "abab"],                   ["aba"]],
    ["(a|b){2,3}",             ["ab", "bbb"],                        ["a", "aaaa"]],
    ["a{2}",                   ["aa"],                               ["a", "aaa"]],
    ["a{2,}",                  ["aa", "aaaaa"],                      ["a"]],
    ["a{0}b",                  ["b"],                                ["ab"]],
    ["colou?r",                ["color", "colour"],                  ["colouur"]],
    [".",                      ["a", "\n", "\u{1f600}", "\u2028"],   ["", "ab"]],
    ["\\d\\D\\w\\W\\s\\S",     ["1x_- y", "0\u0660a\u00e9\tz"],      ["xx_- y", "1x_-\u00a0y"]],
    ["[\\d.]+",                ["1.2"],                              ["a"]],
    ["[^\\s/]+",               ["a-b"],                              ["a b", "a/b", ""]],
    ["[\\]a]+",              ["]a"],                          ["b"]],
    ["[a-]+",                  ["a-a"],                              ["b"]],
    ["[-a]+",                  ["-a"],                               ["b"]],
    ["\\x2F\\u{1F600}",        ["/\u{1f600}"],                       ["x2F"]],
    ["\\n\\t",                 ["\n\t"],                             ["nt"]],
    ["a\\/b/c",                ["a/b/c"],                            ["a\\/b/c"]],
    ["\\.\\-\\@\\ \\#",        [".-@ #"],                            ["x"]],
    ["[\u{1f600}-\u{1f603}]x", ["\u{1f602}x"],                       ["\u{1f604}x", "\ud83dx"]],
    ["a|",                     ["a", ""],                            ["b"]],
  ];

  test.each(cases)("%s", (source, matching, other) => {
    const { matches } = pattern(compileRegex(source));
    expect(matching.filter((text) => !matches(text))).toEqual([]);
    expect(other.filter(matches)).toEqual([]);
  });
});

describe("what is refused, where and why", () => {
  // biome-ignore format: table
  test.each([
    ["(?=a)b",        0, "look-around"],
    ["a(?!b)",        1, "look-around"],
    ["(?<=a)b",       0, "look-around"],
    ["(?<!a)b",       0, "look-around"],
    ["(a)\\1",        3, "back-reference"],
    ["a*?",           2, "lazy"],
    ["a{2,3}?",       6, "lazy"],
    ["a++",           2, "possessive"],
    ["a**",           2, "repeats a repetition"],
    ["a{2}{3}",       4, "repeats a repetition"],
    ["\\bword\\b",    0, "word boundaries"],
    ["a\\B",          1, "word boundaries"],
    ["^a",            0, "whole text"],
    ["a$",            1, "whole text"],
    ["(?i)a",         0, "no flags"],
    ["(?<n>a)",       0, "no names"],
    ["(?>a)",         0, "atomic"],
    ["(a",            0, "never closed"],
    ["a)",            1, "closes nothing"],
    ["[a",            0, "never closed"],
    ["[a\\",          2, "backslash"],
    ["[]",            0, "empty class"],
    ["[^]",           0, "empty class"],
    ["[z-a]",         1, "backwards"],
    ["[a-\\d]",       1, "from one character"],
    ["[[:alpha:]]",   1, "POSIX"],
    ["]",             0, "closes nothing"],
    ["}",             0, "closes nothing"],
    ["a{",            1, "starts a repetition"],
    ["a{,3}",         1, "starts a repetition"],
    ["{2}",           0, "nothing is repeated"],
    ["*a",            0, "nothing is repeated"],
    ["a|+",           2, "nothing is repeated"],
    ["a{3,2}",        1, "below the first"],
    ["\\p{L}",        0, "Unicode properties"],
    ["\\y",           0, "no meaning"],
    ["\\",            0, "end in a backslash"],
    ["\\x1",          0, "two hexadecimal"],
    ["\\u0041",       0, "in braces"],
    ["\\u{110000}",   0, "no such code point"],
    ["\\u{D800}",     0, "surrogate"],
    ["a\ud800",       1, "surrogate"],
    ["\u{1f600}\\y",  2, "no meaning"],
    ["(".repeat(101), 100, "nested too deeply"],
    ["a{99999}",      1, "99,999 positions"],
    ["b(a{999}){999}", 1, "998,001 positions"],
    [".*a.{0,9999}",  0, "10,001 positions"],
    [".*a.{0,3000}",  0, "2,000"],
  ])("%s", (source, offset, why) => {
    const compiled = compileRegex(source);
    expect(compiled).toMatchObject({ ok: false, error: { offset } });
    if (!compiled.ok) expect(compiled.error.message).toContain(why);
  });

  test("whatever the text, the answer is a value", () => {
    const units = fc.string({ unit: fc.constantFrom(..."ab(|)[]{}12,-^$*+?.\\:dx\ud800é") });
    fc.assert(
      fc.property(units, (source) => {
        for (const compiled of [compileRegex(source), compileForeign(source)]) {
          if (compiled.ok) expect(typeof compiled.pattern.matches("ab")).toBe("boolean");
          else expect(compiled.error.offset).toBeLessThanOrEqual(source.length);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});

/** Expressions of the language, by its grammar. */
const expressions: fc.Arbitrary<string> = fc.letrec<{ node: string }>((tie) => {
  const node = tie("node");
  const leaf = fc.constantFrom(
    ..."abc01_ -é",
    ...[".", "\\d", "\\w", "\\s", "\\D", "\\W", "\\S", "\\.", "\\n", "\\x61", "\\u{1F600}", "\u{1f600}"],
    ...["[ab]", "[^ab]", "[a-c0]", "[^\\d_]", "[\\w-]", "[^\\s]", "[é-\u{1f600}]", "()"],
  );
  const suffix = fc.constantFrom("*", "+", "?", "{2}", "{0,2}", "{1,}", "{2,3}");
  return {
    node: fc.oneof(
      { maxDepth: 4, depthSize: "small" },
      leaf,
      fc.array(node, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("")),
      fc.tuple(node, suffix).map(([body, sign]) => `(?:${body})${sign}`),
      fc.tuple(leaf, suffix).map(([body, sign]) => body + sign),
      fc.tuple(node, node).map(([left, right]) => `(${left}|${right})`),
      fc.tuple(node).map(([body]) => `(?:${body})`),
    ),
  };
}).node;

const texts = fc.string({ unit: fc.constantFrom(..."aaabbc01_ -\né\u{1f600}.A"), maxLength: 8 });

describe("equals other engines", () => {
  test("JavaScript's, under the flags u and s", () => {
    let matched = 0;
    fc.assert(
      fc.property(expressions, fc.array(texts, { minLength: 5, maxLength: 20 }), (source, tried) => {
        const { matches } = pattern(compileRegex(source));
        const theirs = new RegExp(`^(?:${source})$`, "us");
        for (const text of tried) {
          expect([text, matches(text)]).toEqual([text, theirs.test(text)]);
          if (matches(text)) matched += 1;
        }
      }),
      { numRuns: 3_000 },
    );
    // The comparison would say little if hardly anything matched.
    expect(matched).toBeGreaterThan(1_000);
  });

  test("RE2's", () => {
    fc.assert(
      fc.property(expressions, fc.array(texts, { minLength: 5, maxLength: 20 }), (source, tried) => {
        const { matches } = pattern(compileRegex(source));
        const theirs = RE2JS.compile(source.replaceAll("\\u{1F600}", "\\x{1F600}"), RE2JS.DOTALL);
        for (const text of tried) expect([text, matches(text)]).toEqual([text, theirs.matches(text)]);
      }),
      { numRuns: 1_000 },
    );
  });

  test("a shortest word matches, and what the automaton takes RegExp takes", () => {
    fc.assert(
      fc.property(expressions, (source) => {
        const { dfa, matches } = pattern(compileRegex(source));
        expect(dfa).toBeDefined();
        const word = shortestWord(dfa!);
        if (word === undefined) return;
        expect(matches(word)).toBe(true);
        expect(word).toMatch(new RegExp(`^(?:${source})$`, "us"));
      }),
      { numRuns: 500 },
    );
  });
});

describe("as ECMAScript writes it", () => {
  // biome-ignore format: table
  test.each([
    ["[a-z]+|x", "[a-z]+|x"], ["a.b", "a[\\s\\S]b"], ["\\s", "[\\x09-\\x0d ]"], ["\\S", "[^\\x09-\\x0d ]"], ["a\\-b", "a\\x2db"], ["\\u{1F600}?", "\u{1f600}?"],
    ["(a|b){2,}", "(?:a|b){2,}"], ["(ab)*c{3}", "(?:ab)*c{3}"], ["\\d", "[0-9]"], ["[ab]", "[ab]"], ["()", ""], ["/", "\\/"],
  ])("%s is %s", (source, written) => {
    expect(regexToEcmascript(source)).toBe(`^(?:${written})$`);
  });

  test("random ones, on texts where the notations differ", () => {
    const odd = fc.string({ unit: fc.constantFrom(..."ab01_ -\n\r\u2028\u00a0\u3000é\u{1f600}."), maxLength: 6 });
    fc.assert(
      fc.property(expressions, fc.array(odd, { minLength: 5, maxLength: 20 }), (source, tried) => {
        const written = regexToEcmascript(source);
        const [ours, foreign, theirs] = [
          pattern(compileRegex(source)),
          pattern(compileForeign(written)),
          new RegExp(written, "u"),
        ];
        for (const text of tried) {
          const wanted = ours.matches(text);
          expect([text, foreign.matches(text), theirs.test(text)]).toEqual([text, wanted, wanted]);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("patterns of foreign schemas", () => {
  // biome-ignore format: table
  test.each([
    "^a", "a$", "^a$", "^$", "a", "", "^(?:a|b$)c", "(^a|b)$", "a$b", "b^a", "a|^b", "(?<name>a)b", "a*?b", "a{2,3}?", "[^]", "[]", "^[^\\s]+$",
    "\\u0061", "\\u{61}", "\\ud83d\\ude00", "\\cJ", "\\0", "[\\b]", "[\\-a]", "\\/", "^\\d{1,2}-\\d{2}$", "^.$", "^\\S+$", "(?:^|-)a", "^(a|b)*$", "(?:^a|$)",
    "^\\w+([.-]?\\w+)*$",
  ])("%s as ECMAScript's RegExp", (source) => {
    const { matches } = pattern(compileForeign(source));
    const theirs = new RegExp(source, "u");
    const tried = ["", "a", "b", "ab", "ba", "aab", "c", "ac", "bc", "xa", "ax", "a-b", "01-02", "1-2", "\n", "a\n", "\u2028", "\u00a0", "\u{1f600}", "\b", "-", "/", "\0"];
    for (const text of tried) expect([text, matches(text)]).toEqual([text, theirs.test(text)]);
  });

  test("random ones, anchored or not", () => {
    const anchored = fc.tuple(fc.constantFrom("", "^"), expressions, fc.constantFrom("", "$"));
    fc.assert(
      fc.property(anchored, fc.array(texts, { minLength: 5, maxLength: 20 }), ([begin, body, end], tried) => {
        // ECMAScript's `\s`, and `.` without line breaks, are this notation's too: no flag `s`.
        const source = begin + body + end;
        const { matches } = pattern(compileForeign(source));
        const theirs = new RegExp(source, "u");
        for (const text of tried) expect([text, matches(text)]).toEqual([text, theirs.test(text)]);
      }),
      { numRuns: 2_000 },
    );
  });

  // biome-ignore format: table
  test.each([
    ["\\bfoo\\b",  0, "word boundaries"],
    ["(?=a)",      0, "look-around"],
    ["(?<!a)b",    0, "look-around"],
    ["(a)\\1",     3, "back-references"],
    ["(?<n>a)\\k<n>", 7, "back-references"],
    ["\\p{Lu}",    0, "Unicode properties"],
    ["(?i:a)",     0, "no flags"],
    ["\\-",        0, "no meaning"],
    ["{",          0, "nothing is repeated"],
    ["^*",         0, "anchor"],
    ["\\ud800",    0, "surrogate"],
  ])("%s is refused", (source, offset, why) => {
    const compiled = compileForeign(source);
    expect(compiled).toMatchObject({ ok: false, error: { offset } });
    if (!compiled.ok) expect(compiled.error.message).toContain(why);
  });
});
