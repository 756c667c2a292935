import { renderText } from "@mcpolicy/diagnostics";
import { describe, expect, test } from "vitest";
import { checkText } from "./checked.ts";

function isFound(text: string): boolean {
  const { diagnostics } = checkText(`let NAME = ${JSON.stringify(text)}`);
  return diagnostics.some(({ code }) => code === "P0418");
}

// Joined here, so that nothing in this file looks like a secret to those who look for them in repositories.
const body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj";
test.for([
  `ghp_${"a1".repeat(18)}`,
  ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxIn0", "c2lnbmF0dXJl"].join("."),
  `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----`,
  `Authorization: Bearer ${"x7Kq"}29LmT4`,
  `https://ann:${"tR5g"}9Wq2x@example.org/`,
])("finds %s", (text) => {
  expect(isFound(text)).toBe(true);
});

test.for([
  "-----BEGIN RSA PRIVATE KEY-----",
  "password=",
  "token: {principal.team}",
  "secret = correct-horse-battery-staple",
  "the token expires after 24h",
  "**/passwords/**",
  "https://user:password@example.org",
  "sha256-0123456789abcdef0123456789abcdef",
])("says nothing of %s", (text) => {
  expect(isFound(text)).toBe(false);
});

describe("no excerpt shows it", () => {
  const key = `AKIA${"IOSFODNN7"}EXAMPLE`;
  const shown = (text: string): string => {
    const { diagnostics, sources } = checkText(text);
    expect(diagnostics.map(({ code }) => code)).toContain("P0418");
    return renderText(diagnostics, sources, { color: false });
  };

  test("not of this finding, nor of another on its line", () => {
    const text = shown(`deny office.send_mail when args.body contains "my ${key}" // ${key}`);
    expect(text).not.toContain(key);
    expect(text).toContain(`contains "my ${"*".repeat(20)}" // ${"*".repeat(20)}`);
  });

  test("nor of a comment", () => {
    expect(shown(`let NAME = "a" // ${key}`)).not.toContain(key);
  });

  test("nor where it is written with escapes: then nothing of the text is shown", () => {
    const text = shown(`let NAME = "x \\u{41}${key.slice(1)} \u{1f600}"`);
    expect(text).not.toContain(key.slice(1));
    expect(text).toMatch(/let NAME = \*+/);
  });

  test("nor where there are more than anybody reads", () => {
    const keys = Array.from({ length: 150 }, (_, index) => `AKIAIOSFODNN7${String(index).padStart(3, "0")}AAAA`);
    const text = shown(keys.map((each, index) => `let NAME${index} = "${each}"`).join("\n"));
    expect(keys.filter((each) => text.includes(each))).toEqual([]);
  });
});
