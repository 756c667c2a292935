import { HASH_SIZE } from "../hasher.ts";
import type { FilledTile } from "../tile-tree.ts";
import { partialTiles, TILE_WIDTH, type Tile, tilePath } from "../tiles.ts";
import type { Disk } from "./disk.ts";
import type { Finding } from "./findings.ts";

/**
 * Holds the tiles on the disk against those that the records give, each as it comes. What covers records behind the signed head is nobody's yet: a
 * writer may have left it half written.
 */
export class TileChecks {
  readonly #disk: Disk;
  readonly #signed: number;
  /** Paths of what is there, by place; a place is taken out once it was looked at. */
  readonly #there = new Map<string, { readonly path: string; readonly tile: Tile }[]>();
  readonly #needed: Set<string>;
  readonly #findings: Finding[] = [];

  /** `tiles`: what is on the disk. `isLive`: partial tiles come and go. */
  constructor(disk: Disk, tiles: ReadonlyMap<string, Tile>, signed: number, isLive: boolean) {
    this.#disk = disk;
    this.#signed = signed;
    this.#needed = new Set(isLive ? [] : partialTiles(signed).map(tilePath));
    for (const [path, tile] of tiles) {
      const place = placeOf(tile);
      const others = this.#there.get(place);
      if (others === undefined) this.#there.set(place, [{ path, tile }]);
      else others.push({ path, tile });
    }
  }

  /** Holds whatever lies in the place of a tile against it: the tile itself, and its beginnings. */
  async hold(given: FilledTile): Promise<void> {
    const place = placeOf(given);
    const there = this.#there.get(place) ?? [];
    this.#there.delete(place);
    if (given.width === TILE_WIDTH && endOf(given) <= this.#signed) this.#needed.add(tilePath(given));
    for (const { path, tile } of there) {
      this.#needed.delete(path);
      if (tile.width > given.width || endOf(tile) > this.#signed) continue;
      const bytes = await this.#disk.read(path);
      const difference = bytes === undefined ? undefined : differenceOf(bytes, given, tile);
      if (difference !== undefined) this.#findings.push({ ...difference, where: path });
    }
    // Those of the right edge are looked for at the end.
    if (given.width === TILE_WIDTH && this.#needed.delete(tilePath(given))) this.#miss(given);
  }

  findings(): readonly Finding[] {
    for (const tile of partialTiles(this.#signed)) if (this.#needed.has(tilePath(tile))) this.#miss(tile);
    for (const { path, tile } of [...this.#there.values()].flat()) {
      if (endOf(tile) > this.#signed) continue;
      this.#findings.push({ code: "tile-unknown", where: path, text: "there are no records that it covers" });
    }
    return this.#findings;
  }

  #miss(tile: Tile): void {
    this.#findings.push({ code: "tile-missing", where: tilePath(tile), text: `it covers ${coverage(tile)}` });
  }
}

/** How the bytes of a tile differ from the beginning of the one in its place. */
function differenceOf(bytes: Buffer, given: FilledTile, tile: Tile): Omit<Finding, "where"> | undefined {
  const wanted = given.hashes.subarray(0, tile.width * HASH_SIZE);
  if (bytes.equals(wanted)) return undefined;
  if (bytes.length !== wanted.length) {
    return { code: "tile-changed", text: `it has ${bytes.length} bytes, not ${wanted.length}` };
  }
  const at = Math.floor(bytes.findIndex((byte, index) => byte !== wanted[index]) / HASH_SIZE);
  if (tile.level > 0) return { code: "tile-changed", text: `hash ${at} differs; it covers ${coverage(tile)}` };
  const index = tile.index * TILE_WIDTH + at;
  return { code: "record-changed", text: `record ${index} is not the one whose hash is kept, or its hash was changed` };
}

function placeOf({ level, index }: Tile): string {
  return `${level}/${index}`;
}

function startOf({ level, index }: Tile): number {
  return index * TILE_WIDTH ** (level + 1);
}

function endOf(tile: Tile): number {
  return startOf(tile) + tile.width * TILE_WIDTH ** tile.level;
}

function coverage(tile: Tile): string {
  return `records ${startOf(tile)} to ${endOf(tile) - 1}`;
}
