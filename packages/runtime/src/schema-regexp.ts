import { type Compiled, compileForeign, compileRegex, isRecord, type PolicyIr, type Value } from "@mcpolicy/core";
import type { CodeOptions } from "ajv";

/** The longest text, in UTF-16 code units, that passes a `pattern` which is not enforced. */
export const UNENFORCED_LENGTH = 4096;

/**
 * How ajv gets at a `pattern`: through automata, in time linear in the text. What they cannot say (look-around, back-references) is
 * not left to a backtracking engine: the server's own check of it stands, here the text is only bounded, and loading warns.
 */
export const regExpEngine: NonNullable<CodeOptions["regExp"]> = Object.assign(
  (source: string) => {
    const compiled = compile(source);
    return {
      test: (text: string) => (compiled.ok ? compiled.pattern.matches(text) : text.length <= UNENFORCED_LENGTH),
      // ajv tells patterns apart by this text.
      toString: () => `/${source}/`,
    };
  },
  // Only ajv's standalone code would use it.
  { code: "regExpEngine" },
);

/** As ECMAScript reads it; else, where it takes the whole text, as a policy does: so `matches` in a `check` is always enforced. */
function compile(source: string): Compiled {
  const foreign = compileForeign(source);
  const whole = /^\^\(\?:(.*)\)\$$/s.exec(source)?.[1];
  if (foreign.ok || whole === undefined) return foreign;
  const ours = compileRegex(whole);
  return ours.ok ? ours : foreign;
}

/** A line for each pattern of a tool's schema that is not enforced. */
export function unenforcedPatterns(ir: PolicyIr): readonly string[] {
  return ir.servers.flatMap((server) =>
    [
      ...Object.entries(server.tools).map(([name, { schema }]) => [name, schema] as const),
      ...Object.entries(server.checks ?? {}),
    ].flatMap(([name, schema]) =>
      [...new Set(patternsOf(schema))].flatMap((pattern) => {
        const compiled = compile(pattern);
        if (compiled.ok) return [];
        const what = `${server.name}.${name}: pattern ${JSON.stringify(pattern)} is left to the server`;
        return [`${what}, texts are only held to ${UNENFORCED_LENGTH} characters: ${compiled.error.message}`];
      }),
    ),
  );
}

/** Every `pattern` and every key of `patternProperties`, wherever they stand; a value that only looks like one may be among them. */
function patternsOf(schema: Value): readonly string[] {
  if (Array.isArray(schema)) return schema.flatMap(patternsOf);
  if (!isRecord(schema)) return [];
  return Object.entries(schema).flatMap(([key, value]) => [
    ...(key === "pattern" && typeof value === "string" ? [value] : []),
    ...(key === "patternProperties" && isRecord(value) ? Object.keys(value) : []),
    ...patternsOf(value),
  ]);
}
