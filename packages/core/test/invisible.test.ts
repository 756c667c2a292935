import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeInvisible } from "../src/index.ts";

describe("escapeInvisible", () => {
  // biome-ignore format: table
  test.each([
    ["plain text stays",          "a \"b\" ~",               "a \"b\" ~"],
    ["letters of all scripts",    "grüße 日本 😀 é",         "grüße 日本 😀 é"],
    ["controls",                  "a\u0000\n\u001b[31m\u007f\u009b", "a\\u0000\\u000a\\u001b[31m\\u007f\\u009b"],
    ["bidirectional characters",  "a\u202eb\u2066",          "a\\u202eb\\u2066"],
    ["zero width, soft hyphen",   "a\u200bb\u00ad\ufeff",    "a\\u200bb\\u00ad\\ufeff"],
    ["fillers, variation",        "\u3164\u115f\ufe0f",      "\\u3164\\u115f\\ufe0f"],
    ["tags",                      "\u{e0041}",               "\\udb40\\udc41"],
    ["line separators, spaces",   "a\u2028b\u2029c\u00a0d\u3000", "a\\u2028b\\u2029c\\u00a0d\\u3000"],
    ["private, lone surrogates",  "\ue000\ud800",            "\\ue000\\ud800"],
  ])("%s", (_name, text, wanted) => expect(escapeInvisible(text)).toBe(wanted));

  test("JSON text means the same afterwards", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: "binary" }), (value, text) => {
        const json = JSON.stringify({ value, text });
        expect(JSON.parse(escapeInvisible(json))).toEqual(JSON.parse(json));
      }),
    );
  });
});
