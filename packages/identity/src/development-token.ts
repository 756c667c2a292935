import type { CryptoKey } from "jose";
import { isName } from "./attributes.ts";
import { fromBase64url, toBase64url } from "./base64url.ts";

/** Where such a token comes from, in place of an issuer. */
export const DEVELOPMENT = "mcpolicy-dev";

const FORMAT = `${DEVELOPMENT}.v1`;

/** What a development token says: who, when, and a number used once. */
export interface DevelopmentToken {
  readonly client: string;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  readonly nonce: Uint8Array<ArrayBuffer>;
}

const MOST_CHARACTERS = 2048;

/** Bytes: 128 bits that nobody guesses, and no more than anybody needs. */
const NONCE = { least: 16, most: 64 } as const;

/** HMAC-SHA-256 gives 32 bytes (RFC 2104, FIPS 198-1). */
const MAC = 32;

/**
 * `mcpolicy-dev.v1.<client>.<seconds>.<nonce>.<mac>`, all but the seconds in base64url, with the MAC beside it. Undefined where a text is not
 * written in the one way in which `textOf` writes it.
 */
export function parseDevelopmentToken(
  text: string,
): (DevelopmentToken & { readonly mac: Uint8Array<ArrayBuffer> }) | undefined {
  if (text.length > MOST_CHARACTERS || !text.startsWith(`${FORMAT}.`)) return undefined;
  const [client = "", timestamp = "", nonce = "", mac = "", ...rest] = text.slice(FORMAT.length + 1).split(".");
  const name = nameOf(fromBase64url(client));
  const once = fromBase64url(nonce);
  const code = fromBase64url(mac);
  if (rest.length > 0 || name === undefined || once === undefined || code === undefined) return undefined;
  if (!/^(0|[1-9]\d{0,11})$/.test(timestamp) || code.length !== MAC) return undefined;
  if (once.length < NONCE.least || once.length > NONCE.most) return undefined;
  return { client: name, timestamp: Number(timestamp), nonce: once, mac: code };
}

/** A token's text with the MAC under a client's secret. */
export async function developmentTokenText(token: DevelopmentToken, audience: string, secret: string): Promise<string> {
  const mac = await crypto.subtle.sign("HMAC", await macKey(secret), signedBytes(token, audience));
  const parts = [toBase64url(token.client), String(token.timestamp), toBase64url(token.nonce)];
  return [FORMAT, ...parts, toBase64url(new Uint8Array(mac))].join(".");
}

/**
 * Whether a MAC is that of a token under a key. The platform computes it anew and compares in constant time, as Web Cryptography (§31.6.2,
 * verify) demands.
 */
export function holds(
  token: DevelopmentToken & { readonly mac: Uint8Array<ArrayBuffer> },
  audience: string,
  key: CryptoKey,
): Promise<boolean> {
  return crypto.subtle.verify("HMAC", key, token.mac, signedBytes(token, audience));
}

/** A secret's text as a key: its UTF-8 bytes. */
export function macKey(secret: string): Promise<CryptoKey> {
  const bytes = new TextEncoder().encode(secret);
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
}

/** Format, audience, client, time and nonce, a line each: none of them holds the end of a line. */
function signedBytes({ client, timestamp, nonce }: DevelopmentToken, audience: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode([FORMAT, audience, client, timestamp, toBase64url(nonce)].join("\n"));
}

function nameOf(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined || bytes.length > 256) return undefined;
  try {
    const name = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return isName(name) ? name : undefined;
  } catch {
    return undefined;
  }
}
