import type { NodeId } from "./tree.ts";

/** Hashes in a full tile. */
export const TILE_WIDTH = 256;

/** How many levels of the tree a tile spans. */
export const TILE_HEIGHT = 8;

/** Neighbouring hashes of one level of the tree, every eighth of which is kept (C2SP tlog-tiles). `width` is below 256 at the right edge. */
export interface Tile {
  readonly level: number;
  readonly index: number;
  readonly width: number;
}

/** Where a tile lies: `tile/0/x001/234`, `tile/1/000.p/7`. */
export function tilePath({ level, index, width }: Tile): string {
  return `tile/${level}/${indexPath(index)}${width === TILE_WIDTH ? "" : `.p/${width}`}`;
}

/** The tile at a path; undefined where the path is not the one of a tile. */
export function tileAt(path: string): Tile | undefined {
  const [, level = "", folders = "", last = "", partial] =
    /^tile\/(\d|[1-5]\d|6[0-3])\/((?:x\d{3}\/)*)(\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(path) ?? [];
  if (level === "") return undefined;
  const index = Number(folders.replace(/[x/]/g, "") + last);
  const tile = { level: Number(level), index, width: partial === undefined ? TILE_WIDTH : Number(partial) };
  return Number.isSafeInteger(index) && tile.width <= TILE_WIDTH && tilePath(tile) === path ? tile : undefined;
}

/** The tiles of a tree's right edge that are not full, from the leaves up. A tree of 256 leaves has one, of width 1, on level 1. */
export function partialTiles(size: number): readonly Tile[] {
  const tiles: Tile[] = [];
  for (let level = 0, count = size; count > 0; level += 1, count = Math.floor(count / TILE_WIDTH)) {
    const width = count % TILE_WIDTH;
    if (width > 0) tiles.push({ level, index: Math.floor(count / TILE_WIDTH), width });
  }
  return tiles;
}

/** The places in which trees of sizes from one to another have tiles that are not full, a tile of width 1 for each; none where the sizes are the same. */
export function partialPlaces(from: number, to: number): readonly Tile[] {
  const places: Tile[] = [];
  for (let level = 0, span = TILE_WIDTH; from < to && span <= to * TILE_WIDTH; level += 1, span *= TILE_WIDTH) {
    for (let index = Math.floor(from / span); index <= Math.floor(to / span); index++)
      places.push({ level, index, width: 1 });
  }
  return places;
}

/** How many full tiles a tree has on each level, from the leaves up. */
export function fullTiles(size: number): readonly number[] {
  const counts: number[] = [];
  for (let count = Math.floor(size / TILE_WIDTH); count > 0; count = Math.floor(count / TILE_WIDTH)) counts.push(count);
  return counts;
}

/**
 * The tile below which a full node lies, with the hashes in it that are folded to it: `from` up to `to`. A node whose level is a tile's own
 * is one hash of it. In a tree of `size` leaves, which has the node.
 */
export function tileOfNode(
  { level, index }: NodeId,
  size: number,
): { readonly tile: Tile; readonly from: number; readonly to: number } {
  const tileLevel = Math.floor(level / TILE_HEIGHT);
  const span = 2 ** (level % TILE_HEIGHT);
  const first = index * span;
  const tileIndex = Math.floor(first / TILE_WIDTH);
  const count = Math.floor(size / TILE_WIDTH ** tileLevel);
  const width = Math.min(TILE_WIDTH, count - tileIndex * TILE_WIDTH);
  const from = first % TILE_WIDTH;
  return { tile: { level: tileLevel, index: tileIndex, width }, from, to: from + span };
}

function indexPath(index: number): string {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, "0").match(/\d{3}/g) ?? [];
  return groups.map((group, at) => (at === groups.length - 1 ? group : `x${group}`)).join("/");
}
