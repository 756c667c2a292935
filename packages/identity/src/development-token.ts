import type { CryptoKey } from "jose";
import { isName } from "./attributes.ts";
import { fromBase64url, toBase64url } from "./base64url.ts";
import { isMac, MAC, macKey, macOf } from "./hmac.ts";

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

/** A token's text with the MAC under a client's key. */
export async function developmentTokenText(token: DevelopmentToken, audience: string, key: CryptoKey): Promise<string> {
  const mac = await macOf(key, signedBytes(token, audience));
  const parts = [toBase64url(token.client), String(token.timestamp), toBase64url(token.nonce)];
  return [FORMAT, ...parts, toBase64url(mac)].join(".");
}

/** Whether a token's MAC was made with a key, for an audience. */
export function isMadeWith(
  key: CryptoKey,
  token: DevelopmentToken & { readonly mac: Uint8Array },
  audience: string,
): Promise<boolean> {
  return isMac(key, signedBytes(token, audience), token.mac);
}

/** A secret's text as a key: its UTF-8 bytes. */
export function keyOf(secret: string): Promise<CryptoKey> {
  return macKey(new TextEncoder().encode(secret));
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
