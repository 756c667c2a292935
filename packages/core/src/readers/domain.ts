import { isNot, type Reader, type Reading, reader } from "./reader.ts";

/**
 * The name of a host in canonical text: small letters, international names in their `xn--` form, no dot at the end, addresses as the
 * URL standard writes them (`127.0.0.1` for `0x7f.1`, `[::1]`). Read as the host of a URL is (WHATWG URL, "host parsing").
 */
export const domain: Reader = reader("domain", (value): Reading => {
  if (typeof value !== "string") return { why: isNot(value, "a host name") };
  const host = hostOf(value);
  if (host !== undefined) return { value: host };
  return {
    why: /^\*?\./.test(value) ? "a host below it is meant anyway: write it without `*.`" : "it is no host name",
  };
});

// What would end the host in a URL, or be stripped from it, is no part of a name: `/ ? # @ \ :` and white space.
const foreign = /[/?#@\\\s\u0000-\u001f\u007f]/;

/** The canonical host of a text that is nothing but a host; undefined of anything else. */
export function hostOf(text: string): string | undefined {
  if (isPlainHost(text)) return text;
  if (text === "" || foreign.test(text) || (text.includes(":") && !/^\[[0-9a-fA-F:.]+\]$/.test(text))) return undefined;
  const host = URL.parse(`http://${text}/`)?.hostname;
  if (host === undefined) return undefined;
  const bare = host.endsWith(".") ? host.slice(0, -1) : host;
  const isName =
    bare.startsWith("[") || bare.split(".").every((label) => /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/.test(label));
  return isName ? bare : undefined;
}

/** Whether a text is a host that the URL standard leaves as it is. Most are; they need no parsing. */
export function isPlainHost(text: string): boolean {
  return isPlainName(text) || plainAddress.test(text);
}

/** A v4 address of four decimal numbers. */
const plainAddress = /^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!$)|$)){4}$/;

/**
 * Small letters, digits and hyphens between dots, a last label that begins with a letter, and nothing that could be an international
 * name.
 */
function isPlainName(text: string): boolean {
  let before = DOT;
  let last = 0; // where the last label begins
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === DOT) {
      if (before === DOT || before === HYPHEN) return false;
      last = at + 1;
    } else if (unit === HYPHEN) {
      // Two of them may say that the label is an encoded one.
      if (before === DOT || before === HYPHEN) return false;
    } else if (!isLetter(unit) && (unit < 0x30 || unit > 0x39)) return false;
    before = unit;
  }
  return before !== DOT && before !== HYPHEN && isLetter(text.charCodeAt(last));
}

const DOT = 0x2e;
const HYPHEN = 0x2d;

function isLetter(unit: number): boolean {
  return unit >= 0x61 && unit <= 0x7a;
}

/** Whether a host is a domain or lies below it, both as `domain` reads them: `a.example.com`, not `badexample.com`. */
export function isInDomain(host: string, parent: string): boolean {
  return host === parent || (host.endsWith(`.${parent}`) && !isAddressHost(host));
}

/** Whether a host is an address: the URL standard takes every host that ends in a number for one. */
export function isAddressHost(host: string): boolean {
  return host.startsWith("[") || /^[0-9]+(?:\.[0-9]+){3}$/.test(host);
}
