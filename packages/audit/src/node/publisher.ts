import { signCheckpoint, type TreeHead } from "../checkpoint.ts";
import { HASH_SIZE } from "../hasher.ts";
import type { Signer } from "../keys.ts";
import type { FilledTile } from "../tile-tree.ts";
import { TILE_WIDTH, type Tile, tilePath } from "../tiles.ts";
import type { Disk } from "./disk.ts";
import { layout } from "./layout.ts";

/** Files that are written at the same time. */
const AT_ONCE = 8;

/**
 * Makes heads public: their tiles first, then their checkpoint. Whatever a checkpoint covers is durable before it is signed, so that no signed head is
 * ever taken back.
 */
export class Publisher {
  readonly #disk: Disk;
  /** Full tiles that no published head has yet. */
  readonly #waiting: FilledTile[];
  /** The right edge of the published head. */
  #edge: readonly Tile[];
  #published: { readonly head: TreeHead; readonly checkpoint: string };
  /** Where heads that were begun and never published may have left partial tiles, half written. */
  #begun: readonly Tile[];
  signers: readonly Signer[];

  /**
   * `waiting`: the full tiles beyond the published head; more are put there as the tree grows. `begun`: where a writer that crashed may have left partial
   * tiles of a head that it did not publish.
   */
  constructor(
    disk: Disk,
    signers: readonly Signer[],
    published: { readonly head: TreeHead; readonly checkpoint: string; readonly edge: readonly Tile[] },
    waiting: FilledTile[],
    begun: readonly Tile[],
  ) {
    this.#disk = disk;
    this.signers = signers;
    this.#published = published;
    this.#edge = published.edge;
    this.#waiting = waiting;
    this.#begun = begun;
  }

  /** What was published last. */
  get published(): { readonly head: TreeHead; readonly checkpoint: string } {
    return this.#published;
  }

  get waitingTiles(): number {
    return this.#waiting.length;
  }

  /** Publishes a head, which is durable, with the right edge of its tree; not to be entered twice at once. Where it rejects the head before stands. */
  async publish(head: TreeHead, edge: readonly FilledTile[]): Promise<void> {
    // Before anything is signed that covers them: then they would count as changed.
    await this.#removeBut(this.#edge, this.#begun);
    this.#begun = edge;
    const full = this.#waiting.slice();
    // A tile that the published head has too is the same, and is not touched: a crash while it is written would leave that head without it.
    const published = new Set(this.#edge.map(tilePath));
    await this.#writeTiles([...full, ...edge.filter((tile) => !published.has(tilePath(tile)))]);
    const checkpoint = await signCheckpoint(head, this.signers);
    await this.#disk.put(layout.checkpoint, Buffer.from(checkpoint));
    this.#waiting.splice(0, full.length);
    const former = this.#edge;
    this.#edge = edge.map(({ level, index, width }) => ({ level, index, width }));
    this.#published = { head, checkpoint };
    this.#begun = [];
    // One that stays is in nobody's way, and the next head tries again.
    await this.#removeBut(this.#edge, [...former, ...this.#edge]).catch(() => {});
  }

  async #writeTiles(tiles: readonly FilledTile[]): Promise<void> {
    for (let at = 0; at < tiles.length; at += AT_ONCE) {
      await Promise.all(
        tiles
          .slice(at, at + AT_ONCE)
          .map((tile) => this.#disk.write(tilePath(tile), tile.hashes.subarray(0, tile.width * HASH_SIZE))),
      );
    }
    for (const folder of new Set(tiles.map((tile) => folderOf(tilePath(tile))))) await this.#disk.syncFolder(folder);
  }

  /** Takes away the partial tiles in some places, but for those that are needed. */
  async #removeBut(needed: readonly Tile[], places: readonly Tile[]): Promise<void> {
    const kept = new Set(needed.map(tilePath));
    const partial = places.filter(({ width }) => width < TILE_WIDTH);
    for (const folder of new Set(partial.map((tile) => folderOf(tilePath(tile))))) {
      const paths = (await this.#disk.list(folder)).map((name) => `${folder}/${name}`);
      for (const path of paths) if (!kept.has(path)) await this.#disk.remove(path);
      if (!paths.some((path) => kept.has(path))) await this.#disk.removeFolder(folder);
    }
  }
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
