/** A line without its line feed, or `undefined` for one that grew beyond the bound and was thrown away. */
export type Line = Uint8Array | undefined;

/**
 * Cuts a stream of bytes at line feeds (MCP stdio framing), holding at most `bytes` of an unfinished line. `push` gives the lines that a
 * chunk completed; `rest` gives what no line feed ended. Blank lines are left out.
 */
export class Lines {
  readonly #bytes: number;
  #held: Uint8Array[] = [];
  #size = 0;
  #over = false;

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  push(chunk: Uint8Array): readonly Line[] {
    const lines: Line[] = [];
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      this.#hold(chunk.subarray(from, end));
      lines.push(...this.rest());
      from = end + 1;
    }
    this.#hold(chunk.subarray(from));
    return lines;
  }

  rest(): readonly Line[] {
    const line = this.#over ? undefined : join(this.#held, this.#size);
    this.#held = [];
    this.#size = 0;
    this.#over = false;
    return line !== undefined && isBlank(line) ? [] : [line];
  }

  #hold(part: Uint8Array): void {
    this.#size += part.length;
    if (this.#size > this.#bytes) {
      this.#over = true;
      this.#held = [];
    } else if (part.length > 0) {
      // A copy: the stream may use its buffer again.
      this.#held.push(part.slice());
    }
  }
}

const LINE_FEED = 0x0a;

function join(parts: readonly Uint8Array[], size: number): Uint8Array {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const line = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    line.set(part, at);
    at += part.length;
  }
  return line;
}

function isBlank(line: Uint8Array): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}
