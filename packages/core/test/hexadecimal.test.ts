import { fromHex, toHex } from "@mcpolicy/core";
import fc from "fast-check";
import { expect, test } from "vitest";

test("each byte is two lower-case digits", () => {
  expect(toHex(new Uint8Array())).toBe("");
  expect(toHex(Uint8Array.from({ length: 256 }, (_, byte) => byte))).toMatch(/^000102.*090a0b.*fdfeff$/);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(toHex(bytes)).toBe(Buffer.from(bytes).toString("hex"));
      expect(fromHex(toHex(bytes))).toEqual(bytes);
    }),
  );
});
