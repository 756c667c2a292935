import { detectors } from "@mcpolicy/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Find, REDACTED, redact, redactText, redactValue } from "../src/redact.ts";

/** Finds these ranges in a text of six letters, and nothing elsewhere. */
const at =
  (...ranges: readonly (readonly [start: number, end: number])[]): Find =>
  (text) =>
    text.length === 6 ? ranges.map(([start, end]) => ({ start, end })) : [];

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
    ["ranges that overlap",      "abcdef",    at([1, 3], [2, 5]),         "a[redacted]f"],
    ["one within another",       "abcdef",    at([2, 3], [1, 5]),         "a[redacted]f"],
    ["in any order",             "abcdef",    at([4, 5], [0, 1]),         "[redacted]bcd[redacted]f"],
    ["an empty range",           "abcdef",    at([1, 1]),                               "abcdef"],
  ];
  test.for(cases)("%s", ([, text, find, masked]) => expect(redactText(text, find)).toBe(masked));

  test("what only stands by itself once a mask is beside it is found, too", () => {
    const card = detectors.get("card")!.find;
    const iban = detectors.get("iban")!.find;
    const both: Find = (text) => [...card(text), ...iban(text)];
    expect(redactText("4111111111111111DE89370400440532013000!", both)).toBe("[redacted][redacted]!");
  });

  test("where each look finds one thing more, the rest is masked at last", () => {
    const first: Find = (text) => [{ start: 0, end: Math.min(1, text.length) }];
    expect(redactText("secret".repeat(99), first)).toBe(REDACTED.repeat(9));
  });

  test("nothing that any built-in detector finds is left, and what has no finding is unchanged", () => {
    const pieces = [
      "4111 1111 1111 1111",
      "DE89370400440532013000",
      "ada@example.org",
      "eyJhbGciOiJub25lIn0.e30.",
      "10.0.0.1",
    ];
    const joints = [
      "",
      " ",
      "-",
      "\n",
      "@",
      ".",
      ":",
      "1",
      "a",
      "ä",
      "-----BEGIN PRIVATE KEY-----",
      "secret_key=",
      "ghp_",
    ];
    const text = fc.array(fc.oneof(fc.constantFrom(...pieces, ...joints), fc.string())).map((parts) => parts.join(""));
    const all: Find = (given) => [...detectors.values()].flatMap(({ find }) => find(given));
    fc.assert(
      fc.property(text, (given) => {
        const masked = redactText(given, all);
        expect(all(masked)).toEqual([]);
        if (all(given).length === 0) expect(masked).toBe(given);
        expect(redactText(masked, all)).toBe(masked);
      }),
      { numRuns: 1_000 },
    );
  });

  test("nothing that was found is left", () => {
    fc.assert(fc.property(fc.string(), (text) => !/\d/.test(redactText(text, digits))));
  });
});

describe("a value", () => {
  const digitsOrNamed: Find = (text) => [
    ...digits(text),
    ...(text.startsWith("secret-key: ") ? [{ start: "secret-key: ".length, end: text.length }] : []),
  ];
  // biome-ignore format: table
  const cases: readonly (readonly [string, unknown, unknown])[] = [
    ["other types stay",             { a: true, c: null, d: ["x1"] },           { a: true, c: null, d: ["x[redacted]"] }],
    ["numbers become text",          { a: 1, b: [2.5] },                        { a: "[redacted]", b: ["[redacted]"] }],
    ["JSON within text stays JSON",  '{"a": "x1", "b": [2, "y"]}',              '{"a":"x[redacted]","b":["[redacted]","y"]}'],
    ["as it is read",                '["\\u0031"]',                             '["[redacted]"]'],
    ["behind its name",              { "secret-key": "ab" },                    { "secret-key": "[redacted]" }],
    ["unless nothing is found",      '{ "a" :  "x" }',                          '{ "a" :  "x" }'],
    ["what is JSON almost",          '{"a": 1',                                 '{"a": [redacted]'],
    ["names of fields too",          { "id 7": "x" },                           { "id [redacted]": "x" }],
    ["two masked names stay two",    { "1": "a", "2": "b" },                    { "[redacted]": "a", "[redacted] 2": "b" }],
  ];
  test.for(cases)("%s", ([, value, masked]) => expect(redactValue(value as never, digitsOrNamed)).toEqual(masked));

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
      {
        type: "resource",
        resource: { uri: "file:///[redacted]", mimeType: "text/x-[redacted]", text: "n [redacted]" },
      },
      { type: "resource_link", uri: "file:///[redacted]", name: "[redacted]" },
      { type: "image", data: "aGk5", mimeType: "image/png" },
    ]);
  });

  test("a text that is the structured content is written anew from it", () => {
    const structuredContent = { phone: "555", known: true };
    const copy = { type: "text", text: JSON.stringify(structuredContent, null, 2) };
    const sent = redact({ content: [copy, { type: "text", text: "3" }], structuredContent }, digits);
    expect(sent.structuredContent).toEqual({ phone: "[redacted]", known: true });
    expect(sent.content).toEqual([
      { type: "text", text: '{"phone":"[redacted]","known":true}' },
      { type: "text", text: "[redacted]" },
    ]);
  });

  test("`_meta` is masked, and what only looks like bytes", () => {
    const content = [
      { type: "text", text: "a", data: "1", _meta: { "x/y": "2" } },
      { type: "odd", blob: "3" },
    ];
    expect(redact({ content, isError: true, _meta: { note: "call 555" } }, digits)).toEqual({
      content: [
        { type: "text", text: "a", data: "[redacted]", _meta: { "x/y": "[redacted]" } },
        { type: "odd", blob: "[redacted]" },
      ],
      isError: true,
      _meta: { note: "call [redacted]" },
    });
    const resource = { type: "resource", resource: { uri: "x", blob: "aGk5" } };
    expect(redact({ content: [resource] }, digits).content).toEqual([resource]);
  });

  test("names of fields are masked, but for the protocol's own", () => {
    const find: Find = (text) => [...digits(text), ...(text.includes("text") ? [{ start: 0, end: text.length }] : [])];
    const content = [
      { type: "text", text: "a", "n 1": "b" },
      { type: "odd", text: "c" },
    ];
    expect(redact({ content }, find).content).toEqual([
      { type: "text", text: "a", "n [redacted]": "b" },
      { type: "odd", "[redacted]": "[redacted]" },
    ]);
  });

  // biome-ignore format: table
  test.for([
    ["MTIz",   true],
    ["MTI=",   true],
    ["MQ==",   true],
    ["",       true],
    ["123",    false],
    ["12 3",   false],
    ["1=23",   false],
    ["=123",   false],
    ["12_3",   false],
    ["1===",   false],
  ] as const)("bytes are base64: %s", ([data, isBase64]) => {
    const [block] = redact({ content: [{ type: "image", data, mimeType: "image/png" }] }, digits).content!;
    expect(block!["data"]).toBe(isBase64 ? data : redactText(data, digits));
  });

  describe("texts of several blocks", () => {
    const texts = (...parts: readonly string[]) => ({ content: parts.map((text) => ({ type: "text", text })) });
    /** Finds what stands between `<` and `>`, or behind a `<`. */
    const brackets: Find = (text) =>
      [...text.matchAll(/<[^>]*(>|$)/g)].map(({ 0: run, index }) => ({ start: index, end: index + run.length }));

    // biome-ignore format: table
    test.for([
      ["each by itself",            ["a<b>c", "<d>"],            ["a[redacted]c", "[redacted]"]],
      ["over an edge",              ["a<b", "c>d"],              ["a[redacted]", "[redacted]d"]],
      ["over several",              ["<", "", "ab", "c>d<e>"],   ["[redacted]", "", "[redacted]", "[redacted]d[redacted]"]],
      ["into JSON",                 ["<", '["a", "b>"]'],        ["[redacted]", "[redacted]"]],
      ["beside JSON",               ["<a>", '["<b>"]'],          ["[redacted]", '["[redacted]"]']],
    ] as const)("%s", ([, given, masked]) => expect(redact(texts(...given), brackets)).toEqual(texts(...masked)));

    test("nothing is found in what is left of `result.text`, and what has no finding is unchanged", () => {
      const part = fc.array(fc.constantFrom("<", ">", "a", "[", "1", '"', ",", "]", "\n"), { maxLength: 6 });
      fc.assert(
        fc.property(
          fc.array(
            part.map((letters) => letters.join("")),
            { maxLength: 4 },
          ),
          (given) => {
            const masked = redact(texts(...given), brackets).content!.map(({ text }) => text as string);
            expect(brackets(masked.join("\n"))).toEqual([]);
            if (brackets(given.join("\n")).length === 0) expect(masked).toEqual(given);
          },
        ),
        { numRuns: 2_000 },
      );
    });

    // Quadratic work would take longer than a test may; the measure is `pnpm soak linear`.
    test("many blocks and many findings", () => {
      const given = texts(...Array.from({ length: 40_000 }, () => "<a><b> <"));
      const masked = redact(given, brackets).content!.map(({ text }) => text as string);
      expect(brackets(masked.join("\n"))).toEqual([]);
    });
  });

  test("what is not there is not made", () => {
    expect(redact({ isError: true }, digits)).toEqual({ isError: true });
  });
});
