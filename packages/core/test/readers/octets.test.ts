import { read } from "@mcpolicy/core";
import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { expect, test } from "vitest";
import { isPrivateAddress } from "../../src/readers/ip.ts";
import { octetsOf, textOfOctets } from "../../src/readers/octets.ts";

// ipaddr.js is the oracle: of what it takes for special, of octets, and of the text of RFC 5952.

const v4 = fc.ipV4();
// Most special ranges begin with one of these, and zeros make the text fold.
const group = fc.oneof(
  fc.constantFrom(0, 0x2000, 0x2001, 0x2002, 0x2620, 0x3fff, 0xdb8, 0x4f, 0x8000, 0x64, 0xff9b),
  fc.nat({ max: 0xffff }),
);
const v6 = fc
  .array(group, { minLength: 8, maxLength: 8 })
  .map((groups) => groups.map((each) => each.toString(16)).join(":"));

/** As it was decided before there were tables of our own. */
function isSpecial(address: string): boolean {
  if (address === "168.63.129.16") return true;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== "unicast") return true;
  return parsed.kind() === "ipv6" && ((parsed.toByteArray()[0] as number) & 0xe0) !== 0x20;
}

test("random addresses have the octets, the text and the sort that ipaddr.js says", () => {
  fc.assert(
    fc.property(fc.oneof(v4, v6), (text) => {
      const parsed = ipaddr.parse(text);
      const canonical =
        parsed.kind() === "ipv6" && (parsed as ipaddr.IPv6).isIPv4MappedAddress()
          ? (parsed as ipaddr.IPv6).toIPv4Address().toString()
          : parsed.kind() === "ipv6"
            ? (parsed as ipaddr.IPv6).toRFC5952String()
            : parsed.toString();
      expect(read({ kind: "ip" }, text, undefined)).toBe(canonical);
      expect(octetsOf(canonical)).toEqual(ipaddr.parse(canonical).toByteArray());
      expect(textOfOctets(octetsOf(canonical))).toBe(canonical);
      expect(isPrivateAddress(canonical)).toBe(isSpecial(canonical));
    }),
    { numRuns: 5_000 },
  );
});

test("both ends of every range that ipaddr.js knows, and their neighbours", () => {
  const ranges = [ipaddr.IPv4, ipaddr.IPv6].flatMap((kind) => {
    // biome-ignore lint/suspicious/noExplicitAny: the types leave its tables out
    const tables = (kind as any).prototype.SpecialRanges as Record<string, unknown>;
    return Object.values(tables).flatMap((table) =>
      Array.isArray((table as unknown[])[0]) ? (table as unknown[]) : [table],
    );
  }) as readonly (readonly [ipaddr.IPv4 | ipaddr.IPv6, number])[];
  expect(ranges.length).toBeGreaterThan(35);
  for (const [first, bits] of ranges) {
    const octets = first.toByteArray();
    const number = BigInt(`0x${octets.map((octet) => octet.toString(16).padStart(2, "0")).join("")}`);
    const size = 1n << BigInt(octets.length * 8 - bits);
    const most = 1n << BigInt(octets.length * 8);
    for (const each of [number - 1n, number, number + size - 1n, number + size]) {
      if (each < 0n || each >= most) continue;
      const hex = each.toString(16).padStart(octets.length * 2, "0");
      const address = textOfOctets(hex.match(/../g)!.map((octet) => Number.parseInt(octet, 16)));
      expect(isPrivateAddress(address), address).toBe(isSpecial(address));
    }
  }
});
