import { compileGlob } from "../regular/glob.ts";
import type { Compiled } from "../regular/match.ts";
import { compileRegex } from "../regular/regex.ts";
import type { PlainKind } from "../type.ts";
import { isPrepared, prepare } from "./prepared.ts";
import { isNot, type Reader, type Reading, reader } from "./reader.ts";

/** A set of texts that a policy writes as a glob or a regular expression, compiled once. */
export interface TextPattern {
  readonly prepared: "glob" | "regex";
  readonly source: string;
  /** Whether the whole text is in the set, in time linear in its length. */
  readonly matches: (text: string) => boolean;
}

/** `/w/*.md`: matched on a canonical path, a URL without its query, or a tool's name. */
export const glob: Reader = pattern("glob", compileGlob, "a glob");

/** What stands between the slashes of `/[a-z]+/`; the whole text must match. */
export const regex: Reader = pattern("regex", compileRegex, "a regular expression");

function pattern(
  kind: PlainKind & TextPattern["prepared"],
  compile: (source: string) => Compiled,
  noun: string,
): Reader {
  return reader(kind, (value): Reading => {
    if (isPrepared(value, kind)) return { value };
    if (typeof value !== "string") return { why: isNot(value, noun) };
    const compiled = compile(value);
    if (!compiled.ok) return { why: compiled.error.message };
    return { value: prepare<TextPattern>({ prepared: kind, source: value, matches: compiled.pattern.matches }) };
  });
}
