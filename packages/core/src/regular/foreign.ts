import { anything, charactersOf, ranges, union, without } from "./charset.ts";
import { type Dialect, parseExpression } from "./expression.ts";
import { type Compiled, compilePattern } from "./match.ts";
import { oneOf, repeat, sequence } from "./syntax.ts";

/**
 * The `pattern` of a JSON Schema that others wrote: ECMAScript's syntax and meaning under the flag `u`, as a *search* (JSON Schema
 * 2020-12 validation, section 6.3.3; ECMA-262, section 22.2). Refused: word boundaries, look-around, back-references, flags in
 * groups, Unicode properties, and what unfolds to too many positions.
 */
export function compileForeign(pattern: string): Compiled {
  const anyText = repeat(oneOf(anything), 0, Number.POSITIVE_INFINITY);
  return compilePattern(pattern, (source) => sequence(anyText, parseExpression(source, ecmascript), anyText));
}

// ECMA-262: LineTerminator, and WhiteSpace with all of category Zs.
const lineEnds = charactersOf("\n\r\u2028\u2029");
const spaces = union(lineEnds, charactersOf("\t\v\f \u00a0\u1680\u202f\u205f\u3000\ufeff"), ranges([0x2000, 0x200a]));

/** ECMAScript under the flag `u`. */
export const ecmascript: Dialect = {
  dot: without(anything, lineEnds),
  space: spaces,
  letters: { n: "\n", t: "\t", r: "\r", v: "\v", f: "\f" },
  // ECMA-262: IdentityEscape under `u` is a SyntaxCharacter or a slash.
  literals: charactersOf("^$\\.*+?()[]{}|/"),
  anchors: true,
  ecmascript: true,
};
