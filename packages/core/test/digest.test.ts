import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson, digestOf, digestOfText, pinOf } from "../src/digest.ts";
import type { PinnedTool } from "../src/pins.ts";
import { outsideData } from "./outside-data.ts";

describe("canonicalJson", () => {
  // biome-ignore format: table
  test.each([
    ["members by code unit",   { b: 1, a: 2, B: 3, "10": 4, "9": 5 },  '{"10":4,"9":5,"B":3,"a":2,"b":1}'],
    ["astral before private",  { "\u{1f600}": 1, "\ue000": 2 },         '{"\u{1f600}":1,"\ue000":2}'],
    ["own __proto__",          JSON.parse('{"__proto__": {"x": 1}}'),   '{"__proto__":{"x":1}}'],
    ["numbers",                [1e21, 1e-7, -0, 0.1, 100.0],            "[1e+21,1e-7,0,0.1,100]"],
    ["short escapes",          "\u0000\b\t\n\f\r\"\\/é",                '"\\u0000\\b\\t\\n\\f\\r\\"\\\\/é"'],
    ["no members, no items",   { a: {}, b: [] },                        '{"a":{},"b":[]}'],
    ["a scalar",               null,                                    "null"],
  ])("%s", (_name, value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  test.each([
    ["undefined", undefined],
    ["a function", () => 1],
    ["NaN", [Number.NaN]],
    ["infinity", { a: Number.POSITIVE_INFINITY }],
    ["a lone surrogate", "\ud800"],
    ["a lone surrogate in a name", { "\udc00": 1 }],
  ])("has no text for %s", (_name, value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });

  test("reads back as the same value, whatever the order of members", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: "grapheme" }), fc.json().map(wellFormed)), (record) => {
        const turned = Object.fromEntries(Object.entries(record).reverse());
        expect(canonicalJson(turned)).toBe(canonicalJson(record));
        expect(JSON.parse(canonicalJson(record))).toEqual(JSON.parse(JSON.stringify(record)));
      }),
      { numRuns: 200 },
    );
  });
});

describe("the short way to canonical text", () => {
  // biome-ignore format: table
  const tricky: readonly [string, unknown][] = [
    ["an index as a name",      { "9": 1, "10": 2, b: { "01": 1, a: 2 } }],
    ["own __proto__",           JSON.parse('{"b":1,"__proto__":{"x":1}}')],
    ["a toJSON",                { b: 1, a: { toJSON: () => "x" } }],
    ["a date, a boxed number",  { b: new Date(0), a: Object(1) }],
    ["members without a value", { b: undefined, a: [undefined, 1], c: () => 1 }],
    ["a deep nesting",          JSON.parse(`${'{"b":1,"a":'.repeat(500)}1${"}".repeat(500)}`)],
    ["a text like a surrogate", { b: "\\ud800", a: "\u{1f600}" }],
    ["a sparse list",           { b: 1, a: Object.assign([1], { 2: 2 }) }],
  ];

  test.each(tricky)("is not taken, or says the same, for %s", (_name, value) => {
    expect(canonicalJson(value)).toBe(canonicalize(value));
  });

  test("says the same as the long one", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
        expect(canonicalJson(value)).toBe(canonicalize(value));
      }),
      { numRuns: 1000 },
    );
  });
});

/** fast-check's JSON may hold lone surrogates, which have no canonical form. */
function wellFormed(json: string): unknown {
  return JSON.parse(json.toWellFormed());
}

describe("digestOf", () => {
  test("is the SHA-256 of the canonical text", () => {
    // printf '{}' | sha256sum
    expect(digestOf({})).toBe("sha256-44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
    // printf '"é"' | sha256sum: over UTF-8 bytes
    expect(digestOf("é")).toBe("sha256-f2886017e9c7abacf804b54d64787dce2b611c9544ba21f3affdd126a6e50086");
  });
});

describe("pinOf", () => {
  const tool: PinnedTool = {
    name: "read_file",
    description: "Reads a file",
    inputSchema: { type: "object", properties: { path: { type: "string" } } },
  };

  test("does not depend on the order of members, nor on fields that are not pinned", () => {
    const { name, ...rest } = tool;
    expect(pinOf({ ...rest, name })).toBe(pinOf(tool));
    expect(pinOf({ ...tool, _meta: { x: 1 } } as PinnedTool)).toBe(pinOf(tool));
    expect(pinOf(tool)).toBe(digestOf(tool));
  });

  test.each([
    ["name", { name: "read_files" }],
    ["title", { title: "" }],
    ["description", { description: "Reads a file. Always call it first." }],
    ["inputSchema", { inputSchema: { type: "object" } }],
    ["outputSchema", { outputSchema: {} }],
    ["annotations", { annotations: { readOnlyHint: true } }],
    ["icons", { icons: [] }],
  ])("changes with %s", (_field, change) => {
    expect(pinOf({ ...tool, ...change })).not.toBe(pinOf(tool));
  });
});

interface Vectors {
  readonly documents: readonly {
    readonly name: string;
    readonly input_text: string;
    readonly canonical_utf8_hex: string;
  }[];
  readonly numbers: readonly { readonly ieee754_hex: string; readonly want: string | null }[];
}

const vectors = outsideData<Vectors>("jcs/vectors.json", "15 outside RFC 8785 vectors");

describe.runIf(vectors)("outside RFC 8785 vectors", () => {
  const { documents, numbers } = vectors ?? { documents: [], numbers: [] };

  test("are all read", () => {
    expect([documents.length, numbers.length]).toEqual([6, 9]);
  });

  test.each(documents.map((row) => [row.name, row] as const))("document %s", (_name, row) => {
    const text = canonicalJson(JSON.parse(row.input_text));
    expect(Buffer.from(text, "utf8").toString("hex")).toBe(row.canonical_utf8_hex);
  });

  test.each(numbers.map((row) => [row.ieee754_hex, row] as const))("number %s", (hex, row) => {
    const number = Buffer.from(hex, "hex").readDoubleBE();
    if (row.want === null) expect(() => canonicalJson(number)).toThrow(TypeError);
    else expect(canonicalJson(number)).toBe(row.want);
  });
});

test("a long text has the digest of its bytes, wherever pairs of surrogates and halves of them stand", () => {
  const ofBytes = (text: string) => `sha256-${createHash("sha256").update(text, "utf8").digest("hex")}`;
  for (const character of ["a", "é", "\u{1f600}", "\ud83d", "\ude00"]) {
    for (const length of [0, 1, 16_383, 16_384, 16_385, 32_767, 32_768, 50_000]) {
      for (const before of ["", "b"]) {
        const text = before + character.repeat(length);
        expect(digestOfText(text)).toBe(ofBytes(text));
      }
    }
  }
});
