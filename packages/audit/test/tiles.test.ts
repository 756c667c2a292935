import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CompactTree, fullTiles, partialTiles, portableHasher, tileAt, tileOfNode, tilePath } from "../src/index.ts";
import { type FilledTile, hashIn, TileTree } from "../src/tile-tree.ts";

describe("paths of tiles (C2SP tlog-tiles)", () => {
  // biome-ignore format: table
  test.each([
    [{ level: 0, index: 0, width: 256 },       "tile/0/000"],
    [{ level: 0, index: 1234067, width: 256 }, "tile/0/x001/x234/067"],
    [{ level: 1, index: 999, width: 7 },       "tile/1/999.p/7"],
    [{ level: 63, index: 1000, width: 255 },   "tile/63/x001/000.p/255"],
  ])("%j", (tile, path) => {
    expect(tilePath(tile)).toBe(path);
    expect(tileAt(path)).toEqual(tile);
  });

  test.each([
    "tile/64/000",
    "tile/00/000",
    "tile/0/0",
    "tile/0/1234",
    "tile/0/x000/001",
    "tile/0/001/002",
    "tile/0/000.p/0",
    "tile/0/000.p/256",
    "tile/0/000.p/01",
    "tile/entries/000",
    "tile/0/000 ",
    "/tile/0/000",
    "tile/0/x999/x999/x999/x999/x999/999",
  ])("%s is none", (path) => expect(tileAt(path)).toBeUndefined());
});

test("the tree of 70,000 that the specification describes", () => {
  expect(fullTiles(70_000)).toEqual([273, 1]);
  expect(partialTiles(70_000)).toEqual([
    { level: 0, index: 273, width: 112 },
    { level: 1, index: 1, width: 17 },
    { level: 2, index: 0, width: 1 },
  ]);
  expect(partialTiles(256)).toEqual([{ level: 1, index: 0, width: 1 }]);
  expect(partialTiles(0)).toEqual([]);
  expect(fullTiles(0)).toEqual([]);
});

test("each full node lies in one tile of its tree", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 40 }), fc.nat(40), fc.nat(), (size, level, n) => {
      const count = Math.floor(size / 2 ** level);
      fc.pre(count > 0);
      const { tile, from, to } = tileOfNode({ level, index: n % count }, size);
      expect(to).toBeLessThanOrEqual(tile.width);
      expect(to - from).toBe(2 ** (level % 8));
      const isFull = tile.index < (fullTiles(size)[tile.level] ?? 0);
      expect(isFull ? tile.width : partialTiles(size)).toEqual(isFull ? 256 : expect.arrayContaining([tile]));
      expect((tile.index * 256 + from) * 256 ** tile.level).toBe((n % count) * 2 ** level);
    }),
  );
});

describe("a tree as tiles", () => {
  const leaf = (index: number) => portableHasher.leaf(new TextEncoder().encode(`record ${index}`));

  test("has the root and the tiles that the specification says, and goes on from its right edge", () => {
    const size = 256 * 256 + 300;
    const full: FilledTile[] = [];
    let tree = new TileTree(portableHasher, (tile) => full.push(tile));
    const compact = new CompactTree(portableHasher);
    const perLevel: Uint8Array[][] = [[], [], []];
    for (let index = 0; index < size; index += 1) {
      const hash = leaf(index);
      tree.append(hash);
      compact.append(hash);
      perLevel[0]!.push(hash);
      for (let level = 0, done = index + 1; done % 256 === 0 && level < 2; level += 1, done /= 256) {
        const below = new CompactTree(portableHasher);
        for (const each of perLevel[level]!.slice(-256)) below.append(each);
        perLevel[level + 1]!.push(below.root());
      }
      if ([1, 2, 255, 256, 257, 511, 512, 65_536, 65_537].includes(index + 1)) {
        expect(tree.root()).toEqual(compact.root());
        expect(tree.edge().map(({ hashes, ...tile }) => [tile, hashes.length])).toEqual(
          partialTiles(index + 1).map((tile) => [tile, tile.width * 32]),
        );
        tree = TileTree.from(index + 1, tree.edge(), portableHasher, (tile) => full.push(tile));
      }
    }
    expect(tree.root()).toEqual(compact.root());
    expect(full).toHaveLength(fullTiles(size).reduce((sum, count) => sum + count, 0));
    for (const tile of [...full, ...tree.edge()]) {
      for (let at = 0; at < tile.width; at += 1) {
        expect(Buffer.compare(hashIn(tile, at), perLevel[tile.level]![tile.index * 256 + at]!)).toBe(0);
      }
    }
  });

  test("grows by many leaves at once as by one after the other", () => {
    const runs = fc.array(fc.integer({ min: 0, max: 600 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(runs, (sizes) => {
        const [tiles, others]: FilledTile[][] = [[], []];
        const tree = new TileTree(portableHasher, (tile) => tiles!.push(tile));
        const other = new TileTree(portableHasher, (tile) => others!.push(tile));
        for (const size of sizes) {
          const leaves = Array.from({ length: size }, (_, at) => leaf(at));
          tree.append(Buffer.concat(leaves));
          for (const each of leaves) other.append(each);
          expect([tree.size, tree.root(), tree.edge(), tiles]).toEqual([
            other.size,
            other.root(),
            other.edge(),
            others,
          ]);
        }
      }),
      { numRuns: 20 },
    );
  });

  test("is not made of another right edge", () => {
    const edge = [{ level: 0, index: 0, width: 2, hashes: new Uint8Array(64) }];
    expect(TileTree.from(2, edge, portableHasher).size).toBe(2);
    for (const size of [1, 3, 258, 256]) {
      expect(() => TileTree.from(size, edge, portableHasher)).toThrow(RangeError);
    }
    expect(() => TileTree.from(2, [], portableHasher)).toThrow(RangeError);
  });
});
