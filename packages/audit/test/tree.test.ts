import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  CompactTree,
  foldRight,
  type NodeHash,
  nodesOf,
  portableHasher,
  proveConsistency,
  proveInclusion,
  verifyConsistency,
  verifyInclusion,
} from "../src/index.ts";
import { path, proof, treeHash } from "./naive-tree.ts";
import { outsideData } from "./outside-data.ts";

const hasher = portableHasher;
const bytes = (text: string) => new TextEncoder().encode(text);
const records = (count: number) => Array.from({ length: count }, (_, index) => bytes(`record ${index}`));

/** The hashes of full nodes over some records, by the naive tree. */
function nodesOver(all: readonly Uint8Array[]): NodeHash {
  return ({ level, index }) => {
    const [start, end] = [index * 2 ** level, (index + 1) * 2 ** level];
    if (end > all.length) throw new RangeError(`no node ${level}/${index} in a tree of ${all.length}`);
    return treeHash(all.slice(start, end));
  };
}

function compactOver(all: readonly Uint8Array[]): CompactTree {
  const tree = new CompactTree(hasher);
  for (const record of all) tree.append(hasher.leaf(record));
  return tree;
}

describe("the vectors of others", () => {
  const roots = outsideData<{ leaf_inputs_hex: string[]; root_hex_by_size: string[] }>(
    "merkle/roots.json",
    "roots of trees of up to 8 leaves",
  );
  test.skipIf(roots === undefined)("roots", () => {
    const leaves = roots!.leaf_inputs_hex.map((hex) => Uint8Array.from(Buffer.from(hex, "hex")));
    expect(roots!.root_hex_by_size).toHaveLength(9);
    for (const [size, root] of roots!.root_hex_by_size.entries()) {
      expect(Buffer.from(compactOver(leaves.slice(0, size)).root()).toString("hex")).toBe(root);
    }
  });

  interface Vector {
    readonly id: string;
    readonly leafIdx: number;
    readonly treeSize: number;
    readonly root: string;
    readonly leafHash: string;
    readonly proof: readonly string[] | null;
    readonly wantErr: boolean;
  }
  const inclusion = outsideData<readonly Vector[]>("merkle/inclusion.json", "98 inclusion proofs");
  const decoded = (text: string | null) => Uint8Array.from(Buffer.from(text ?? "", "base64"));
  test.skipIf(inclusion === undefined)("inclusion proofs fail exactly where they must", () => {
    expect(inclusion!.filter(({ wantErr }) => wantErr)).toHaveLength(92);
    for (const { id, leafIdx, treeSize, root, leafHash, proof: hashes, wantErr } of inclusion!) {
      const leaf = { index: leafIdx, hash: decoded(leafHash) };
      const tree = { size: treeSize, root: decoded(root) };
      expect(!verifyInclusion(leaf, tree, (hashes ?? []).map(decoded), hasher), id).toBe(wantErr);
    }
  });
});

describe("the tree of 7 of RFC 6962, section 2.1.3", () => {
  const seven = records(7);
  const node = (start: number, end: number) => treeHash(seven.slice(start, end));

  // biome-ignore format: table
  test.each([
    [0, [node(1, 2), node(2, 4), node(4, 7)]],
    [3, [node(2, 3), node(0, 2), node(4, 7)]],
    [4, [node(5, 6), node(6, 7), node(0, 4)]],
    [6, [node(4, 6), node(0, 4)]],
  ])("leaf %i", async (index, wanted) => {
    expect(await proveInclusion(index, 7, nodesOver(seven), hasher)).toEqual(wanted);
  });

  // biome-ignore format: table
  test.each([
    [3, [node(2, 3), node(3, 4), node(0, 2), node(4, 7)]],
    [4, [node(4, 7)]],
    [6, [node(4, 6), node(6, 7), node(0, 4)]],
    [7, []],
    [0, []],
  ])("from %i to 7", async (from, wanted) => {
    expect(await proveConsistency(from, 7, nodesOver(seven), hasher)).toEqual(wanted);
  });
});

test("of every tree up to 70 leaves: roots, nodes, all proofs, as the naive tree has them", async () => {
  const all = records(70);
  const roots = Array.from({ length: 71 }, (_, size) => treeHash(all.slice(0, size)));
  for (let size = 0; size <= 70; size += 1) {
    const leaves = all.slice(0, size);
    const tree = compactOver(leaves);
    expect(tree.root()).toEqual(roots[size]);
    expect(foldRight(await Promise.all(nodesOf({ start: 0, end: size }).map(nodesOver(all))), hasher)).toEqual(
      roots[size],
    );
    expect(new CompactTree(hasher, size, tree.nodes).root()).toEqual(roots[size]);
    for (let index = 0; index < size; index += 1) {
      const made = await proveInclusion(index, size, nodesOver(leaves), hasher);
      expect(made).toEqual(path(index, leaves));
      expect(
        verifyInclusion({ index, hash: hasher.leaf(all[index]!) }, { size, root: roots[size]! }, made, hasher),
      ).toBe(true);
    }
    for (let from = 1; from <= size; from += 1) {
      const made = await proveConsistency(from, size, nodesOver(leaves), hasher);
      expect(made).toEqual(proof(from, leaves));
      const [first, second] = [
        { size: from, root: roots[from]! },
        { size, root: roots[size]! },
      ];
      expect(verifyConsistency(first, second, made, hasher)).toBe(true);
    }
  }
});

describe("what is not so is not proved", () => {
  const flipped = (hash: Uint8Array, bit: number) =>
    hash.map((byte, at) => (at === Math.floor(bit / 8) ? byte ^ (1 << (bit % 8)) : byte));

  /** Every way to get a list of hashes wrong by one step. */
  const wrongs = (hashes: readonly Uint8Array[], at: number, bit: number): readonly (readonly Uint8Array[])[] => [
    [...hashes, new Uint8Array(32)],
    [new Uint8Array(32), ...hashes],
    [...hashes, new Uint8Array(0)],
    ...(hashes.length === 0
      ? []
      : [
          hashes.slice(1),
          hashes.slice(0, -1),
          hashes.toSpliced(at % hashes.length, 1, flipped(hashes[at % hashes.length]!, bit)),
          hashes.toSpliced(at % hashes.length, 1, hashes[at % hashes.length]!.slice(1)),
          hashes.toSpliced(at % hashes.length, 0, hashes[at % hashes.length]!),
        ]),
  ];

  test("of a leaf", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), fc.nat(), fc.nat(), fc.nat(255), async (size, n, at, bit) => {
        const leaves = records(size);
        const index = n % size;
        const hash = hasher.leaf(leaves[index]!);
        const root = treeHash(leaves);
        const right = await proveInclusion(index, size, nodesOver(leaves), hasher);
        const shows = (leaf: number, ofSize: number, hashes = right, leafHash = hash, ofRoot = root) =>
          verifyInclusion({ index: leaf, hash: leafHash }, { size: ofSize, root: ofRoot }, hashes, hasher);
        expect(shows(index, size)).toBe(true);
        for (const wrong of wrongs(right, at, bit)) expect(shows(index, size, wrong)).toBe(false);
        for (const other of [index + 1, index - 1, size, -1, index + 0.5, Number.NaN, 2 ** 53]) {
          expect(shows(other, size)).toBe(false);
        }
        for (const other of [0, -1, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY])
          expect(shows(index, other)).toBe(false);
        expect(shows(index, size, right, flipped(hash, bit))).toBe(false);
        expect(shows(index, size, right, hash, flipped(root, bit))).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  test("of a beginning", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), fc.nat(), fc.nat(), fc.nat(255), async (size, n, at, bit) => {
        const leaves = records(size);
        const from = 1 + (n % size);
        const [first, second] = [treeHash(leaves.slice(0, from)), treeHash(leaves)];
        const right = await proveConsistency(from, size, nodesOver(leaves), hasher);
        const shows = (a: number, b: number, hashes = right, root1 = first, root2 = second) =>
          verifyConsistency({ size: a, root: root1 }, { size: b, root: root2 }, hashes, hasher);
        expect(shows(from, size)).toBe(true);
        for (const wrong of wrongs(right, at, bit)) expect(shows(from, size, wrong)).toBe(false);
        for (const other of [0, -1, size + 1, Number.NaN, 0.5]) expect(shows(other, size)).toBe(false);
        expect(shows(from, from - 1)).toBe(false);
        expect(shows(from, size, right, flipped(first, bit))).toBe(false);
        expect(shows(from, size, right, first, flipped(second, bit))).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  test("from nothing, whatever the proof", () => {
    const root = treeHash(records(3));
    for (const second of [
      { size: 3, root },
      { size: 0, root: hasher.empty },
    ]) {
      expect(verifyConsistency({ size: 0, root: hasher.empty }, second, [], hasher)).toBe(false);
      expect(verifyConsistency({ size: 0, root: hasher.empty }, second, [root], hasher)).toBe(false);
    }
  });

  test("what cannot be proved is not made", () => {
    const nodes = nodesOver(records(3));
    for (const [index, size] of [
      [3, 3],
      [0, 0],
      [-1, 3],
      [0.5, 3],
      [Number.NaN, 3],
    ] as const) {
      expect(() => proveInclusion(index, size, nodes, hasher)).toThrow(RangeError);
    }
    for (const [from, to] of [
      [4, 3],
      [-1, 3],
      [0.5, 3],
      [1, Number.NaN],
    ] as const) {
      expect(() => proveConsistency(from, to, nodes, hasher)).toThrow(RangeError);
    }
  });
});

test("proofs in trees beyond 32 bits", async () => {
  const size = 2 ** 40 + 12_345;
  const index = 2 ** 33 + 7;
  // Hashes that say where they stand: no tree of this size fits anywhere.
  const hashOf: NodeHash = ({ level, index: at }) => hasher.leaf(bytes(`${level}/${at}`));
  const path = await proveInclusion(index, size, hashOf, hasher);
  expect(path).toHaveLength(41);
  const { level, index: at } = { level: 0, index };
  let hash = hasher.leaf(bytes(`${level}/${at}`));
  for (const [depth, beside] of path.entries()) {
    hash = Math.floor(index / 2 ** depth) % 2 === 1 ? hasher.node(beside, hash) : hasher.node(hash, beside);
  }
  const leaf = { index, hash: hasher.leaf(bytes(`0/${index}`)) };
  expect(verifyInclusion(leaf, { size, root: hash }, path, hasher)).toBe(true);
  expect(verifyInclusion(leaf, { size: size - 2 ** 32, root: hash }, path, hasher)).toBe(false);
});
