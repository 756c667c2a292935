import type { Hash } from "../hasher.ts";
import { LONGEST_LINE } from "./lines.ts";
import { LogError } from "./log-error.ts";
import { leafHashIn } from "./node-hasher.ts";

const LINE_FEED = 10;
const SMALLEST = 64 * 1024;
/** A buffer beyond this is given up once it was written. */
const MOST_KEPT = 4 * 1024 * 1024;

/** Lines on their way to the disk, one buffer after the other, with their leaf hashes. */
export class Batch {
  /** The first byte is spare, so that each line has one before it. */
  #buffer: Buffer = Buffer.allocUnsafe(SMALLEST);
  #end = 1;
  leaves: Hash[] = [];
  /** When the first line came, by a clock that never goes back; undefined while there is none. */
  since: number | undefined;

  /** Adds a line, without its line feed. Throws a `LogError` where it is too long. */
  add(line: string, now: number): void {
    this.#makeRoom(line);
    const start = this.#end;
    const end = start + this.#buffer.write(line, start, "utf8");
    this.#buffer[end] = LINE_FEED;
    this.#end = end + 1;
    this.leaves.push(leafHashIn(this.#buffer, start, end));
    this.since ??= now;
  }

  /** Empties it, to be filled again. */
  clear(): void {
    if (this.#buffer.length > MOST_KEPT) this.#buffer = Buffer.allocUnsafe(SMALLEST);
    this.#end = 1;
    this.leaves = [];
    this.since = undefined;
  }

  get bytes(): number {
    return this.#end - 1;
  }

  /** What is to be written. */
  get lines(): Uint8Array {
    return this.#buffer.subarray(1, this.#end);
  }

  #makeRoom(line: string): void {
    // UTF-8 takes at most three bytes for a unit of UTF-16.
    const needed = this.#end + 3 * line.length + 1;
    if (needed <= this.#buffer.length) return;
    const length = Buffer.byteLength(line);
    if (length > LONGEST_LINE) {
      throw new LogError(
        "record",
        `the record takes ${length} bytes, more than the ${LONGEST_LINE} that a line may have: it is not kept`,
      );
    }
    const larger = Buffer.allocUnsafe(2 * needed);
    this.#buffer.copy(larger, 0, 0, this.#end);
    this.#buffer = larger;
  }
}
