import fc from "fast-check";
import { expect, test } from "vitest";
import { isPrivateHost } from "../src/operators/network.ts";
import { localRanges, privateRanges } from "../src/private-ranges.ts";
import { addressOf, type Cidr, cidr, isPrivateAddress, isWithin } from "../src/readers/ip.ts";

const rangesOf = (texts: readonly string[]): readonly Cidr[] =>
  texts.map((text) => {
    const read = cidr.read(text, undefined) as Cidr | undefined;
    expect(read, text).toBeDefined();
    return read!;
  });

const v4 = rangesOf(privateRanges.v4);
const v6 = rangesOf(privateRanges.v6);
const [publicV6] = rangesOf([privateRanges.publicV6]);

function isInRanges(address: string): boolean {
  if (!address.includes(":")) return v4.some((range) => isWithin(address, range));
  return !isWithin(address, publicV6!) || v6.some((range) => isWithin(address, range));
}

/** Addresses at the edges of the ranges, and any. */
const octet = fc.oneof(
  fc.constantFrom(0, 1, 2, 10, 31, 63, 64, 88, 99, 100, 127, 128, 168, 169, 254, 255),
  fc.nat(255),
);
const word = fc.oneof(fc.constantFrom(0, 1, 0x1ff, 0x200, 0xdb8, 0x4f, 0x8000, 0xfff, 0x1000), fc.nat(0xffff));
const head = fc.oneof(fc.constantFrom(0x2001, 0x2002, 0x2620, 0x3fff, 0x1fff, 0x2000, 0x4000, 0xfe80, 0xfd00), word);

test("the ranges and the predicate mean the same", () => {
  fc.assert(
    fc.property(fc.tuple(octet, octet, octet, octet), (octets) => {
      const address = octets.join(".");
      expect(isInRanges(address)).toBe(isPrivateAddress(address));
    }),
    { numRuns: 20_000 },
  );
  fc.assert(
    fc.property(fc.tuple(head, word, word, word, word, word, word, word), (words) => {
      const address = addressOf(words.map((each) => each.toString(16)).join(":"))!;
      expect(isInRanges(address)).toBe(isPrivateAddress(address));
    }),
    { numRuns: 20_000 },
  );
});

test("what is local is private", () => {
  for (const text of [...localRanges.v4, ...localRanges.v6]) {
    const address = text.replace(/\/.*/, "");
    expect(isPrivateHost(address.includes(":") ? `[${address}]` : address), text).toBe(true);
  }
});
