import type { Disk } from "./disk.ts";

/** A line as bytes of a buffer, without its line feed, at `start` up to `end`. The byte before `start` is there. Good until the call returns. */
export type OnLine = (buffer: Buffer, start: number, end: number) => void;

/** A line longer than this is none of a log's. */
export const LONGEST_LINE: number = 32 * 1024 * 1024;

const LINE_FEED = 10;

/**
 * Gives each whole line of a file, in order. `afterPart` is waited for now and then, with lines given so far. Gives back how many bytes
 * the whole lines take, and how many stand behind the last line feed.
 */
export async function readLines(
  disk: Disk,
  path: string,
  onLine: OnLine,
  afterPart: () => Promise<void> = async () => {},
): Promise<{ readonly whole: number; readonly torn: number }> {
  let whole = 0;
  // A spare byte stands before what is kept, so that each line has one before it.
  let rest = Buffer.alloc(1);
  for await (const part of disk.parts(path)) {
    const buffer = rest.length === 1 ? withSpareByte(part) : Buffer.concat([rest, part]);
    let start = 1;
    for (let end = buffer.indexOf(LINE_FEED, rest.length); end !== -1; end = buffer.indexOf(LINE_FEED, start)) {
      onLine(buffer, start, end);
      start = end + 1;
    }
    whole += start - 1;
    rest = Buffer.from(buffer.subarray(start - 1));
    if (rest.length > LONGEST_LINE) break;
    await afterPart();
  }
  return { whole, torn: ((await disk.size(path)) ?? 0) - whole };
}

function withSpareByte(part: Buffer): Buffer {
  const buffer = Buffer.allocUnsafe(part.length + 1);
  buffer[0] = 0;
  part.copy(buffer, 1);
  return buffer;
}
