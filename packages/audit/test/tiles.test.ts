import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fullTiles, partialTiles, tileAt, tileOfNode, tilePath } from "../src/index.ts";

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
