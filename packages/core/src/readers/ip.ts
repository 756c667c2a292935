import { fourOctets, octetsOf, textOfOctets } from "./octets.ts";
import { isPrepared, prepare } from "./prepared.ts";
import { isNot, type Reader, type Reading, reader } from "./reader.ts";

/**
 * An address in canonical text: four decimal numbers, or RFC 5952. A v4-mapped v6 address counts as v4. Only the plain spellings:
 * no short, octal or hexadecimal v4 forms, no zone, no port.
 */
export const ip: Reader = reader("ip", (value): Reading => {
  if (typeof value !== "string") return { why: isNot(value, "an address") };
  const address = addressOf(value);
  return address === undefined ? { why: "it is no plain IP address" } : { value: address };
});

/** A range of addresses: `10.0.0.0/8`. The bits behind the prefix are zero. */
export interface Cidr {
  readonly prepared: "cidr";
  readonly text: string;
  readonly first: readonly number[];
  readonly bits: number;
}

/** `10.0.0.0/8`, `2001:db8::/32`; a prefix of v4-mapped addresses counts as v4. */
export const cidr: Reader = reader("cidr", (value): Reading => {
  if (isPrepared(value, "cidr")) return { value };
  if (typeof value !== "string") return { why: isNot(value, "an address range such as `10.0.0.0/8`") };
  const match = /^([0-9a-fA-F:.]+)\/(0|[1-9][0-9]{0,2})$/.exec(value);
  const address = match === null ? undefined : addressOf(match[1] as string);
  if (match === null || address === undefined) return { why: "it is no address range such as `10.0.0.0/8`" };
  const octets = octetsOf(address);
  const isMapped = octets.length === 4 && (match[1] as string).includes(":");
  const bits = Number(match[2]) - (isMapped ? 96 : 0);
  if (bits > octets.length * 8) return { why: `it has more than ${octets.length * 8 + (isMapped ? 96 : 0)} bits` };
  if (bits < 0) return { why: "it is wider than the v4-mapped addresses that it begins with" };
  const first = octets.map((octet, index) => octet & maskOctet(bits, index));
  if (first.some((octet, index) => octet !== octets[index])) {
    return { why: `it has host bits set: write ${textOfOctets(first)}/${bits}` };
  }
  return { value: prepare<Cidr>({ prepared: "cidr", text: `${address}/${bits}`, first: Object.freeze(first), bits }) };
});

/** Whether an address, as `ip` reads it, lies in a range: never for one of the other family. */
export function isWithin(address: string, range: Cidr): boolean {
  const octets = octetsOf(address);
  if (octets.length !== range.first.length) return false;
  return octets.every((octet, index) => (octet & maskOctet(range.bits, index)) === range.first[index]);
}

/** The octet of a netmask: `/12` is 255, 240, 0, 0. */
function maskOctet(bits: number, index: number): number {
  const set = Math.max(0, Math.min(8, bits - index * 8));
  return (0xff << (8 - set)) & 0xff;
}

/**
 * Whether an address, as `ip` reads it, is none of the public internet: loopback, link-local, private, shared (CGNAT), multicast,
 * unspecified, reserved, documentation, those that wrap a v4 address, and the metadata services of clouds (IANA special-purpose
 * registries, RFC 6890). Whatever is not known to be public counts as private.
 */
export function isPrivateAddress(address: string): boolean {
  const octets = octetsOf(address);
  const ranges = octets.length === 4 ? specialV4 : specialV6;
  return ranges.some(([first, bits]) =>
    first.every((octet, at) => (octet & maskOctet(bits, at)) === ((octets[at] as number) & maskOctet(bits, at))),
  );
}

/** The first octets of a range, and how many bits of an address are those of the range. */
type SpecialRange = readonly [first: readonly number[], bits: number];

// RFC 6890 and its registry; RFC 1112 for 240/4; the last is a metadata service with an address of the public range, Azure's wire server.
// biome-ignore format: one row a line
const specialV4: readonly SpecialRange[] = [
  [[0], 8], [[10], 8], [[127], 8], [[100, 64], 10], [[169, 254], 16], [[172, 16], 12], [[192, 168], 16],
  [[192, 0, 0], 24], [[192, 0, 2], 24], [[192, 31, 196], 24], [[192, 52, 193], 24], [[192, 88, 99], 24], [[192, 175, 48], 24],
  [[198, 18], 15], [[198, 51, 100], 24], [[203, 0, 113], 24], [[224], 4], [[240], 4],
  [[168, 63, 129, 16], 32],
];

// All but global unicast, which is 2000::/3 (RFC 4291 §2.4): `::127.0.0.1` and the like lie outside. Within it: protocol assignments with Teredo and
// ORCHID (RFC 2928), documentation (RFC 3849, RFC 9637), AS112 (RFC 7534), 6to4 (RFC 3056).
// biome-ignore format: one row a line
const specialV6: readonly SpecialRange[] = [
  [[0x00], 3], [[0x40], 2], [[0x80], 1],
  [[0x20, 0x01, 0x00], 23], [[0x20, 0x01, 0x0d, 0xb8], 32], [[0x20, 0x02], 16], [[0x26, 0x20, 0x00, 0x4f, 0x80, 0x00], 48], [[0x3f, 0xff, 0x00], 20],
];

/** The canonical text of a plain spelling; undefined of anything else. */
export function addressOf(text: string): string | undefined {
  if (/^[0-9.]{7,15}$/.test(text)) return fourOctets(text) === undefined ? undefined : text;
  if (text.length > 45 || !text.includes(":") || !/^[0-9a-fA-F:.]+$/.test(text)) return undefined;
  // The URL standard writes addresses as RFC 5952 does, but for mapped ones.
  const url = URL.parse(`http://[${text}]/`);
  return url === null ? undefined : textOfOctets(octetsOf(url.hostname.slice(1, -1)));
}
