import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Find, redact, redactText, redactValue } from "../src/redact.ts";

/** Finds each run of digits. */
const digits: Find = (text) =>
  [...text.matchAll(/\d+/g)].map(({ 0: run, index }) => ({ start: index, end: index + run.length }));

describe("a text", () => {
  // biome-ignore format: table
  const cases: readonly (readonly [string, string, Find, string])[] = [
    ["nothing found",            "abc",       digits,                                                     "abc"],
    ["one",                      "a1b",       digits,                                                     "a[redacted]b"],
    ["all of it",                "123",       digits,                                                     "[redacted]"],
    ["several",                  "1a2",       digits,                                                     "[redacted]a[redacted]"],
    ["ranges that overlap",      "abcdef",    () => [{ start: 1, end: 3 }, { start: 2, end: 5 }],         "a[redacted]f"],
    ["one within another",       "abcdef",    () => [{ start: 2, end: 3 }, { start: 1, end: 5 }],         "a[redacted]f"],
    ["in any order",             "abcdef",    () => [{ start: 4, end: 5 }, { start: 0, end: 1 }],         "[redacted]bcd[redacted]f"],
    ["an empty range",           "abc",       () => [{ start: 1, end: 1 }],                               "abc"],
  ];
  test.for(cases)("%s", ([, text, find, masked]) => expect(redactText(text, find)).toBe(masked));

  test("nothing that was found is left", () => {
    fc.assert(fc.property(fc.string(), (text) => !/\d/.test(redactText(text, digits))));
  });
});

describe("a value", () => {
  // biome-ignore format: table
  const cases: readonly (readonly [string, unknown, unknown])[] = [
    ["types stay",                   { a: 1, b: true, c: null, d: ["x1", 2] },  { a: 1, b: true, c: null, d: ["x[redacted]", 2] }],
    ["names of fields too",          { "id 7": "x" },                           { "id [redacted]": "x" }],
    ["two masked names stay two",    { "1": "a", "2": "b" },                    { "[redacted]": "a", "[redacted] 2": "b" }],
  ];
  test.for(cases)("%s", ([, value, masked]) => expect(redactValue(value as never, digits)).toEqual(masked));

  test("a field called __proto__ stays a field", () => {
    const masked = redactValue(JSON.parse('{"__proto__":"1"}'), digits);
    expect(JSON.stringify(masked)).toBe('{"__proto__":"[redacted]"}');
  });
});

describe("a result", () => {
  test("texts, embedded resources and links are masked, bytes are not", () => {
    const content = [
      { type: "text", text: "call 555" },
      { type: "resource", resource: { uri: "file:///1", mimeType: "text/x-1", text: "n 2" } },
      { type: "resource_link", uri: "file:///3", name: "4" },
      { type: "image", data: "aGk5", mimeType: "image/png" },
    ];
    expect(redact({ content }, digits).content).toEqual([
      { type: "text", text: "call [redacted]" },
      { type: "resource", resource: { uri: "file:///[redacted]", mimeType: "text/x-1", text: "n [redacted]" } },
      { type: "resource_link", uri: "file:///[redacted]", name: "[redacted]" },
      { type: "image", data: "aGk5", mimeType: "image/png" },
    ]);
  });

  test("a text that is the structured content is written anew from it", () => {
    const structuredContent = { phone: "555", count: 3 };
    const copy = { type: "text", text: JSON.stringify(structuredContent, null, 2) };
    const sent = redact({ content: [copy, { type: "text", text: "3" }], structuredContent }, digits);
    expect(sent.structuredContent).toEqual({ phone: "[redacted]", count: 3 });
    expect(sent.content).toEqual([
      { type: "text", text: '{"phone":"[redacted]","count":3}' },
      { type: "text", text: "[redacted]" },
    ]);
  });

  test("what is not there is not made", () => {
    expect(redact({ isError: true }, digits)).toEqual({ isError: true });
  });
});
