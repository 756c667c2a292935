import { HASH_SIZE, type Hash, type Hasher } from "./hasher.ts";
import { TILE_WIDTH, type Tile } from "./tiles.ts";
import { CompactTree, foldRight } from "./tree.ts";

/** A tile with its hashes, one after the other. */
export interface FilledTile extends Tile {
  readonly hashes: Uint8Array;
}

/** The right edge of one level of tiles: what is not full yet. */
interface Edge {
  readonly level: number;
  /** Which tile of the level it will be. */
  index: number;
  hashes: Uint8Array;
  width: number;
  /** Of the hashes so far, or of fewer: `treeOf` lets it catch up. */
  tree: CompactTree;
}

/**
 * A tree that grows, held as the tiles of its right edge, however large it is: at most 256 hashes for each of seven levels. It gives out
 * each tile as it becomes full.
 */
export class TileTree {
  readonly #hasher: Hasher;
  readonly #onFull: (tile: FilledTile) => void;
  readonly #edges: Edge[] = [];
  #size = 0;

  constructor(hasher: Hasher, onFull: (tile: FilledTile) => void = () => {}) {
    this.#hasher = hasher;
    this.#onFull = onFull;
  }

  /** The tree whose right edge is these tiles, those of `partialTiles(size)`. */
  static from(
    size: number,
    edge: readonly FilledTile[],
    hasher: Hasher,
    onFull?: (tile: FilledTile) => void,
  ): TileTree {
    const tree = new TileTree(hasher, onFull);
    tree.#size = size;
    for (let level = 0, count = size; count > 0; level += 1, count = Math.floor(count / TILE_WIDTH)) {
      const index = Math.floor(count / TILE_WIDTH);
      const given = edge.find((tile) => tile.level === level);
      if ((given?.width ?? 0) !== count % TILE_WIDTH || (given !== undefined && given.index !== index)) {
        throw new RangeError(`the right edge of a tree of ${size} leaves has other tiles`);
      }
      const at = tree.#edge(level, index);
      if (given !== undefined) put(at, given.hashes.subarray(0, given.width * HASH_SIZE));
    }
    return tree;
  }

  get size(): number {
    return this.#size;
  }

  /** Adds leaves: their hashes, in a row, of which it takes a copy. */
  append(leaves: Uint8Array): void {
    this.#size += leaves.length / HASH_SIZE;
    this.#put(0, leaves);
  }

  #put(level: number, hashes: Uint8Array): void {
    const edge = this.#edges[level] ?? this.#edge(level, 0);
    for (let at = 0; at < hashes.length; ) {
      const room = (TILE_WIDTH - edge.width) * HASH_SIZE;
      const part = hashes.subarray(at, at + room);
      at += part.length;
      put(edge, part);
      if (edge.width === TILE_WIDTH) this.#full(edge);
    }
  }

  #full(edge: Edge): void {
    const { level, index, hashes } = edge;
    const root = treeOf(edge).root();
    edge.index += 1;
    edge.hashes = new Uint8Array(TILE_WIDTH * HASH_SIZE);
    edge.width = 0;
    edge.tree = new CompactTree(this.#hasher);
    this.#onFull({ level, index, width: TILE_WIDTH, hashes });
    this.#put(level + 1, root);
  }

  root(): Hash {
    return foldRight(
      this.#edges.toReversed().flatMap((edge) => treeOf(edge).nodes),
      this.#hasher,
    );
  }

  /** The tiles of the right edge, from the leaves up: copies, those of `partialTiles`. */
  edge(): readonly FilledTile[] {
    return this.#edges
      .filter(({ width }) => width > 0)
      .map(({ level, index, width, hashes }) => ({ level, index, width, hashes: hashes.slice(0, width * HASH_SIZE) }));
  }

  #edge(level: number, index: number): Edge {
    const hashes = new Uint8Array(TILE_WIDTH * HASH_SIZE);
    const edge: Edge = { level, index, hashes, width: 0, tree: new CompactTree(this.#hasher) };
    this.#edges.push(edge);
    return edge;
  }
}

/** One hash of a tile. */
export function hashIn(tile: Pick<FilledTile, "hashes">, place: number): Hash {
  return tile.hashes.subarray(place * HASH_SIZE, (place + 1) * HASH_SIZE);
}

/** Puts hashes, in a row, behind those that are there, where there is room for all. */
function put(edge: Edge, hashes: Uint8Array): void {
  edge.hashes.set(hashes, edge.width * HASH_SIZE);
  edge.width += hashes.length / HASH_SIZE;
}

function treeOf(edge: Edge): CompactTree {
  for (let place = edge.tree.size; place < edge.width; place += 1) edge.tree.append(hashIn(edge, place));
  return edge.tree;
}
