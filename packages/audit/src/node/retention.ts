import { recordOf } from "../record-line.ts";
import type { Disk } from "./disk.ts";
import { type Segment, segmentsOf } from "./layout.ts";

/** Enough of the end of a file to hold its last line, of most files. */
const TAIL = 64 * 1024;

/**
 * The oldest files of records of which every record is older than an instant (epoch milliseconds), and the index of the first record that
 * stays. The file that grows is none of them.
 */
export async function prunable(
  disk: Disk,
  growing: Segment,
  before: number,
): Promise<{ readonly segments: readonly Segment[]; readonly end: number }> {
  const segments = (await segmentsOf(disk)).filter(({ start }) => start <= growing.start);
  let count = 0;
  for (const segment of segments.slice(0, -1)) {
    const last = await lastTime(disk, segment);
    if (last === undefined || last >= before) break;
    count += 1;
  }
  return { segments: segments.slice(0, count), end: segments[count]?.start ?? growing.start };
}

/** The time of the last record of a file; undefined where it cannot be told. Records stand in the order in which they were kept. */
async function lastTime(disk: Disk, { path }: Segment): Promise<number | undefined> {
  const size = (await disk.size(path)) ?? 0;
  for (let from = Math.max(0, size - TAIL); ; from = Math.max(0, from - TAIL)) {
    const parts: Buffer[] = [];
    for await (const part of disk.parts(path, from)) parts.push(Buffer.from(part));
    const lines = Buffer.concat(parts).toString("utf8").split("\n");
    if (lines.length < 3 && from > 0) continue;
    return recordOf(lines.at(-2) ?? "")?.at;
  }
}
