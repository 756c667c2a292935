import type { CryptoKey } from "jose";

/** HMAC-SHA-256 (RFC 2104, FIPS 198-1) gives 32 bytes, and all of them are compared. */
export const MAC = 32;

/** A secret's bytes as a key. */
export function macKey(secret: Uint8Array): Promise<CryptoKey> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", new Uint8Array(secret), algorithm, false, ["sign", "verify"]);
}

export async function macOf(key: CryptoKey, message: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, new Uint8Array(message)));
}

/**
 * Whether a MAC is that of a message under a key. The platform computes it anew and compares in constant time, as Web Cryptography (§31.6.2,
 * verify) demands; a shorter or longer one is none.
 */
export async function isMac(key: CryptoKey, message: Uint8Array, mac: Uint8Array): Promise<boolean> {
  return mac.length === MAC && crypto.subtle.verify("HMAC", key, new Uint8Array(mac), new Uint8Array(message));
}
