import { type Hash, type Hasher, isHash, isSame } from "./hasher.ts";
import { foldRight, type LeafRange, type NodeId, nodesOf } from "./tree.ts";

/** Where the hashes of full nodes come from. */
export type NodeHash = (node: NodeId) => Hash | Promise<Hash>;

/** A proof that a leaf is in a tree: the hashes beside its path, from the leaf to the root (RFC 6962, section 2.1.1). */
export type InclusionProof = readonly Hash[];

/** A proof that one tree is the beginning of another (RFC 6962, section 2.1.2). */
export type ConsistencyProof = readonly Hash[];

/** Makes an inclusion proof. Throws a `RangeError` where the tree has no such leaf. */
export function proveInclusion(index: number, size: number, hashOf: NodeHash, hasher: Hasher): Promise<InclusionProof> {
  if (!isCount(index) || !isCount(size) || index >= size) {
    throw new RangeError(`a tree of ${size} leaves has no leaf ${index}`);
  }
  return Promise.all(besidePath(index, size).map((range) => hashOfRange(range, hashOf, hasher)));
}

/** Makes a consistency proof; it is empty from nothing, and from a tree to itself. Throws a `RangeError` where `from` is not within `to`. */
export function proveConsistency(
  from: number,
  to: number,
  hashOf: NodeHash,
  hasher: Hasher,
): Promise<ConsistencyProof> {
  if (!isCount(from) || !isCount(to) || from > to) {
    throw new RangeError(`a tree of ${from} leaves is not the beginning of one of ${to}`);
  }
  return Promise.all(besideBeginning(from, to).map((range) => hashOfRange(range, hashOf, hasher)));
}

/** Whether a proof shows that the tree of this size and root has this leaf at this index (RFC 9162, section 2.1.3.2). */
export function verifyInclusion(
  leaf: { readonly index: number; readonly hash: Hash },
  tree: { readonly size: number; readonly root: Hash },
  proof: InclusionProof,
  hasher: Hasher,
): boolean {
  if (!isCount(leaf.index) || !isCount(tree.size) || leaf.index >= tree.size) return false;
  if (!isHash(leaf.hash) || !proof.every(isHash)) return false;
  let node = leaf.index;
  let last = tree.size - 1;
  let hash = leaf.hash;
  for (const beside of proof) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      hash = hasher.node(beside, hash);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash = hasher.node(hash, beside);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && isSame(hash, tree.root);
}

/**
 * Whether a proof shows that the first tree is the beginning of the second (RFC 9162, section 2.1.4.2). Of the same size they are where their
 * roots are equal and the proof is empty. From a tree without leaves nothing can be shown: the answer is no.
 */
export function verifyConsistency(
  first: { readonly size: number; readonly root: Hash },
  second: { readonly size: number; readonly root: Hash },
  proof: ConsistencyProof,
  hasher: Hasher,
): boolean {
  if (!isCount(first.size) || !isCount(second.size) || first.size === 0 || first.size > second.size) return false;
  if (first.size === second.size) return proof.length === 0 && isSame(first.root, second.root);
  if (proof.length === 0 || !proof.every(isHash) || !isHash(first.root)) return false;
  const [start, ...path] = isPowerOfTwo(first.size) ? [first.root, ...proof] : proof;
  let node = first.size - 1;
  let last = second.size - 1;
  while (isOdd(node)) [node, last] = [half(node), half(last)];
  let ofFirst = start as Hash;
  let ofSecond = start as Hash;
  for (const beside of path) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      ofFirst = hasher.node(beside, ofFirst);
      ofSecond = hasher.node(beside, ofSecond);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      ofSecond = hasher.node(ofSecond, beside);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && isSame(ofFirst, first.root) && isSame(ofSecond, second.root);
}

/** The ranges whose hashes stand beside the path of a leaf, from the leaf up: PATH of RFC 6962. */
function besidePath(index: number, size: number): readonly LeafRange[] {
  const ranges: LeafRange[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + largestPowerBelow(end - start);
    if (index < middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
    }
  }
  return ranges.reverse();
}

/** The ranges whose hashes show a tree's beginning: PROOF and SUBPROOF of RFC 6962. */
function besideBeginning(from: number, to: number): readonly LeafRange[] {
  if (from === 0) return [];
  const ranges: LeafRange[] = [];
  let [start, end] = [0, to];
  while (end !== from) {
    const middle = start + largestPowerBelow(end - start);
    if (from <= middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
    }
  }
  // The first tree's own root is known to whoever verifies: where it is a node of the second it need not be told.
  if (start > 0) ranges.push({ start, end });
  return ranges.reverse();
}

async function hashOfRange(range: LeafRange, hashOf: NodeHash, hasher: Hasher): Promise<Hash> {
  return foldRight(await Promise.all(nodesOf(range).map(hashOf)), hasher);
}

function largestPowerBelow(count: number): number {
  let power = 1;
  while (2 * power < count) power *= 2;
  return power;
}

/** Indices and sizes go beyond 32 bits, where operators on bits end. */
function isCount(number: number): boolean {
  return Number.isSafeInteger(number) && number >= 0;
}

function isOdd(number: number): boolean {
  return number % 2 === 1;
}

function half(number: number): number {
  return Math.floor(number / 2);
}

function isPowerOfTwo(number: number): boolean {
  return nodesOf({ start: 0, end: number }).length === 1;
}
