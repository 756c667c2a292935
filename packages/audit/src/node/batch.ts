import { HASH_SIZE } from "../hasher.ts";
import { LONGEST_LINE } from "./lines.ts";
import { LogError } from "./log-error.ts";
import { putLeafHash } from "./node-hasher.ts";

const LINE_FEED = 10;
/** Bytes of a page, unless one line needs more. */
const PAGE = 1024 * 1024;
/** Pages that are kept to be filled again: memory that is touched for the first time costs more than what is done in it. */
const MOST_SPARE = 8;

/** Lines on their way to the disk, in order, on pages. */
export class Batch {
  /** When the first line came, by a clock that never goes back; undefined while there is none. */
  since: number | undefined;
  readonly pages: Page[] = [];
  /** Of all lines together, with their line feeds. */
  bytes = 0;
  readonly #spare: Page[];

  /** `spare`: pages that were written, which the batches of a log fill again. */
  constructor(spare: Page[]) {
    this.#spare = spare;
  }

  /** Adds a line, without its line feed. Throws a `LogError` where it is too long. */
  add(line: string, now: number): void {
    const last = this.pages.at(-1);
    const page = last?.hasRoomFor(line) ? last : this.#nextPage(line);
    this.bytes += page.add(line);
    this.since ??= now;
  }

  /** Hands its pages on, once they are written. */
  release(): void {
    for (const page of this.pages.splice(0)) {
      if (page.capacity > PAGE || this.#spare.length === MOST_SPARE) continue;
      page.clear();
      this.#spare.push(page);
    }
  }

  /** How many lines. */
  get size(): number {
    return this.pages.reduce((sum, { size }) => sum + size, 0);
  }

  #nextPage(line: string): Page {
    const length = Buffer.byteLength(line);
    if (length > LONGEST_LINE) {
      throw new LogError(
        "record",
        `the record takes ${length} bytes, more than the ${LONGEST_LINE} that a line may have: it is not kept`,
      );
    }
    const room = roomFor(line);
    const page = (room <= PAGE ? this.#spare.pop() : undefined) ?? new Page(Math.max(PAGE, room));
    this.pages.push(page);
    return page;
  }
}

/** Lines, one behind the other, with their leaf hashes. */
export class Page {
  /** The first byte is spare, so that each line has one before it. */
  readonly #buffer: Buffer;
  #end = 1;
  #hashes: Buffer = Buffer.allocUnsafe((PAGE / 1024) * HASH_SIZE);
  #size = 0;

  constructor(capacity: number) {
    this.#buffer = Buffer.allocUnsafe(capacity);
  }

  get capacity(): number {
    return this.#buffer.length;
  }

  hasRoomFor(line: string): boolean {
    return this.#end - 1 + roomFor(line) <= this.#buffer.length;
  }

  /** Adds a line for which there is room. Gives back the bytes that it takes. */
  add(line: string): number {
    const start = this.#end;
    const end = start + this.#buffer.write(line, start, "utf8");
    this.#buffer[end] = LINE_FEED;
    this.#end = end + 1;
    const at = this.#size * HASH_SIZE;
    if (at === this.#hashes.length) this.#hashes = Buffer.concat([this.#hashes], 2 * at);
    putLeafHash(this.#buffer, start, end, this.#hashes, at);
    this.#size += 1;
    return this.#end - start;
  }

  clear(): void {
    this.#end = 1;
    this.#size = 0;
  }

  get size(): number {
    return this.#size;
  }

  /** The lines, to be written. Good until the page is cleared. */
  get lines(): Uint8Array {
    return this.#buffer.subarray(1, this.#end);
  }

  /** Their leaf hashes, in a row. Good until the page is cleared. */
  get hashes(): Uint8Array {
    return this.#hashes.subarray(0, this.#size * HASH_SIZE);
  }
}

/** Bytes of a page for a line alone: UTF-8 takes at most three for a unit of UTF-16, and there is a byte before and one behind. */
function roomFor(line: string): number {
  return 1 + 3 * line.length + 1;
}
