import { expect, test } from "vitest";
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
