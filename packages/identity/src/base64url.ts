import { base64url } from "jose";

/**
 * Bytes of base64url without padding (RFC 4648 §5), undefined where it is not written in the one canonical way: no padding, no other
 * alphabet, no stray bits at its end. Two texts are never the same bytes.
 */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!isCanonical(text)) return undefined;
  return new Uint8Array(base64url.decode(text));
}

export function toBase64url(bytes: Uint8Array | string): string {
  return base64url.encode(bytes);
}

/** RFC 4648 §3.5: the bits that encode no byte are zero. */
export function isCanonical(text: string): boolean {
  return /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$/.test(text);
}
