import { describe, expect, test } from "vitest";
import { matchesResource, readResourceUri } from "../src/index.ts";

// biome-ignore format: table
const readings: readonly (readonly [string, string | undefined])[] = [
  ["file:///w/a.md",               "file:///w/a.md"],
  ["FILE:///w//a/",                "file:///w/a"],
  ["file:///w/a%20b",              "file:///w/a b"],
  ["file:///w/a b",                "file:///w/a b"],
  ["file:///w/%C3%A9",             "file:///w/é"],
  ["https://Example.ORG/a?x=1#y",  "https://example.org/a?x=1#y"],
  ["postgres://db:5432/t/schema",  "postgres://db:5432/t/schema"],
  ["memo:insights",                "memo:insights"],
  ["file:///w/../etc/passwd",      undefined],
  ["file:///w/%2e%2e/etc/passwd",  undefined],
  ["file:///w/.%2E/etc",           undefined],
  ["file:///w\\..\\etc",           undefined],
  ["file:///w/a%2fb",              undefined],
  ["file:///w/a%00",               undefined],
  ["file:///w/a\nb",               undefined],
  ["memo:../x",                    undefined],
  ["https://u:p@example.org/",     undefined],
  ["https://u@example.org/",       undefined],
  ["/w/a",                         undefined],
  ["",                             undefined],
];

test.for(readings)("%j is read as %j", ([uri, text]) => expect(readResourceUri(uri)).toBe(text));

describe("matching", () => {
  // biome-ignore format: table
  const cases: readonly (readonly [string, string, boolean | undefined])[] = [
    ["file:///w/**",        "file:///w/a/b.md",      true],
    ["file:///w/**",        "file:///w",             true],
    ["file:///w/**",        "file:///wide/a",        false],
    ["file:///w/*.md",      "file:///w/a/b.md",      false],
    ["file:///w/my dir/**", "file:///w/my%20dir/a",  true],
    ["file:///w/my%20dir/**", "file:///w/my dir/a",  true],
    ["file:///w/secret/**", "file:///w//secret/a",   true],
    ["file:///w/**",        "file:///w/../etc",      undefined],
    ["**",                  "memo:insights",         true],
    ["**",                  "file:///w/a/b",         true],
    ["{",                   "file:///w/a",           undefined],
  ];

  test.for(cases)("%j on %j is %j", ([glob, uri, truth]) => expect(matchesResource(glob, uri)).toBe(truth));
});
