import type { AuditRecord } from "@mcpolicy/core";
import { recordOf } from "../record-line.ts";
import { type Disk, diskAt } from "./disk.ts";
import { segmentsOf } from "./layout.ts";
import { readLines } from "./lines.ts";

/** What reading a log's records came to. */
export interface ReadRecords {
  /** The index of the first record whose body is there, and of the one after the last. */
  readonly first: number;
  readonly end: number;
  /** Lines that are no records. */
  readonly unreadable: number;
}

export interface ReadOptions {
  readonly disk?: Disk;
  /** The index of the first record that is given. */
  readonly from?: number;
  /** Whether a line is worth being read as a record; all are unless said. */
  readonly accepts?: (line: string) => boolean;
}

/**
 * Gives each record of a log whose body is there, with its line and its index, in order. Where `onRecord` gives a promise it is waited for
 * before the next; where it gives `false` reading ends. Nothing is verified. Rejects where the disk does.
 */
export async function readRecords(
  folder: string,
  onRecord: (record: AuditRecord, line: string, index: number) => unknown,
  { disk = diskAt(folder), from = 0, accepts = () => true }: ReadOptions = {},
): Promise<ReadRecords> {
  const segments = await segmentsOf(disk);
  const first = segments[0]?.start ?? 0;
  let [index, unreadable, isOver] = [first, 0, false];
  for (const [place, segment] of segments.entries()) {
    index = segment.start;
    if ((segments[place + 1]?.start ?? Number.POSITIVE_INFINITY) <= from) continue;
    const lines: string[] = [];
    const give = async (): Promise<void> => {
      for (const line of lines.splice(0)) {
        const at = index++;
        if (isOver || at < from || !accepts(line)) continue;
        const record = recordOf(line);
        if (record === undefined) {
          unreadable += 1;
          continue;
        }
        const given = onRecord(record, line, at);
        if ((given instanceof Promise ? await given : given) === false) isOver = true;
      }
    };
    await readLines(disk, segment.path, (buffer, start, end) => lines.push(buffer.toString("utf8", start, end)), give);
    await give();
    if (isOver) break;
  }
  return { first, end: index, unreadable };
}
