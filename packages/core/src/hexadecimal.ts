/** The two digits of each byte, as bytes of ASCII. */
const digits: Uint8Array = Uint8Array.from({ length: 512 }, (_, at) =>
  (at >> 1)
    .toString(16)
    .padStart(2, "0")
    .charCodeAt(at & 1),
);
const ascii = new TextDecoder();

/** Two lower-case hexadecimal digits a byte. Written as one text at once: put together of pieces it took five times as long. */
export function toHex(bytes: Uint8Array): string {
  const written = new Uint8Array(2 * bytes.length);
  for (let at = 0; at < bytes.length; at++) {
    const pair = 2 * (bytes[at] as number);
    written[2 * at] = digits[pair] as number;
    written[2 * at + 1] = digits[pair + 1] as number;
  }
  return ascii.decode(written);
}

/** Bytes from lower-case hexadecimal digits; undefined where they are not. */
export function fromHex(text: string): Uint8Array | undefined {
  if (!/^([0-9a-f]{2})*$/.test(text)) return undefined;
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
