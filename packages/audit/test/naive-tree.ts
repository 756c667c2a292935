import { createHash } from "node:crypto";

/** RFC 6962, section 2.1, word for word and recursive: what the tree is held against. */
export function treeHash(records: readonly Uint8Array[]): Uint8Array {
  if (records.length === 0) return sha256();
  if (records.length === 1) return sha256(Uint8Array.of(0), records[0]!);
  const k = largestPowerBelow(records.length);
  return sha256(Uint8Array.of(1), treeHash(records.slice(0, k)), treeHash(records.slice(k)));
}

/** PATH(m, D[n]). */
export function path(m: number, records: readonly Uint8Array[]): readonly Uint8Array[] {
  if (records.length === 1) return [];
  const k = largestPowerBelow(records.length);
  return m < k
    ? [...path(m, records.slice(0, k)), treeHash(records.slice(k))]
    : [...path(m - k, records.slice(k)), treeHash(records.slice(0, k))];
}

/** PROOF(m, D[n]), for 0 < m <= n. */
export function proof(m: number, records: readonly Uint8Array[]): readonly Uint8Array[] {
  return subproof(m, records, true);
}

function subproof(m: number, records: readonly Uint8Array[], isWhole: boolean): readonly Uint8Array[] {
  if (m === records.length) return isWhole ? [] : [treeHash(records)];
  const k = largestPowerBelow(records.length);
  return m <= k
    ? [...subproof(m, records.slice(0, k), isWhole), treeHash(records.slice(k))]
    : [...subproof(m - k, records.slice(k), false), treeHash(records.slice(0, k))];
}

function largestPowerBelow(n: number): number {
  let k = 1;
  while (2 * k < n) k *= 2;
  return k;
}

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return Uint8Array.from(hash.digest());
}
