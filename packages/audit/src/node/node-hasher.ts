import { hash } from "node:crypto";
import { type Hash, type Hasher, hasherOver } from "../hasher.ts";

/** The hashes of the tree by Node's own SHA-256. */
export const nodeHasher: Hasher = hasherOver(sha256);

/**
 * The leaf hash of the bytes from `start` up to `end` of a buffer, without copying them: the byte before is there and is set to the prefix
 * for the moment.
 */
export function leafHashIn(buffer: Buffer, start: number, end: number): Hash {
  const before = buffer[start - 1] as number;
  buffer[start - 1] = 0;
  const leaf = sha256(buffer.subarray(start - 1, end));
  buffer[start - 1] = before;
  return leaf;
}

/** By way of text: a buffer that `hash` makes itself costs three times as much (0.4 against 1.1 us for a node, Node 24). */
function sha256(bytes: Uint8Array): Hash {
  return Buffer.from(hash("sha256", bytes, "binary"), "binary");
}
