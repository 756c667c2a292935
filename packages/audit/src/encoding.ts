/** Base64 (RFC 4648, section 4). */
export function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/** Reads base64 strictly: undefined unless the text is the one that `toBase64` writes, so that two texts never mean the same bytes. */
export function fromBase64(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return undefined;
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  return toBase64(bytes) === text ? bytes : undefined;
}

/** UTF-8, strictly: undefined where the bytes are none. A byte order mark is a character like any other. */
export function fromUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

export function toUtf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** A whole number as C2SP writes it: decimal digits, no leading zero. Undefined where it is none, or too large to count with. */
export function toCount(text: string): number | undefined {
  const count = /^(0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : undefined;
  return count === undefined || Number.isSafeInteger(count) ? count : undefined;
}
