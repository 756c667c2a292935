import fc from "fast-check";
import { expect, test } from "vitest";
import { isUnicode } from "../src/unicode.ts";

test("says of every text what `isWellFormed` says", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", "é", "😀", "\ud800", "\udfff"), maxLength: 20 }), (text) => {
      expect(isUnicode(text)).toBe(text.isWellFormed());
    }),
  );
});
