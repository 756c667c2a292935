import { sha256 } from "@noble/hashes/sha2.js";

/** A hash of the tree: 32 bytes. */
export type Hash = Uint8Array;

export const HASH_SIZE = 32;

/** The hashes of RFC 6962, section 2.1: leaves and inner nodes are told apart by a prefix, so that neither passes for the other. */
export interface Hasher {
  /** Of the tree without leaves: SHA-256 of nothing. */
  readonly empty: Hash;
  /** SHA-256(0x00 ‖ record). */
  readonly leaf: (record: Uint8Array) => Hash;
  /** SHA-256(0x01 ‖ left ‖ right). */
  readonly node: (left: Hash, right: Hash) => Hash;
}

/** The hashes of the tree by an implementation of SHA-256. Not to be entered twice at once: it has one buffer for nodes. */
export function hasherOver(sha256: (bytes: Uint8Array) => Hash): Hasher {
  const pair = new Uint8Array(1 + 2 * HASH_SIZE);
  pair[0] = 1;
  return {
    empty: sha256(new Uint8Array(0)),
    leaf(record) {
      const prefixed = new Uint8Array(1 + record.length);
      prefixed.set(record, 1);
      return sha256(prefixed);
    },
    node(left, right) {
      pair.set(left, 1);
      pair.set(right, 1 + HASH_SIZE);
      return sha256(pair);
    },
  };
}

/** Runs everywhere. Node has a faster one (`@mcpolicy/audit/node`). */
export const portableHasher: Hasher = hasherOver(sha256);

export function isHash(bytes: Uint8Array): boolean {
  return bytes.length === HASH_SIZE;
}

/** Equality of bytes. Nothing here is secret. */
export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
