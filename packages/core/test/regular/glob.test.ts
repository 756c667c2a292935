import fc from "fast-check";
import micromatch from "micromatch";
import { describe, expect, test } from "vitest";
import { compileGlob } from "../../src/regular/glob.ts";
import type { Pattern } from "../../src/regular/match.ts";
import { globExceptions } from "../../src/regular/micromatch-exceptions.ts";

const options = { dot: true, noextglob: true, posix: true } as const;

/** The compiled glob, or a failed test. */
function glob(text: string): Pattern {
  const compiled = compileGlob(text);
  if (!compiled.ok) throw new Error(`${text}: ${compiled.error.message}`);
  return compiled.pattern;
}

function micromatcher(pattern: string): (text: string) => boolean {
  return micromatch.matcher(pattern, options);
}

describe("what a glob means", () => {
  // biome-ignore format: table
  const cases: readonly (readonly [pattern: string, matching: readonly string[], other: readonly string[]])[] = [
    ["/w/**",          ["/w", "/w/", "/w/a", "/w/a/b", "/w/.git"],      ["/wx", "/", "", "/w/../etc", "/w/a/.."]],
    ["/w/*",           ["/w/a", "/w/.env", "/w/a/"],                    ["/w", "/w/", "/w/a/b", "/w/..", "/w/."]],
    ["/home/*/**",     ["/home/ann/x", "/home/ann/"],                   ["/home/ann", "/home"]],
    ["**/.env",        [".env", "/.env", "/w/.env", "w/x/.env"],        ["/w/x.env", "/w/.env/x", "/w/.envrc"]],
    ["/**/.env",       ["/.env", "/w/.env", "/w/x/.env"],               [".env", "/w/.env2"]],
    ["a/**/b",         ["a/b", "a/x/b", "a/x/y/b"],                     ["ab", "a/xb", "a"]],
    ["a/**b",          ["a/b", "a/xb"],                                 ["a/x/b"]],
    ["**",             ["a", "/", "/a/b", "a/b"],                       ["", "..", "a/../b", "./a"]],
    ["*",              ["a", ".a", "a.b"],                              ["", "a/b", ".", ".."]],
    ["*.md",           ["a.md", ".md", "a.b.md"],                       ["a/b.md", "md"]],
    ["?",              ["a", "\u{1f600}", "é"],                         ["/", "", "ab", "."]],
    ["[a-c]x",         ["ax", "cx"],                                    ["dx", "x", "[a-c]x"]],
    ["[!a-c]x",        ["dx", "!x", "\u{1f600}x"],                      ["ax", "/x", "x"]],
    ["[.-0]",          ["0"],                                         ["/", "-"]],
    ["[]a-]",          ["]", "a", "-"],                                 ["b"]],
    ["{a,b}/c",        ["a/c", "b/c"],                                  ["{a,b}/c", "ab/c"]],
    ["{a,b{c,d}}",     ["a", "bc", "bd"],                               ["b", "bcd"]],
    ["x{,.md}",        ["x", "x.md"],                                   ["xmd"]],
    ["{src/**,test}",  ["src/a", "src/", "test"],                       ["src", "test/a"]],
    ["a\\*b",          ["a*b"],                                         ["axb", "a\\*b"]],
    ["a,b",            ["a,b"],                                         ["a", "b"]],
    ["a!b@c#$^&=~",    ["a!b@c#$^&=~"],                                 ["a"]],
    ["/w/report.md",   ["/w/report.md"],                                ["/w/reportxmd", "/w/report.md/"]],
    ["https://e.org/**", ["https://e.org/", "https://e.org/a/b?c", "https://e.org"], ["https://e.org.evil/", "http://e.org/"]],
    ["caf\u00e9/*",    ["caf\u00e9/x"],                                 ["cafe\u0301/x"]],
  ];

  test.each(cases)("%s", (pattern, matching, other) => {
    const { matches } = glob(pattern);
    expect(matching.filter((text) => !matches(text))).toEqual([]);
    expect(other.filter(matches)).toEqual([]);
  });

  test("a text with a lone surrogate matches nothing", () => {
    for (const text of ["\ud800", "a\udc00b", "\ud800a", "\udc00\ud800"]) expect(glob("**").matches(text)).toBe(false);
  });
});

describe("what is refused, where and why", () => {
  // biome-ignore format: table
  test.each([
    ["",              0, "empty glob"],
    ["!a",            0, "use `not`"],
    ["a{1..3}",       3, "ranges"],
    ["{a,b..c}",      4, "ranges"],
    ["@(a|b)",        1, "extended globs"],
    ["a+(b)",         1, "`\\+`"],
    ["!(a)",          0, "negated"],
    ["a)",            1, "`\\)`"],
    ["a|b",           1, "`{a,b}`"],
    ["[[:alpha:]]",   1, "POSIX"],
    ["[a/]",          2, "never matches `/`"],
    ["[a\\/]",        3, "never matches `/`"],
    ["[a-c]+",        5, "`\\+`"],
    ["[a",            0, "never closed"],
    ["[]",            0, "never closed"],
    ["[!]",           0, "never closed"],
    ["[a\\",          0, "never closed"],
    ["[z-a]",         1, "backwards"],
    ["a]",            1, "closes no class"],
    ["{a,b",          0, "never closed"],
    ["a}",            1, "closes nothing"],
    ["{a}",           0, "two or more"],
    ["note://{id}",   7, "two or more"],
    ["a\\",           1, "end in a backslash"],
    ["a***",          1, "more than two stars"],
    ["./a",           0, "`.` segment"],
    ["a/../b",        2, "`..` segment"],
    ["a/..",          2, "`..` segment"],
    ["\"a\"",         0, "quotes"],
    ["a\ud800",       1, "surrogate"],
    ["\u{1f600}|",    2, "`{a,b}`"],
    [`${"{a,".repeat(101)}b${"}".repeat(101)}`, 300, "nested too deeply"],
  ])("%s", (pattern, offset, why) => {
    const compiled = compileGlob(pattern);
    expect(compiled).toMatchObject({ ok: false, error: { offset } });
    if (!compiled.ok) expect(compiled.error.message).toContain(why);
  });

  test("whatever the text, the answer is a value", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."ab/*?[]{},\\!-.^:(|+\ud800é") }), (text) => {
        const compiled = compileGlob(text);
        if (compiled.ok) expect(typeof compiled.pattern.matches("a/b")).toBe("boolean");
        else expect(compiled.error.offset).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 2_000 },
    );
  });
});

// Architecture section 7, as measured with micromatch 4.0.8. `ours` where it differs: "refused", or the answer with the exception.
describe("micromatch's own answers", () => {
  // biome-ignore format: table
  test.each([
    ["/w/**",        "/w",       true,  true],
    ["/w/*",         "/w/",      false, false],
    ["a/**b",        "a/x/b",    false, false],
    ["{a,b}",        "{a,b}",    true,  false],
    ["!a",           "b",        true,  "refused"],
    ["{1..3}",       "2",        true,  "refused"],
    ["[a-c]+",       "ab",       true,  "refused"],
    ["**",           "a/../b",   false, false],
    ["*",            "..",       false, false],
    ["**",           "a\nb",     false, true],
    ["*",            "a\n",      true,  true],
    ["?",            "\u{1f600}", false, true],
    ["(a|b)",        "a",        true,  "refused"],
    ["[[:alpha:]]",  "x",        true,  "refused"],
    ["[a/]",         "/",        true,  "refused"],
    ["[!a]",         "/",        false, false],
    ["/**/x",        "/x",       false, true],
  ] as const)("%s on %j", (pattern, text, theirs, ours) => {
    expect(micromatch.isMatch(text, pattern, options)).toBe(theirs);
    if (ours === "refused") expect(compileGlob(pattern).ok).toBe(false);
    else expect(glob(pattern).matches(text)).toBe(ours);
  });

  test("** on the empty text", () => {
    expect(micromatch.isMatch("", "**", options)).toBe(false);
    expect(glob("**").matches("")).toBe(false);
  });
});

describe("equals micromatch", () => {
  test("on all short patterns and texts of a small alphabet", () => {
    const texts = wordsOver("ab/.", 3);
    const patterns = patternsOf(["a", "b", "/", "*", "**", "?", ".", "{a,b}", "[ab]", "[!a]", "{", "}", ","], 4);
    const counts = compare(patterns, texts);
    // The corners are held by the number of pairs as well: a pattern that were refused by mistake would show here.
    expect(counts).toEqual({
      patterns: 29_928,
      refused: 15_442,
      left: 204_792,
      compared: 1_026_518,
      differences: [],
    });
  });

  test("on random patterns and texts of a larger one", () => {
    const piece = fc.constantFrom(
      ..."ab/.-_ ,~@#$%é",
      ...[
        "*",
        "**",
        "/**/",
        "?",
        "\\*",
        "\\[",
        "\\.",
        "[a-c]",
        "[!b]",
        "[]x]",
        "[b-]",
        "{a,b}",
        "{,x}",
        "{a/b,*}",
        "{a,{b,*.c}}",
      ],
    );
    const pattern = fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join(""));
    const text = fc.string({ unit: fc.constantFrom(..."aabbcx//.-_ ~@é*[]"), maxLength: 10 });
    fc.assert(
      fc.property(pattern, fc.array(text, { minLength: 5, maxLength: 20 }), (source, texts) => {
        expect(compare([source], texts).differences).toEqual([]);
      }),
      { numRuns: 3_000 },
    );
  });

  test("and each exception is one: somewhere the answers do differ", () => {
    // biome-ignore format: table
    const shown: Readonly<Record<string, readonly [pattern: string, text: string]>> = {
      "dot segment":            ["?", "."],
      "equal text":             ["[ab]*", "[ab]x"],
      "code points":            ["?", "\u{1f600}"],
      "line breaks":            ["**", "a\nb"],
      "from the root":          ["/**/x", "/x"],
      "tabled patterns":        ["**.js", "a/b.js"],
      "escaped letters":        ["a\\d", "a1"],
      "spanning range":         ["[.-0]", "/"],
      "dot and star in braces": ["{b.*,c}", "b.."],
    };
    expect(Object.keys(shown)).toEqual(globExceptions.map(({ id }) => id));
    for (const { id, applies } of globExceptions) {
      const [pattern, text] = shown[id]!;
      expect(applies(pattern, text), id).toBe(true);
      expect(glob(pattern).matches(text), id).not.toBe(micromatcher(pattern)(text));
    }
  });
});

interface Counts {
  readonly patterns: number;
  readonly refused: number;
  readonly left: number;
  readonly compared: number;
  readonly differences: readonly string[];
}

function compare(patterns: Iterable<string>, texts: readonly string[]): Counts {
  const counts = { patterns: 0, refused: 0, left: 0, compared: 0, differences: [] as string[] };
  for (const pattern of patterns) {
    counts.patterns += 1;
    const compiled = compileGlob(pattern);
    if (!compiled.ok) {
      counts.refused += 1;
      continue;
    }
    const theirs = micromatcher(pattern);
    for (const text of texts) {
      if (globExceptions.some(({ applies }) => applies(pattern, text))) {
        counts.left += 1;
        continue;
      }
      counts.compared += 1;
      const ours = compiled.pattern.matches(text);
      if (ours !== theirs(text)) counts.differences.push(`${pattern} on ${JSON.stringify(text)}: here ${ours}`);
    }
  }
  return counts;
}

function wordsOver(alphabet: string, longest: number): readonly string[] {
  const words = [""];
  for (const word of words) if (word.length < longest) words.push(...Array.from(alphabet, (letter) => word + letter));
  return words;
}

function patternsOf(pieces: readonly string[], most: number): ReadonlySet<string> {
  const patterns = new Set<string>();
  let layer: readonly string[] = [""];
  for (let count = 0; count < most; count += 1) {
    layer = layer.flatMap((pattern) => pieces.map((piece) => pattern + piece));
    for (const pattern of layer) patterns.add(pattern);
  }
  return patterns;
}
