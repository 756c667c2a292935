import { type Tile, tileAt } from "../tiles.ts";
import type { Disk } from "./disk.ts";

/**
 * What lies in a log's folder. `checkpoint` and `tile/` are those of C2SP tlog-tiles; `records/` holds the records, one a line, in files named by
 * the index of their first; `keys` the public keys that signed, one a line, oldest first; `key-changes/` the heads that two keys signed; `cut/` what
 * was found behind a tear; `lock` says who writes.
 */
export const layout = {
  checkpoint: "checkpoint",
  records: "records",
  keys: "keys",
  keyChanges: "key-changes",
  cut: "cut",
  lock: "lock",
} as const;

/** A file of records. */
export interface Segment {
  readonly path: string;
  /** The index of its first record. */
  readonly start: number;
}

/** Index as in names of files: 16 digits, so that names sort as indices do. */
export function indexName(index: number): string {
  return String(index).padStart(16, "0");
}

export function segmentAt(start: number): Segment {
  return { path: `${layout.records}/${indexName(start)}.ndjson`, start };
}

/** The files of records, first to last. Other names in their folder are no segments. */
export async function segmentsOf(disk: Disk): Promise<readonly Segment[]> {
  const names = await disk.list(layout.records);
  return names.flatMap((name) => /^(\d{16})\.ndjson$/.exec(name)?.[1] ?? []).map((digits) => segmentAt(Number(digits)));
}

/** Every tile that is there, with its path; and the names below `tile/` that are none. */
export async function tilesOf(
  disk: Disk,
): Promise<{ readonly tiles: ReadonlyMap<string, Tile>; readonly others: readonly string[] }> {
  const tiles = new Map<string, Tile>();
  const others: string[] = [];
  const folders = ["tile"];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const name of await disk.list(folder)) {
      const path = `${folder}/${name}`;
      if (name.endsWith("/")) {
        folders.push(path.slice(0, -1));
        continue;
      }
      const tile = tileAt(path);
      if (tile === undefined) others.push(path);
      else tiles.set(path, tile);
    }
  }
  return { tiles, others };
}
