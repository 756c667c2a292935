import { type PlainKind, read, type Value, whyUnreadable } from "@mcpolicy/core";
import { describe, expect, test } from "vitest";

const readAs = (kind: PlainKind, value: Value): Value | undefined => read({ kind }, value, undefined);
const whyNot = (kind: PlainKind, value: Value): string => whyUnreadable({ kind }, value, undefined);

describe("url", () => {
  test("has its parts as the URL standard reads them", () => {
    expect(readAs("url", "HTTPS://Example.ORG/a/../b c?x=1#y")).toMatchObject({
      href: "https://example.org/b%20c?x=1#y",
      scheme: "https",
      host: "example.org",
      port: 443,
      path: "/b%20c",
      query: "x=1",
      user: "",
    });
    expect(readAs("url", "http://0x7f.1:8080")).toMatchObject({ host: "127.0.0.1", port: 8080 });
    expect(readAs("url", "file:///etc/passwd")).toMatchObject({ scheme: "file", host: "", path: "/etc/passwd" });
    expect(Object.keys(readAs("url", "mailto:a@example.org") as object)).not.toContain("path");
    expect(Object.keys(readAs("url", "constructor://x/") as object)).not.toContain("port");
    expect(Object.isFrozen(readAs("url", "http://x/"))).toBe(true);
  });

  // biome-ignore format: table
  test.each([
    ["/a/b", "it is no absolute URL"],
    ["https://", "it is no absolute URL"],
    ["https://user@example.org/", "it holds credentials"],
    ["https://:secret@example.org/", "it holds credentials"],
    ["https://example.org@evil.test/", "it holds credentials"],
    [5, "it is a number, not a URL"],
  ])("%j is unreadable: %s", (value, why) => {
    expect(readAs("url", value)).toBeUndefined();
    expect(whyNot("url", value)).toBe(why);
  });
});

describe("ip and cidr", () => {
  // biome-ignore format: table
  test.each([
    ["10.0.0.1", "10.0.0.1"],
    ["::FFFF:10.0.0.1", "10.0.0.1"],
    ["::ffff:a00:1", "10.0.0.1"],
    ["2001:DB8:0:0::1", "2001:db8::1"],
    ["::127.0.0.1", "::7f00:1"],
    ["::", "::"],
    ["010.0.0.1", undefined], ["10.1", undefined], ["0x0a000001", undefined], ["167772161", undefined], ["10.0.0.256", undefined],
    ["10.0.0.1 ", undefined], ["10.0.0.1:80", undefined], ["[::1]", undefined], ["fe80::1%eth0", undefined], ["::ffff:010.0.0.1", undefined],
    ["1.2.3", undefined], ["", undefined], [":", undefined], ["::1::", undefined], ["12345::", undefined], ["١٠.0.0.1", undefined],
  ])("ip %j is %j", (text, address) => {
    expect(readAs("ip", text)).toBe(address);
  });

  // biome-ignore format: table
  test.each([
    ["10.0.0.0/8", ""], ["0.0.0.0/0", ""], ["10.1.2.3/32", ""], ["2001:db8::/32", ""], ["::/0", ""], ["::ffff:10.0.0.0/104", ""],
    ["10.0.0.1/8", "it has host bits set: write 10.0.0.0/8"],
    ["10.255.0.0/12", "it has host bits set: write 10.240.0.0/12"],
    ["2001:db8::1/32", "it has host bits set: write 2001:db8::/32"],
    ["10.0.0.0/33", "it has more than 32 bits"],
    ["::/129", "it has more than 128 bits"],
    ["10.0.0.0", "it is no address range such as `10.0.0.0/8`"],
    ["10.0.0.0/08", "it is no address range such as `10.0.0.0/8`"],
    ["10/8", "it is no address range such as `10.0.0.0/8`"],
    ["::ffff:0.0.0.0/95", "it is wider than the v4-mapped addresses that it begins with"],
  ])("cidr %j: %j", (text, why) => {
    expect(whyNot("cidr", text)).toBe(why);
    expect(readAs("cidr", text) === undefined).toBe(why !== "");
  });
});

// biome-ignore format: table
test.each([
  ["example.org", "example.org"], ["Example.ORG.", "example.org"], ["bücher.example", "xn--bcher-kva.example"], ["0x7f.1", "127.0.0.1"],
  ["[::1]", "[::1]"], ["localhost", "localhost"], ["a_b.example", "a_b.example"], ["ｅxample.org", "example.org"],
  ["", undefined], [".example.org", undefined], ["*.example.org", undefined], ["example.org/x", undefined], ["example.org:80", undefined],
  ["a@example.org", undefined], ["a b", undefined], ["a..b", undefined], ["a%2eb", "a.b"], ["exa\nmple.org", undefined], ["1.2.3.256", undefined],
])("domain %j is %j", (text, host) => {
  expect(readAs("domain", text)).toBe(host);
});

describe("mail", () => {
  test("has its parts", () => {
    expect(readAs("mail", "Ann.B+x@Example.ORG")).toMatchObject({
      local: "Ann.B+x",
      domain: "example.org",
      address: "Ann.B+x@example.org",
    });
  });

  test.each([
    "",
    "a",
    "a@",
    "@example.org",
    "a@b@example.org",
    "a@example.org,b@example.org",
    "a@example.org b@example.org",
    " a@example.org",
    "Ann <a@example.org>",
    "<a@example.org>",
    '"a b"@example.org',
    "a@[127.0.0.1]",
    "a@127.0.0.1",
    "a@example.org.",
    "a@.example.org",
    ".a@example.org",
    "a..b@example.org",
    "a@example..org",
    "a@exa_mple@x",
    "a@example.org\n",
    "a\u0000@example.org",
    "ä@example.org",
    "a@еxample.org",
    "a(comment)@example.org",
    "a@example.org?bcc=b@evil.test",
    "mailto:a@example.org",
  ])("%j is not exactly one plain address", (text) => {
    expect(readAs("mail", text)).toBeUndefined();
  });
});

describe("time and duration", () => {
  // biome-ignore format: table
  test.each([
    ["1970-01-01T00:00:00Z", 0],
    ["2026-11-22T10:00:00.5+01:30", Date.UTC(2026, 10, 22, 8, 30, 0, 500)],
    ["2026-11-22t10:00:00z", Date.UTC(2026, 10, 22, 10)],
    ["2024-02-29T00:00:00-00:00", Date.UTC(2024, 1, 29)],
    ["0001-01-01T00:00:00Z", -62135596800000],
    ["2026-11-22T10:00:00.1239999999Z", Date.UTC(2026, 10, 22, 10, 0, 0, 123)],
    [1234, 1234],
    ["2025-02-29T00:00:00Z", undefined], ["1900-02-29T00:00:00Z", undefined], ["2026-13-01T00:00:00Z", undefined],
    ["2026-00-01T00:00:00Z", undefined], ["2026-04-31T00:00:00Z", undefined], ["2026-11-22T24:00:00Z", undefined],
    ["2026-11-22T10:60:00Z", undefined], ["2016-12-31T23:59:60Z", undefined], ["2026-11-22T10:00:00", undefined],
    ["2026-11-22 10:00:00Z", undefined], ["2026-11-22", undefined], ["2026-11-22T10:00:00+24:00", undefined], ["now", undefined],
    [1.5, undefined], [8.64e15 + 1, undefined],
  ])("time %j is %j", (value, instant) => {
    expect(readAs("time", value)).toBe(instant);
  });

  // biome-ignore format: table
  test.each([
    ["30s", 30_000], ["5m", 300_000], ["1h", 3_600_000], ["7d", 604_800_000], [5, 5], [-5, -5],
    ["5", undefined], ["5 m", undefined], ["-5m", undefined], ["1.5h", undefined], ["1w", undefined], ["5constructor", undefined],
  ])("duration %j is %j", (value, milliseconds) => {
    expect(readAs("duration", value)).toBe(milliseconds);
  });
});

describe("words", () => {
  // biome-ignore format: table
  test.each([
    ["npm test", ["npm", "test"]],
    ["  npm\t test ", ["npm", "test"]],
    ["echo 'a b' \"c d\" e\\ f ''", ["echo", "a b", "c d", "e f", ""]],
    ["echo 'a'\"b\"c", ["echo", "abc"]],
    ['echo "\\"\\\\\\a"', ["echo", '"\\\\a']],
    ["echo '$HOME `x` * ; #'", ["echo", "$HOME `x` * ; #"]],
    ["echo a#b", ["echo", "a#b"]],
    ["make CC=gcc", ["make", "CC=gcc"]],
    ["echo a~", ["echo", "a~"]],
    ["'A=b' c", ["A=b", "c"]],
    ["1=2 c", ["1=2", "c"]],
    [["git", "log", "a b; c", "$x"], ["git", "log", "a b; c", "$x"]],
  ])("%j is the words %j", (value, words) => {
    expect(readAs("words", value as Value)).toEqual(words);
  });

  // biome-ignore format: table
  test.each([
    ["a; b", "it has the shell operator `;`"], ["a && b", "it has the shell operator `&`"], ["a | b", "it has the shell operator `|`"],
    ["(a)", "it has the shell operator `(`"], ["a > b", "it redirects input or output"], ["a < b", "it redirects input or output"],
    ["a 2>&1", "it redirects input or output"], ["a $b", "it has an expansion"], ["a `b`", "it has an expansion"],
    ['a "$b"', "it has an expansion"], ['a "`b`"', "it has an expansion"], ["a ~/b", "it has an expansion"], ["a b=~", "it has an expansion"],
    ["a *", "it has the glob character `*`"], ["a b?", "it has the glob character `?`"], ["a [b]", "it has the glob character `[`"],
    ["a {b,c}", "it has a brace"], ["a # b", "it has a comment"], ["#a", "it has a comment"], ["A=b c", "it sets a variable"],
    ["_A1=b", "it sets a variable"], ["A+=b c", "it sets a variable"], ["a\nb", "it has a newline"], ["a 'b\nc'", "it has a newline"],
    ["a \\\nb", "it has a backslash before nothing that it could quote"], ["a\\", "it has a backslash before nothing that it could quote"],
    ["a\rb", "it has a control character"], ["a\u0000b", "it has the control character U+0000"], ["a 'b", "it has an open quote"],
    ['a "b', "it has an open quote"], ["", "it has no words"], ["  ", "it has no words"], ["'' a", "its first word is empty"],
    ["! a", "it has a `!`, which some shells expand"], ['a "!b"', "it has a `!`, which some shells expand"],
    ["a ^b", "it has a `^`, which some shells take for an operator"], ["if a", "`if` is a word of the shell's own grammar"],
    ["time a", "`time` is a word of the shell's own grammar"], [[], "it has no words"], [["a", 1], "one of its words is a number, not text"],
    [["a", "b\u0000"], "it has the control character U+0000"],
  ])("%j is unreadable: %s", (value, why) => {
    expect(readAs("words", value as Value)).toBeUndefined();
    expect(whyNot("words", value as Value)).toBe(why);
  });
});

describe("what only constants are", () => {
  // biome-ignore format: table
  test.each([
    ["range", [1, 10], ""], ["range", [5, 5], ""], ["range", [10, 1], "it ends before it begins"], ["range", [1], "it is no range of numbers"],
    ["command", "git log **", ""], ["command", "  ", "it has no words"], ["command", "ls ./x .", ""],
    ["window", "mon-fri 09:00-18:00 Europe/Berlin", ""], ["window", "fri-mon,wed 22:00-06:00 UTC", ""],
    ["window", "mon 09:00-18:00 Mars/Base", "it names no time zone: `Mars/Base`"],
    ["window", "monday 09:00-18:00 UTC", "its days are not such as `mon-fri` or `mon,wed,sat-sun`"],
    ["window", "mon 09:00-25:00 UTC", "it has no such time of day"],
    ["window", "mon 09:00-09:00 UTC", "it ends when it begins"],
    ["window", "9-5", "it is no time window such as `mon-fri 09:00-18:00 Europe/Berlin`"],
  ] as const)("%s %j: %j", (kind, value, why) => {
    expect(whyNot(kind, value)).toBe(why);
    expect(readAs(kind, value) === undefined).toBe(why !== "");
  });

  test("a glob, a regular expression, a command pattern that cannot be compiled says why", () => {
    for (const [kind, text] of [
      ["glob", "{a"],
      ["regex", "(a"],
      ["command", "git [a"],
    ] as const) {
      expect(readAs(kind, text)).toBeUndefined();
      expect(whyNot(kind, text)).not.toBe("");
    }
  });
});
