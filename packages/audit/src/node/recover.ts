import { claimedHead, openCheckpoint, type TreeHead } from "../checkpoint.ts";
import { fromUtf8 } from "../encoding.ts";
import { isSame } from "../hasher.ts";
import type { Verifier } from "../keys.ts";
import { recordLine, recordOf } from "../record-line.ts";
import { type FilledTile, TileTree } from "../tile-tree.ts";
import { partialTiles, tilePath } from "../tiles.ts";
import type { Disk } from "./disk.ts";
import { indexName, layout, type Segment, segmentsOf } from "./layout.ts";
import { readLines } from "./lines.ts";
import { LogError } from "./log-error.ts";
import { leafHashIn, nodeHasher } from "./node-hasher.ts";
import { TileReader } from "./tile-reader.ts";

/** A log as its last writer left it, ready to be gone on with. */
export interface Recovered {
  /** The signed head, and as it is signed. */
  readonly head: TreeHead;
  readonly checkpoint: string;
  /** All records that are there. */
  readonly tree: TileTree;
  /** Full tiles beyond the signed head. */
  readonly full: FilledTile[];
  /** The file that grows, and the bytes of its whole lines. */
  readonly segment: Segment;
  readonly bytes: number;
  /** The records behind the signed head. */
  readonly unsigned: number;
  /** Bytes behind them that were no record, and where they are kept. */
  readonly cut?: { readonly bytes: number; readonly path: string };
}

/**
 * Reads a log's last file of records, holds it against the signed head, and cuts it back to its whole records: what a writer left half
 * written. All that was durable is kept; what is cut is put aside. Throws a `LogError` where what is there is not what was signed.
 */
export async function recover(disk: Disk, known: readonly Verifier[], now: number): Promise<Recovered> {
  const { head, checkpoint } = await signedHead(disk, known);
  const segment = (await segmentsOf(disk)).at(-1);
  if (segment === undefined) throw damaged("it has no file of records");
  if (segment.start > head.size) {
    throw damaged(`its checkpoint is of ${head.size} records, and older than ${segment.path}`);
  }

  const full: FilledTile[] = [];
  const tree = TileTree.from(segment.start, await edgeAt(disk, segment.start), nodeHasher, (tile) => full.push(tile));
  if (tree.size === head.size) mustBeSigned(tree, head);

  let bytes = 0;
  let isWhole = true;
  await readLines(disk, segment.path, (buffer, start, end) => {
    // Of what is signed the root says whether it is right.
    if (isWhole && tree.size >= head.size) isWhole = isRecordLine(buffer.subarray(start, end));
    if (!isWhole) return;
    tree.append(leafHashIn(buffer, start, end));
    bytes += end - start + 1;
    if (tree.size === head.size) {
      mustBeSigned(tree, head);
      full.length = 0;
    }
  });
  if (tree.size < head.size) {
    throw damaged(`its checkpoint is of ${head.size} records, and only ${tree.size} are there`);
  }
  const cut = await cutBack(disk, segment, bytes, tree.size, now);
  const unsigned = tree.size - head.size;
  return { head, checkpoint, tree, full, segment, bytes, unsigned, ...(cut === undefined ? {} : { cut }) };
}

async function signedHead(disk: Disk, known: readonly Verifier[]): Promise<Pick<Recovered, "head" | "checkpoint">> {
  const checkpoint = (await disk.read(layout.checkpoint)) ?? Buffer.alloc(0);
  const opened = await openCheckpoint(checkpoint, known);
  if (opened.kind === "opened") return { head: opened.head, checkpoint: checkpoint.toString("utf8") };
  const isOne = claimedHead(checkpoint) !== undefined;
  throw isOne
    ? new LogError("wrong-key", `the log's checkpoint is not signed by this key: ${opened.why}. Nothing was opened`)
    : damaged(`its checkpoint is refused: ${opened.why}`);
}

/** The right edge of the tree of a size, from the tiles; those of a signed head are durable. */
async function edgeAt(disk: Disk, size: number): Promise<readonly FilledTile[]> {
  const reader = new TileReader(disk, nodeHasher);
  return Promise.all(
    partialTiles(size).map(async (tile) => {
      const hashes = await reader.tile(tile);
      if (hashes === undefined) throw damaged(`${tilePath(tile)} is missing`);
      return { ...tile, hashes };
    }),
  );
}

function mustBeSigned(tree: TileTree, head: TreeHead): void {
  if (!isSame(tree.root(), head.root)) throw damaged(`its ${head.size} signed records are not those that are there`);
}

function isRecordLine(bytes: Uint8Array): boolean {
  const line = fromUtf8(bytes);
  const record = line === undefined ? undefined : recordOf(line);
  return record !== undefined && recordLine(record) === line;
}

async function cutBack(
  disk: Disk,
  segment: Segment,
  bytes: number,
  size: number,
  now: number,
): Promise<Recovered["cut"]> {
  const torn = ((await disk.size(segment.path)) ?? 0) - bytes;
  if (torn <= 0) return undefined;
  const parts: Buffer[] = [];
  for await (const part of disk.parts(segment.path, bytes)) parts.push(Buffer.from(part));
  const path = `${layout.cut}/${indexName(size)}-${now}`;
  await disk.put(path, Buffer.concat(parts));
  const file = await disk.openEnd(segment.path);
  try {
    await file.cut(bytes);
  } finally {
    await file.close();
  }
  return { bytes: torn, path };
}

function damaged(what: string): LogError {
  return new LogError(
    "damaged",
    `the log is not as it was signed: ${what}. Nothing was opened, and nothing is added to it. \`policy audit verify\` says more; keep the folder for whoever has to find out`,
  );
}
