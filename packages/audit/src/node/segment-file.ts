import { messageOf } from "@mcpolicy/core";
import type { Disk, EndOfFile } from "./disk.ts";
import type { Segment } from "./layout.ts";

/** Lines were not written. `isUndone`: the file is as it was before, and may be written to again. */
export class NotWritten extends Error {
  override readonly name = "NotWritten";
  readonly isUndone: boolean;

  constructor(why: string, isUndone: boolean, options?: ErrorOptions) {
    super(why, options);
    this.isUndone = isUndone;
  }
}

/** The file of records that grows. It knows how long it is, so that nobody else writes to it unnoticed. */
export class SegmentFile {
  readonly segment: Segment;
  readonly #file: EndOfFile;
  #bytes: number;

  private constructor(segment: Segment, file: EndOfFile, bytes: number) {
    this.segment = segment;
    this.#file = file;
    this.#bytes = bytes;
  }

  static async open(disk: Disk, segment: Segment, bytes: number): Promise<SegmentFile> {
    return new SegmentFile(segment, await disk.openEnd(segment.path), bytes);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Adds pages of lines, all of them or none. Rejects with `NotWritten`. */
  async write(pages: readonly Uint8Array[]): Promise<void> {
    try {
      const size = await this.#file.size();
      if (size !== this.#bytes) {
        const why = `somebody else wrote to ${this.segment.path}: it has ${size} bytes, not ${this.#bytes}`;
        throw new NotWritten(why, false);
      }
      for (const lines of pages) await this.#file.add(lines);
    } catch (problem) {
      throw problem instanceof NotWritten ? problem : await this.#undo(problem);
    }
    this.#bytes += pages.reduce((sum, { length }) => sum + length, 0);
  }

  sync(): Promise<void> {
    return this.#file.sync();
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async #undo(cause: unknown): Promise<NotWritten> {
    try {
      await this.#file.cut(this.#bytes);
      return new NotWritten(messageOf(cause), true, { cause });
    } catch (second) {
      return new NotWritten(`${messageOf(cause)}, and what was half written stays: ${messageOf(second)}`, false, {
        cause,
      });
    }
  }
}
