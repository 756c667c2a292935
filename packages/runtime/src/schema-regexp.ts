import { isRecord, type PolicyIr, schemaPattern, UNENFORCED_LENGTH, type Value } from "@mcpolicy/core";
import type { CodeOptions } from "ajv";

/** How ajv gets at a `pattern`: as our own checks do. */
export const regExpEngine: NonNullable<CodeOptions["regExp"]> = Object.assign(
  (source: string) => {
    const { matches } = schemaPattern(source);
    // ajv tells patterns apart by this text.
    return { test: matches, toString: () => `/${source}/` };
  },
  // Only ajv's standalone code would use it.
  { code: "regExpEngine" },
);

/** A line for each pattern of a tool's schema that is not enforced. */
export function unenforcedPatterns(ir: PolicyIr): readonly string[] {
  return ir.servers.flatMap((server) =>
    [
      ...Object.entries(server.tools).map(([name, { schema }]) => [name, schema] as const),
      ...Object.entries(server.checks ?? {}),
    ].flatMap(([name, schema]) =>
      [...new Set(patternsOf(schema))].flatMap((pattern) => {
        const { unenforced } = schemaPattern(pattern);
        if (unenforced === undefined) return [];
        const what = `${server.name}.${name}: pattern ${JSON.stringify(pattern)} is left to the server`;
        return [`${what}, texts are only held to ${UNENFORCED_LENGTH} characters: ${unenforced}`];
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
