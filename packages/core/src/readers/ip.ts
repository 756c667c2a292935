import ipaddr from "ipaddr.js";
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
    return { why: `it has host bits set: write ${textOf(first)}/${bits}` };
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
  if (publicMetadata.includes(address)) return true;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== "unicast") return true;
  // Global unicast is 2000::/3 (RFC 4291 §2.4); `::127.0.0.1` and the like lie outside.
  return parsed.kind() === "ipv6" && ((parsed.toByteArray()[0] as number) & 0xe0) !== 0x20;
}

/** Metadata services with an address of the public range: Azure's wire server. The others are link-local or shared. */
const publicMetadata: readonly string[] = ["168.63.129.16"];

/** The canonical text of a plain spelling; undefined of anything else. */
export function addressOf(text: string): string | undefined {
  if (/^[0-9.]{7,15}$/.test(text)) return ipaddr.IPv4.isValidFourPartDecimal(text) ? text : undefined;
  if (text.length > 45 || !text.includes(":") || !/^[0-9a-fA-F:.]+$/.test(text)) return undefined;
  // ipaddr.js takes `::1.2.3.4` for a mapped address, the URL standard's parser does not.
  const url = URL.parse(`http://[${text}]/`);
  if (url === null) return undefined;
  const parsed = ipaddr.IPv6.parse(url.hostname.slice(1, -1));
  return parsed.isIPv4MappedAddress() ? parsed.toIPv4Address().toString() : parsed.toRFC5952String();
}

function octetsOf(address: string): readonly number[] {
  return ipaddr.parse(address).toByteArray();
}

function textOf(octets: readonly number[]): string {
  const address = ipaddr.fromByteArray([...octets]);
  return address.kind() === "ipv6" ? (address as ipaddr.IPv6).toRFC5952String() : address.toString();
}
