import { describe, expect, test } from "vitest";
import type { Text } from "../../src/regular/code-points.ts";
import { parseExpression } from "../../src/regular/expression.ts";
import { compileForeign, ecmascript } from "../../src/regular/foreign.ts";
import { compileGlob } from "../../src/regular/glob.ts";
import { type Compiled, tableMatcher } from "../../src/regular/match.ts";
import { toNfa } from "../../src/regular/nfa.ts";
import { compileRegex } from "../../src/regular/regex.ts";
import { simulator } from "../../src/regular/simulator.ts";
import { outsideData } from "../outside-data.ts";

/** A text that counts how often it is read: evidence of linear time that no clock disturbs. */
function counted(text: string): { readonly text: Text; readonly reads: () => number } {
  let reads = 0;
  return {
    text: {
      length: text.length,
      charCodeAt: (index) => {
        reads += 1;
        return text.charCodeAt(index);
      },
    },
    reads: () => reads,
  };
}

/** Reads of the text by the compiled table, per UTF-16 unit. */
function readsPerUnit(compiled: Compiled, text: string): number {
  if (!compiled.ok || compiled.pattern.dfa === undefined) throw new Error("no automaton");
  const watched = counted(text);
  tableMatcher(compiled.pattern.dfa)(watched.text);
  return watched.reads() / text.length;
}

describe("one pass over the text", () => {
  // biome-ignore format: table
  test.each([
    ["a+a+a+a+",                "a"],
    ["(?:a*)*b",                "a"],
    ["(?:a|a)*b",               "a"],
    ["(?:a|aa)+b",              "a"],
    ["(?:x+x+)+y",              "x"],
    ["(?:[a-zA-Z]+)*",          "q"],
    ["(?:.*a){11}",             "a"],
    ["(?:\\w\\w\\w|bab)*",      "bab"],
    ["\\S+@\\S+\\.\\S+",        "@"],
    [".*.*.*=.*",               "\u{1f600}"],
  ])("expression %s on %s…", (source, unit) => {
    for (const length of [1_000, 10_000, 50_000]) {
      expect(readsPerUnit(compileRegex(source), `${unit.repeat(length / unit.length)}!`)).toBeLessThanOrEqual(2);
    }
  });

  // biome-ignore format: table
  test.each([
    ["**/a/**/a/**/a/**/b",     "a/"],
    ["*a*a*a*a*a*b",            "a"],
    ["{a,a*,*a}{a,a*,*a}{a,a*,*a}b", "a"],
    ["**",                      "\u{1f600}"],
  ])("glob %s on %s…", (source, unit) => {
    for (const length of [1_000, 10_000, 50_000]) {
      expect(readsPerUnit(compileGlob(source), `${unit.repeat(length / unit.length)}!`)).toBeLessThanOrEqual(2);
    }
  });

  test("a simulated automaton costs the same for each character", () => {
    const nfa = toNfa(parseExpression("(?:a|b)*a(?:a|b){14}", ecmascript));
    const costs = [1_000, 10_000, 50_000].map((length) => {
      const work = { states: 0 };
      simulator(nfa, work)("ab".repeat(length / 2));
      return work.states / length;
    });
    for (const cost of costs) expect(cost).toBeLessThan(nfa.jumps.length * 3);
    expect(costs[2]! / costs[0]!).toBeCloseTo(1, 1);
  });

  test("what fails early is read no further", () => {
    const compiled = compileGlob("/w/**");
    expect(readsPerUnit(compiled, `/x/${"a".repeat(9_997)}`)).toBeLessThan(0.001);
  });
});

interface Redos {
  readonly exploit_input: string;
  readonly linear: readonly Expression[];
  readonly polynomial: readonly Expression[];
  readonly exponential: readonly Expression[];
}

interface Expression {
  readonly regex: string;
}

const redos = outsideData<Redos>("attack-strings/redos.json", "52 expressions that are slow elsewhere");

describe.runIf(redos)("expressions that are slow elsewhere", () => {
  const kinds = redos === undefined ? [] : [redos.linear, redos.polynomial, redos.exponential];
  const input = `${"a".repeat(50_000)}!`;

  test("of the linear ones eight are taken, and two refused for what they are", () => {
    const refused = kinds[0]!.map(({ regex }) => [regex, compileRegex(regex)] as const).filter(([, { ok }]) => !ok);
    expect(refused.map(([regex, compiled]) => [regex, compiled.ok ? "" : compiled.error.message])).toEqual([
      ["(ab)\\1", expect.stringContaining("back-references")],
      ["\\bOakland\\b", expect.stringContaining("word boundaries")],
    ]);
  });

  // As policy expressions those with anchors are refused; without the anchors, which the whole text implies, they are taken.
  test("each is refused with a reason or read once", () => {
    const counts = { taken: 0, refused: [] as string[] };
    for (const { regex } of kinds.flat()) {
      const compiled = compileRegex(regex.replace(/^\^/, "").replace(/\$$/, ""));
      if (!compiled.ok) {
        counts.refused.push(`${regex}: ${compiled.error.message}`);
        continue;
      }
      counts.taken += 1;
      expect(readsPerUnit(compiled, input), regex).toBeLessThanOrEqual(1);
    }
    expect(counts).toEqual({
      taken: 49,
      refused: [
        expect.stringContaining("(ab)\\1: back-references"),
        expect.stringContaining("\\bOakland\\b: word boundaries"),
        expect.stringContaining("(.*){1,32000}[bc]: this pattern unfolds to 32,000 positions"),
      ],
    });
  });

  test("as patterns of schemas likewise", () => {
    const refused = kinds.flat().filter(({ regex }) => {
      const compiled = compileForeign(regex);
      if (compiled.ok) expect(readsPerUnit(compiled, input), regex).toBeLessThanOrEqual(1);
      return !compiled.ok;
    });
    expect(refused.map(({ regex }) => regex)).toEqual(["(ab)\\1", "\\bOakland\\b", "(.*){1,32000}[bc]"]);
  });
});
