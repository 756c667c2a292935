import { HASH_SIZE, type Hash, type Hasher } from "../hasher.ts";
import type { NodeHash } from "../proofs.ts";
import { hashIn } from "../tile-tree.ts";
import { TILE_WIDTH, type Tile, tileAt, tileOfNode, tilePath } from "../tiles.ts";
import { foldRight, nodesOf } from "../tree.ts";
import type { Disk } from "./disk.ts";

/** Tiles kept at hand. */
const MOST_KEPT = 64;

/** Reads hashes of a tree from its tiles. What they say is only as good as the root that they lead to. */
export class TileReader {
  readonly #disk: Disk;
  readonly #hasher: Hasher;
  readonly #kept = new Map<string, Buffer>();

  constructor(disk: Disk, hasher: Hasher) {
    this.#disk = disk;
    this.#hasher = hasher;
  }

  /**
   * The hashes of a tile, from its own file, or from one of the same place that has more; undefined where there is none. Whoever prunes or
   * writes meanwhile takes a partial tile away only when there is such a one.
   */
  async tile(tile: Tile): Promise<Uint8Array | undefined> {
    for (const path of [tilePath(tile), tilePath({ ...tile, width: TILE_WIDTH })]) {
      const bytes = this.#kept.get(path) ?? (await this.#disk.read(path));
      if (bytes === undefined || bytes.length < tile.width * HASH_SIZE) continue;
      this.#keep(path, bytes);
      return bytes.subarray(0, tile.width * HASH_SIZE);
    }
    const folder = `${tilePath({ ...tile, width: TILE_WIDTH })}.p`;
    for (const name of await this.#disk.list(folder)) {
      if ((tileAt(`${folder}/${name}`)?.width ?? 0) <= tile.width) continue;
      const bytes = await this.#disk.read(`${folder}/${name}`);
      if (bytes !== undefined && bytes.length >= tile.width * HASH_SIZE)
        return bytes.subarray(0, tile.width * HASH_SIZE);
    }
    return undefined;
  }

  /** The hashes of full nodes of the tree of a size. Rejects with a `RangeError` where a tile is missing. */
  nodes(size: number): NodeHash {
    return async (node) => {
      const { tile, from, to } = tileOfNode(node, size);
      const hashes = await this.tile(tile);
      if (hashes === undefined) throw new RangeError(`there is no ${tilePath(tile)}`);
      const parts = Array.from({ length: to - from }, (_, at) => hashIn({ hashes }, from + at));
      return foldFull(parts, this.#hasher);
    };
  }

  /** The root of the tree of a size. Rejects as `nodes` does. */
  async root(size: number): Promise<Hash> {
    const hashes: Hash[] = [];
    for (const node of nodesOf({ start: 0, end: size })) hashes.push(await this.nodes(size)(node));
    return foldRight(hashes, this.#hasher);
  }

  #keep(path: string, bytes: Buffer): void {
    this.#kept.set(path, bytes);
    const oldest = this.#kept.keys().next();
    if (this.#kept.size > MOST_KEPT && !oldest.done) this.#kept.delete(oldest.value);
  }
}

/** The hash over neighbours that are a power of two many. */
function foldFull(hashes: readonly Hash[], hasher: Hasher): Hash {
  if (hashes.length === 1) return hashes[0] as Hash;
  const pairs = Array.from({ length: hashes.length / 2 }, (_, at) =>
    hasher.node(hashes[2 * at] as Hash, hashes[2 * at + 1] as Hash),
  );
  return foldFull(pairs, hasher);
}
