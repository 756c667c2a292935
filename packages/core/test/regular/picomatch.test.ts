import { describe, expect, test } from "vitest";
import { compileGlob } from "../../src/regular/glob.ts";
import { outsideData } from "../outside-data.ts";
import { exceptions } from "./micromatch-exceptions.ts";

interface Case {
  readonly string: string;
  readonly pattern: string | readonly string[];
  readonly want: boolean;
  readonly options?: Readonly<Record<string, unknown>>;
}

const data = outsideData<{ readonly files: readonly { readonly cases: readonly Case[] }[] }>(
  "globs/picomatch.json",
  "8,666 answers of picomatch",
);

/** Options that say what our globs do anyway; `windows` only changes what a backslash is, and `dot` is looked at below. */
const neutral: ReadonlySet<string> = new Set(["dot", "windows", "noextglob", "noext"]);

type Verdict = "agreed" | "not applicable: option" | "not applicable: refused" | "not applicable: leading dot" | string;

function judge({ string, pattern, want, options = {} }: Case): Verdict {
  const patterns = [pattern].flat();
  const set = Object.keys(options).filter(
    (name) => !neutral.has(name) && !(name === "posix" && options[name] === true),
  );
  const backslashes = options["windows"] === true && [string, ...patterns].some((text) => text.includes("\\"));
  if (set.length > 0 || backslashes) return "not applicable: option";

  const compiled = patterns.map(compileGlob);
  const globs = compiled.flatMap((result) => (result.ok ? [result.pattern] : []));
  if (globs.length < compiled.length) return "not applicable: refused";

  if (globs.some(({ matches }) => matches(string)) === want) return "agreed";
  // Without the option `dot`, picomatch's stars refuse a leading dot. Ours never do.
  if (options["dot"] !== true && /(?:^|\/)\./.test(string)) return "not applicable: leading dot";
  const exception = exceptions.find(({ applies }) => patterns.some((text) => applies(text, string)));
  return exception === undefined ? `${JSON.stringify(pattern)} on ${string}` : `difference: ${exception.id}`;
}

describe.runIf(data)("picomatch's own cases", () => {
  test("agree, or differ for a listed reason", () => {
    const counts: Record<string, number> = {};
    for (const row of data?.files.flatMap(({ cases }) => cases) ?? []) {
      const verdict = judge(row);
      counts[verdict] = (counts[verdict] ?? 0) + 1;
    }
    expect(counts).toEqual({
      agreed: 3_890,
      "difference: equal text": 10,
      "difference: escaped letters": 2,
      "not applicable: option": 1_638,
      "not applicable: refused": 3_047,
      "not applicable: leading dot": 79,
    });
  });
});
