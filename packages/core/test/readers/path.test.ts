import { posix } from "node:path";
import { read, whyUnreadable } from "@mcpolicy/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const path = { kind: "path" } as const;

describe("paths in canonical form", () => {
  // biome-ignore format: table
  test.each([
    ["/a/b",            undefined, "/a/b"],
    ["/",               undefined, "/"],
    ["///",             undefined, "/"],
    ["/a//b///c/",      undefined, "/a/b/c"],
    ["a/b/",            "/w",      "/w/a/b"],
    ["a",               "/",       "/a"],
    ["/a b/%20/ä/%C3%A4", undefined, "/a b/%20/ä/%C3%A4"],
    ["/a/.env",         undefined, "/a/.env"],
    ["/a/...",          undefined, "/a/..."],
    ["/a/..b/c..",      undefined, "/a/..b/c.."],
    ["/C:/x",           undefined, "/C:/x"],
    ["a:b/c",           "/w",      undefined],
    ["ab:c/d",          "/w",      "/w/ab:c/d"],
    ["/a/~",            undefined, "/a/~"],
    ["/😀",             undefined, "/😀"],
    ["/%F0%9F%98%80",   undefined, "/%F0%9F%98%80"],
  ])("%j under root %j is %j", (text, root, canonical) => {
    expect(read(path, text, root)).toBe(canonical);
  });

  // biome-ignore format: table
  test.each([
    ["",                     "it is empty"],
    ["..",                   "it has a `..` segment"],
    ["/a/../b",              "it has a `..` segment"],
    ["/a/./b",               "it has a `.` segment"],
    ["/a/..",                "it has a `..` segment"],
    ["/a/.",                 "it has a `.` segment"],
    ["./a",                  "it has a `.` segment"],
    ["~/a",                  "it begins with `~`"],
    ["~root",                "it begins with `~`"],
    ["/a\\b",                "it has a backslash"],
    ["/a\u0000",             "it has the control character U+0000"],
    ["/a\n",                 "it has the control character U+000A"],
    ["/a\u007f",             "it has the control character U+007F"],
    ["/a\u0085",             "it has the control character U+0085"],
    ["/%2e%2e/a",            'it has the percent-encoding "%2e"'],
    ["/a%2fb",               'it has the percent-encoding "%2f"'],
    ["/a%00",                'it has the percent-encoding "%00"'],
    ["/%c0%af",              'it has the percent-encoding "%c0"'],
    ["/%c0%ae%c0%ae",        'it has the percent-encoding "%c0"'],
    ["/%e0%80%af",           'it has the percent-encoding "%e0"'],
    ["/%f0%80%80%af",        'it has the percent-encoding "%f0"'],
    ["/%ed%a0%80",           'it has the percent-encoding "%ed"'],
    ["/%f4%90%80%80",        'it has the percent-encoding "%f4"'],
    ["/%c2%85",              'it has the percent-encoding "%c2"'],
    ["/%252e",               'it has the percent-encoding "%25"'],
    ["/%u002e",              'it has the percent-encoding "%u0"'],
    ["/100%",                'it has the percent-encoding "%"'],
    ["/%2",                  'it has the percent-encoding "%2"'],
    ["/\ud800",              "it has half of a surrogate pair"],
    ["/\udc00",              "it has half of a surrogate pair"],
    ["C:\\x",                "it begins like a URL or a drive"],
    ["C:x",                  "it begins like a URL or a drive"],
    ["file:///etc/passwd",   "it begins like a URL or a drive"],
    [7,                      "it is a number, not a path"],
    [["/a"],                 "it is a list, not a path"],
  ])("%j is unreadable: %s", (text, why) => {
    expect(read(path, text, "/w")).toBeUndefined();
    expect(whyUnreadable(path, text, "/w")).toBe(why);
  });

  test("relative text is unreadable where the server has no root", () => {
    expect(read(path, "a/b", undefined)).toBeUndefined();
    expect(whyUnreadable(path, "a/b", undefined)).toBe("it is relative, and the server has no `root`");
  });

  test("every character beyond ASCII and controls may come percent-encoded, and no octets that are not one", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 1 }), (character) => {
        const encoded = encodeURIComponent(character);
        const allowed = character === " " || character > "\u009f" || encoded === character;
        const readable = read(path, `/${encoded}x`, undefined) !== undefined;
        expect(readable).toBe(allowed);
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0x80, max: 0xff }), { minLength: 1, maxLength: 4 }), (octets) => {
        const text = `/${octets.map((octet) => `%${octet.toString(16)}`).join("")}`;
        let decoded: string | undefined;
        try {
          decoded = decodeURIComponent(text);
        } catch {
          decoded = undefined;
        }
        const wanted = decoded !== undefined && !/[\u0080-\u009f]/.test(decoded);
        expect(read(path, text, undefined) !== undefined).toBe(wanted);
      }),
      { numRuns: 2000 },
    );
  });

  test("a canonical path names the same place to whoever resolves or decodes it", () => {
    const pieces = fc.constantFrom("/", "..", ".", "%2e", "%2f", "%20", "a", "\\", "~", "%c3%a4", "b", "//", "%");
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 10 }), (parts) => {
        const text = parts.join("");
        const canonical = read(path, text, "/w");
        if (typeof canonical !== "string") return;
        const decoded = decodeURIComponent(canonical);
        expect(posix.normalize(canonical)).toBe(canonical);
        expect(posix.normalize(decoded)).toBe(decoded);
        expect(decoded.split("/").length).toBe(canonical.split("/").length);
        expect(canonical).toMatch(/^\/$|^(\/[^/]+)+$/);
      }),
      { numRuns: 2000 },
    );
  });

  // Quadratic work would take longer than a test may; the measure is `pnpm soak linear`.
  test("a long text is read", () => {
    const readable = (piece: string): boolean => read(path, `/${piece.repeat(300_000)}`, undefined) !== undefined;
    expect(["/", "a", "%20", ".", "~", "\ud83d\ude00"].filter(readable)).toHaveLength(6);
    expect(["../", "%", "%2e"].filter(readable)).toEqual([]);
  });
});
