import { compileGlob, globExceptions } from "@mcpolicy/core";
import { readData } from "../shared.ts";
import { type Documented, type Oracle, tallyOf } from "./oracle.ts";

interface Case {
  readonly string: string;
  readonly pattern: string | readonly string[];
  readonly want: boolean;
  readonly options?: Readonly<Record<string, unknown>>;
}

const equalText = reasonOf("equal text");
const escapedLetters = reasonOf("escaped letters");

const documented: readonly Documented[] = [
  { reason: equalText, count: 10 },
  { reason: escapedLetters, count: 2 },
];

const option = "an option that the language has not got";
const refused = "a pattern that the language refuses: extended globs, negation, ranges, POSIX classes and the like";
const leadingDot = "a leading dot without the option `dot`: our stars take it";

const notApplicable: readonly Documented[] = [
  { reason: option, count: 1_638 },
  { reason: refused, count: 3_047 },
  { reason: leadingDot, count: 79 },
];

function reasonOf(id: string): string {
  const { reason } = globExceptions.find((each) => each.id === id)!;
  return `${id}: ${reason}`;
}

/** Options that say what our globs do anyway; `windows` only changes what a backslash is, and `dot` is looked at below. */
const neutral: ReadonlySet<string> = new Set(["dot", "windows", "noextglob", "noext"]);

/** picomatch's own cases, on the grammar that both have. */
export const picomatch: Oracle = {
  name: "picomatch",
  run(shared) {
    const { files } = readData<{ readonly files: readonly { readonly cases: readonly Case[] }[] }>(
      shared,
      "globs",
      "picomatch.json",
    );
    const tally = tallyOf("picomatch", documented, notApplicable);
    for (const { string, pattern, want, options = {} } of files.flatMap(({ cases }) => cases)) {
      const patterns = [pattern].flat();
      const set = Object.keys(options).filter(
        (name) => !neutral.has(name) && !(name === "posix" && options[name] === true),
      );
      const backslashes = options["windows"] === true && [string, ...patterns].some((text) => text.includes("\\"));
      const compiled = patterns.map(compileGlob);
      const globs = compiled.flatMap((result) => (result.ok ? [result.pattern] : []));
      const exception = globExceptions.find(({ applies }) => patterns.some((text) => applies(text, string)));
      if (set.length > 0 || backslashes) tally.leavesOut(option);
      else if (globs.length < compiled.length) tally.leavesOut(refused);
      else if (globs.some(({ matches }) => matches(string)) === want) tally.agrees();
      else if (options["dot"] !== true && /(?:^|\/)\./.test(string)) tally.leavesOut(leadingDot);
      else if (exception !== undefined) tally.differs(reasonOf(exception.id));
      else tally.undocumented(`${JSON.stringify(pattern)} on ${JSON.stringify(string)}: ${want} is wanted`);
    }
    return tally.report();
  },
};
