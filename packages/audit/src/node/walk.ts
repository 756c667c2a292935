import type { NoticeRecord } from "@mcpolicy/core";
import type { Hash } from "../hasher.ts";
import { recordOf } from "../record-line.ts";
import { type FilledTile, hashIn, TileTree } from "../tile-tree.ts";
import { TILE_WIDTH } from "../tiles.ts";
import type { Disk } from "./disk.ts";
import type { Finding } from "./findings.ts";
import { type Segment, segmentsOf } from "./layout.ts";
import { readLines } from "./lines.ts";
import { leafHashIn, nodeHasher } from "./node-hasher.ts";
import { TileReader } from "./tile-reader.ts";

/** What all records of a log together come to. */
export interface Walk {
  /** The first record whose body is there; those before it are known by their hashes. */
  readonly first: number;
  readonly size: number;
  /** The roots of the trees of the sizes that were asked for, as far as there are so many records. */
  readonly roots: ReadonlyMap<number, Hash>;
  /** What is not full at the end. */
  readonly edge: readonly FilledTile[];
  /** What the log says of itself, with the index of each. */
  readonly notices: readonly { readonly index: number; readonly notice: NoticeRecord }[];
  readonly findings: readonly Finding[];
}

const NOTICE = Buffer.from('"kind":"notice"');

/** Goes through all records of a log once. `onTile` gets each tile as it becomes full, and is waited for. */
export async function walk(
  disk: Disk,
  sizes: Iterable<number>,
  onTile: (tile: FilledTile) => Promise<void>,
): Promise<Walk> {
  const asked = new Set(sizes);
  const roots = new Map<number, Hash>();
  const findings: Finding[] = [];
  const notices: { index: number; notice: NoticeRecord }[] = [];
  const full: FilledTile[] = [];
  const tree = new TileTree(nodeHasher, (tile) => full.push(tile));
  const grow = (leaf: Hash): void => {
    tree.append(leaf);
    if (asked.has(tree.size)) roots.set(tree.size, tree.root());
  };
  const giveTiles = async (): Promise<void> => {
    for (const tile of full.splice(0)) await onTile(tile);
  };
  if (asked.has(0)) roots.set(0, tree.root());

  const segments = await segmentsOf(disk);
  for (const [at, segment] of segments.entries()) {
    if (segment.start > tree.size) {
      if (at > 0) findings.push(gapBefore(segment, tree.size));
      await growFromTiles(disk, tree.size, segment.start, grow, giveTiles);
    }
    if (segment.start !== tree.size) findings.push(misplaced(segment, tree.size));
    const noticeIn = noticeFinder();
    const { torn } = await readLines(
      disk,
      segment.path,
      (buffer, start, end) => {
        const notice = noticeIn(buffer, start, end);
        if (notice !== undefined) notices.push({ index: tree.size, notice });
        grow(leafHashIn(buffer, start, end));
      },
      giveTiles,
    );
    if (torn > 0) {
      findings.push({ code: "records-torn", where: segment.path, text: `${torn} bytes at its end are no whole line` });
    }
  }
  await giveTiles();
  return { first: segments[0]?.start ?? 0, size: tree.size, roots, edge: tree.edge(), notices, findings };
}

/** Takes the leaves of a range from the tiles of their level, as far as these are there. */
async function growFromTiles(
  disk: Disk,
  from: number,
  to: number,
  grow: (leaf: Hash) => void,
  giveTiles: () => Promise<void>,
): Promise<void> {
  const reader = new TileReader(disk, nodeHasher);
  for (let at = from; at < to; ) {
    const index = Math.floor(at / TILE_WIDTH);
    const end = Math.min(to, (index + 1) * TILE_WIDTH);
    const hashes = await reader.tile({ level: 0, index, width: end - index * TILE_WIDTH });
    if (hashes === undefined) return;
    for (; at < end; at += 1) grow(hashIn({ hashes }, at % TILE_WIDTH));
    await giveTiles();
  }
}

/** Finds lines that are notices without reading all others. A part of a record that looks like one is none. */
function noticeFinder(): (buffer: Buffer, start: number, end: number) => NoticeRecord | undefined {
  let last: Buffer | undefined;
  let next = -1;
  return (buffer, start, end) => {
    if (buffer !== last || (next !== -1 && next < start)) next = buffer.indexOf(NOTICE, start);
    last = buffer;
    if (next === -1 || next >= end) return undefined;
    const record = recordOf(buffer.toString("utf8", start, end));
    return record?.kind === "notice" ? record : undefined;
  };
}

function gapBefore({ path, start }: Segment, size: number): Finding {
  return { code: "records-missing", where: path, text: `records ${size} to ${start - 1} are missing before it` };
}

function misplaced({ path, start }: Segment, size: number): Finding {
  return { code: "records-changed", where: path, text: `it begins with record ${start}, and ${size} come before it` };
}
