import { js } from "../code.ts";
import type { TextPattern } from "../readers/patterns.ts";
import { call, type Operator } from "./operator.ts";

/** Text as it stands, in code points, without folding of case or forms. Paths and URLs are not for these but by `text(x)`. */
export const text: readonly Operator[] = [
  {
    id: "starts-with",
    spelling: "starts with",
    level: "comparison",
    signatures: [["string", "string", "bool"]],
    narrowingOnly: false,
    summary: "True where the left text begins with the right text.",
    examples: [
      ["ab", "a", true],
      ["a", "ab", false],
      ["", "", true],
      [1, "1", undefined],
    ],
    evaluate: (left: string, right: string) => left.startsWith(right),
    partial: false,
    emit: (left, right) => js`${left}.startsWith(${right})`,
    toSet: "opaque",
  },
  {
    id: "ends-with",
    spelling: "ends with",
    level: "comparison",
    signatures: [["string", "string", "bool"]],
    narrowingOnly: false,
    summary: "True where the left text ends with the right text.",
    examples: [
      ["a.md", ".md", true],
      ["a.md.exe", ".md", false],
      ["", "", true],
      [null, ".md", undefined],
    ],
    evaluate: (left: string, right: string) => left.endsWith(right),
    partial: false,
    emit: (left, right) => js`${left}.endsWith(${right})`,
    toSet: "opaque",
  },
  {
    id: "matches",
    spelling: "matches",
    level: "comparison",
    signatures: [["string", "regex", "bool"]],
    narrowingOnly: false,
    summary: "True where the whole text matches the regular expression, a newline being a character like any other.",
    examples: [
      ["abc", "[a-c]+", true],
      ["abcd", "[a-c]+", false],
      ["a\nb", "a.b", true],
      ["", "a*", true],
      [5, "[0-9]", undefined],
    ],
    evaluate: (of: string, pattern: TextPattern) => pattern.matches(of),
    partial: false,
    emit: (of, pattern) => js`${pattern}.matches(${of})`,
    toSet: "opaque",
  },
  {
    id: "bytes",
    spelling: "bytes",
    level: "function",
    signatures: [["text", "int"]],
    narrowingOnly: false,
    summary: "The length of a text in UTF-8 bytes.",
    examples: [
      ["abc", 3],
      ["ä😀", 6],
      ["", 0],
      [3, undefined],
    ],
    evaluate: byteLength,
    partial: false,
    emit: call("bytes"),
    toSet: "opaque",
  },
  {
    id: "lower",
    spelling: "lower",
    level: "function",
    signatures: [["text", "string"]],
    narrowingOnly: false,
    summary: "The text with `A` to `Z` made small, and nothing else changed.",
    examples: [
      ["DROP Table", "drop table"],
      ["ÄB", "Äb"],
      ["\u212a", "\u212a"],
      [true, undefined],
    ],
    evaluate: (of: string) => of.replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
    partial: false,
    emit: call("lower"),
    toSet: "opaque",
  },
  {
    id: "text",
    spelling: "text",
    level: "function",
    signatures: [["text", "string"]],
    narrowingOnly: false,
    summary: "The raw text of a path, URL or address, for arguments whose name or format says more than they mean.",
    examples: [
      ["web", "web"],
      ["/a/../b", "/a/../b"],
      [["web"], undefined],
    ],
    evaluate: (of: string) => of,
    partial: false,
    emit: (of) => of,
    toSet: "opaque",
  },
];

/** RFC 3629: one to four bytes a code point. The text has no lone surrogates. */
function byteLength(of: string): number {
  let bytes = 0;
  for (let at = 0; at < of.length; at++) {
    const unit = of.charCodeAt(at);
    // A surrogate pair is four bytes, two for each of its units.
    bytes += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 2 : 3;
  }
  return bytes;
}
