import type { Hash, Hasher } from "./hasher.ts";

/** A node over `2 ** level` leaves, all there: the leaves from `index * 2 ** level` on. Leaves are nodes of level 0. */
export interface NodeId {
  readonly level: number;
  readonly index: number;
}

/** Leaves of a tree from `start` up to, not including, `end`. */
export interface LeafRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The full nodes that a range is made of, left to right: from the left as large as its place and the range allow. For the ranges of proofs,
 * and those that start at 0, their hashes folded from the right give RFC 6962's hash of the range.
 */
export function nodesOf({ start, end }: LeafRange): readonly NodeId[] {
  const nodes: NodeId[] = [];
  for (let at = start; at < end; ) {
    let level = 0;
    let width = 1;
    while (at % (2 * width) === 0 && at + 2 * width <= end) {
      level += 1;
      width *= 2;
    }
    nodes.push({ level, index: at / width });
    at += width;
  }
  return nodes;
}

/** The hash over neighbouring nodes, largest first, as RFC 6962 builds the right edge; that of the empty tree for none. */
export function foldRight(hashes: readonly Hash[], hasher: Hasher): Hash {
  return (
    hashes.reduceRight<Hash | undefined>(
      (right, left) => (right === undefined ? left : hasher.node(left, right)),
      undefined,
    ) ?? hasher.empty
  );
}

/**
 * A tree that grows, held as its largest full nodes: at most 53 hashes, however many leaves. What RFC 9162 calls the frontier, and others the
 * compact range.
 */
export class CompactTree {
  readonly #hasher: Hasher;
  readonly #nodes: Hash[];
  #size: number;

  /** `nodes`: those of `nodesOf({ start: 0, end: size })`. */
  constructor(hasher: Hasher, size = 0, nodes: readonly Hash[] = []) {
    if (nodes.length !== nodesOf({ start: 0, end: size }).length)
      throw new RangeError(`not the nodes of a tree of ${size} leaves`);
    this.#hasher = hasher;
    this.#size = size;
    this.#nodes = [...nodes];
  }

  get size(): number {
    return this.#size;
  }

  /** The largest full nodes, left to right. */
  get nodes(): readonly Hash[] {
    return [...this.#nodes];
  }

  append(leaf: Hash): void {
    let hash = leaf;
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) {
      hash = this.#hasher.node(this.#nodes.pop() as Hash, hash);
    }
    this.#nodes.push(hash);
    this.#size += 1;
  }

  root(): Hash {
    return foldRight(this.#nodes, this.#hasher);
  }
}
