import type { Value } from "../value.ts";
import { hostOf, isAddressHost } from "./domain.ts";
import { isPrepared, prepare } from "./prepared.ts";
import { isNot, type Reader, type Reading, reader } from "./reader.ts";

/** One mail address in its parts. */
export interface Mail {
  readonly prepared: "mail";
  readonly address: string;
  /** Before the `@`, as it stands: capitals may matter to the receiver. */
  readonly local: string;
  /** Canonical: small letters. */
  readonly domain: string;
  readonly [part: string]: Value | undefined;
}

/**
 * Exactly one plain address: a dot-atom, `@`, a domain name (RFC 5321 §4.1.2 without quoted strings, comments, names and address
 * literals), ASCII only. Lists, display names, source routes and padding are unreadable.
 */
export const mail: Reader = reader("mail", (value): Reading => {
  if (isPrepared(value, "mail")) return { value };
  if (typeof value !== "string") return { why: isNot(value, "a mail address") };
  const plain = /^([A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64})@([A-Za-z0-9.-]{1,253})$/.exec(value);
  if (plain === null) return { why: "it is not exactly one plain mail address" };
  const [, local, written] = plain as unknown as [string, string, string];
  if (local.startsWith(".") || local.endsWith(".") || local.includes(".."))
    return { why: "it has a stray dot before the `@`" };
  const domain = written.endsWith(".") ? undefined : hostOf(written);
  if (domain === undefined || isAddressHost(domain)) return { why: "its domain is no name" };
  return { value: prepare<Mail>({ prepared: "mail", address: `${local}@${domain}`, local, domain }) };
});
