import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { canonicalJson } from "./digest.ts";
import { toHex } from "./hexadecimal.ts";

/**
 * The salts of one record, 32 bytes for each path of a value in it (`/arguments/path`). A salt tells nothing of any other: one value of one
 * record can be shown to somebody, with its salt, while all others stay as unguessable as they were.
 */
export type RecordSalt = (path: string) => Uint8Array;

/** The salts of the record of an id, from a log's secret (32 random bytes or more): HMAC-SHA-256 (RFC 2104) over id and path. */
export function recordSalt(secret: Uint8Array, id: string): RecordSalt {
  const ofRecord = hmac(sha256, secret, utf8ToBytes(id));
  return (path) => hmac(sha256, ofRecord, utf8ToBytes(path));
}

/**
 * A commitment to a value: `salted-sha256-<64 hex digits>` over the salt and the canonical text. Without the salt nobody can try out what the
 * value was; with it anybody can. Throws a `TypeError` where the value has no canonical text.
 */
export function saltedDigest(salt: Uint8Array, value: unknown): string {
  return `salted-sha256-${toHex(sha256(concatBytes(salt, utf8ToBytes(canonicalJson(value)))))}`;
}
