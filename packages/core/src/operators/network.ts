import { hostOf, isAddressHost } from "../readers/domain.ts";
import { type Cidr, ip, isPrivateAddress, isWithin } from "../readers/ip.ts";
import type { Url } from "../readers/url.ts";
import { call, type Operator } from "./operator.ts";

/** Addresses, and which of them are not of the public internet. */
export const network: readonly Operator[] = [
  {
    id: "ip",
    spelling: "ip",
    level: "function",
    signatures: [["text", "ip"]],
    narrowingOnly: false,
    summary:
      "The text as an address; a v4-mapped v6 address counts as v4. Unknown of anything but the plain spellings.",
    examples: [
      ["10.0.0.1", "10.0.0.1"],
      ["::FFFF:10.0.0.1", "10.0.0.1"],
      ["010.0.0.1", undefined],
      ["127.1", undefined],
    ],
    evaluate: (text: string) => ip.read(text, undefined),
    partial: true,
    emit: call("ip"),
    isRead: true,
    toSet: "opaque",
  },
  {
    id: "in-cidr",
    spelling: "in",
    level: "comparison",
    signatures: [["ip", "cidr", "bool"]],
    narrowingOnly: false,
    summary: "True where the address lies in the range.",
    examples: [
      ["10.1.2.3", "10.0.0.0/8", true],
      ["11.0.0.1", "10.0.0.0/8", false],
      ["::ffff:10.1.2.3", "10.0.0.0/8", true],
      ["2001:db8::1", "10.0.0.0/8", false],
      ["10.1", "10.0.0.0/8", undefined],
    ],
    evaluate: (address: string, range: Cidr) => isWithin(address, range),
    partial: false,
    emit: call("in-cidr"),
    toSet: "opaque",
  },
  {
    id: "is-private-host",
    spelling: "is private",
    level: "test",
    signatures: [["domain", "bool"]],
    narrowingOnly: false,
    summary: "True where the host is a private address, in whatever spelling, or a local name.",
    examples: [
      ["0x7f000001", true],
      ["localhost", true],
      ["metadata.google.internal", true],
      ["example.org", false],
      ["a b", undefined],
    ],
    evaluate: isPrivateHost,
    partial: false,
    emit: call("is-private-host"),
    toSet: "opaque",
  },
  {
    id: "is-private-address",
    spelling: "is private",
    level: "test",
    signatures: [["ip", "bool"]],
    narrowingOnly: false,
    summary:
      "True of addresses that are none of the public internet: loopback, link-local, private, multicast, metadata and the like.",
    examples: [
      ["10.0.0.1", true],
      ["169.254.169.254", true],
      ["100.64.0.1", true],
      ["93.184.215.14", false],
      ["0x7f.1", undefined],
    ],
    evaluate: isPrivateAddress,
    partial: false,
    emit: call("is-private-address"),
    toSet: "opaque",
  },
  {
    id: "is-private-url",
    spelling: "is private",
    level: "test",
    signatures: [["url", "bool"]],
    narrowingOnly: false,
    summary: "True where the URL leads to a private address, in whatever spelling, or to a local name.",
    examples: [
      ["http://127.1/", true],
      ["http://[::1]/", true],
      ["https://example.org/", false],
      ["http://a@127.0.0.1/", undefined],
    ],
    evaluate: (of: Url) => isPrivateHost(of.host),
    partial: false,
    emit: call("is-private-url"),
    toSet: "opaque",
  },
];

/** Names that lead to no host of the public internet (RFC 6761, RFC 6762, RFC 8375, ICANN's `.internal`), or to what a resolver adds to. */
const localNames: ReadonlySet<string> = new Set([
  "localhost",
  "localdomain",
  "local",
  "internal",
  "intranet",
  "lan",
  "home",
  "corp",
]);

/** A host as a URL has it, or as `domain` reads it. What is no host name, or a name without a dot, is local. */
export function isPrivateHost(written: string): boolean {
  const host = hostOf(written);
  if (host === undefined) return true;
  const address = hostAddress(host);
  if (address !== undefined) return isPrivateAddress(address);
  const dot = host.lastIndexOf(".");
  return dot < 0 || localNames.has(host.slice(dot + 1)) || host.endsWith(".home.arpa");
}

function hostAddress(host: string): string | undefined {
  if (!isAddressHost(host)) return undefined;
  return ip.read(host.startsWith("[") ? host.slice(1, -1) : host, undefined) as string | undefined;
}
