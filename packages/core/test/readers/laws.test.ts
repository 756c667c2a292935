import { absent, type PlainKind, read, type Type, type Value, whyUnreadable } from "@mcpolicy/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const kinds: readonly PlainKind[] = [
  "bool",
  "int",
  "number",
  "null",
  "any",
  "string",
  "path",
  "url",
  "ip",
  "mail",
  "words",
  "time",
  "duration",
  "glob",
  "regex",
  "domain",
  "cidr",
  "window",
  "command",
  "range",
  "detector",
];
const types: readonly Type[] = [
  ...kinds.map((kind): Type => ({ kind })),
  { kind: "enum", values: ["a", "b"] },
  { kind: "record", fields: {}, open: true },
  ...kinds.map((kind): Type => ({ kind: "list", element: { kind } })),
  { kind: "union", members: [{ kind: "path" }, { kind: "null" }] },
  { kind: "union", members: [{ kind: "url" }, { kind: "string" }] },
  { kind: "union", members: [] },
  { kind: "error" },
];

const pieces = fc.constantFrom(
  "/",
  "..",
  ".",
  "%2e",
  "%20",
  "%c3%a4",
  "\\",
  "\0",
  "\n",
  "~",
  "a",
  "http://",
  "@",
  ":",
  "[",
  "]",
  "*",
  "**",
  "{",
  ",",
  "}",
  "(",
  "|",
  "'",
  '"',
  "$",
  "10.0.0.1",
  "::",
  "/8",
  "5m",
  "2026-01-01T00:00:00Z",
  "mon-fri",
  " ",
  "09:00-18:00",
  "UTC",
  "=",
  "\ud800",
  "x",
);
const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.anything({
    withBigInt: true,
    withDate: true,
    withNullPrototype: true,
    withSparseArray: true,
    withSet: true,
    withMap: true,
  }),
  fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join("")),
  fc.constantFrom(absent, undefined, Symbol("x"), () => 1, Number.NaN, Number.POSITIVE_INFINITY, -0),
  fc.constantFrom(...kinds).map((prepared) => ({ prepared, href: "x", host: "x", words: [], matches: () => true })),
);

describe.each(types.map((type) => [JSON.stringify(type), type] as const))("reading as %s", (_, type) => {
  test("never throws, says why exactly where it cannot, and takes its own results unchanged", () => {
    fc.assert(
      fc.property(hostile, fc.constantFrom(undefined, "/", "/w"), (value, root) => {
        const result = read(type, value as Value, root);
        const why = whyUnreadable(type, value as Value, root);
        expect(typeof why).toBe("string");
        expect(why === "").toBe(result !== undefined);
        if (result !== undefined) expect(read(type, result, root)).toEqual(result);
      }),
      { numRuns: 300 },
    );
  });
});

test("no JSON object passes for what a reader made", () => {
  for (const kind of ["url", "mail", "glob", "regex", "cidr", "command", "range", "window"] as const) {
    const forged = {
      prepared: kind,
      href: "http://example.org/",
      host: "example.org",
      low: 0,
      high: 9,
      words: [],
      first: [],
      bits: 0,
    };
    expect(read({ kind }, forged, undefined)).toBeUndefined();
  }
});
