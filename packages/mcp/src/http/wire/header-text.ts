/**
 * How a text stands in a header where it may not stand itself (MCP 2026-07-28, Streamable HTTP, "Value Encoding"). The marker's letters are as they
 * are here; what it holds is UTF-8 in canonical Base64.
 */
const ENCODED = /^=\?base64\?(.*)\?=$/s;
const CANONICAL = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text that a header's value means; undefined for one that is not rightly encoded. */
export function headerText(value: string): string | undefined {
  const payload = ENCODED.exec(value)?.[1];
  if (payload === undefined) return value;
  if (!CANONICAL.test(payload)) return undefined;
  try {
    return utf8.decode(Buffer.from(payload, "base64"));
  } catch {
    return undefined;
  }
}

/** A text as a header's value: as it is where it can be, else encoded. */
export function headerValue(text: string): string {
  const isPlain = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text) && !ENCODED.test(text);
  return isPlain ? text : `=?base64?${Buffer.from(text, "utf8").toString("base64")}?=`;
}
