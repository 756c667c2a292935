/**
 * Cuts a stream of bytes into the JSON texts that stand in it one after the other, as servers stream `application/json` (one message, or one on
 * each line): a record or list is whole as soon as its last bracket is there. Gives `undefined` for a text beyond the bound, and nothing after it.
 */
export class JsonTexts {
  readonly #bytes: number;
  #held: Uint8Array[] = [];
  #size = 0;
  #depth = 0;
  #isString = false;
  #isEscaped = false;
  #isOver = false;

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  push(chunk: Uint8Array): readonly (Uint8Array | undefined)[] {
    const texts: (Uint8Array | undefined)[] = [];
    let from = 0;
    for (let at = 0; at < chunk.length && !this.#isOver; at++) {
      if (!this.#closes(chunk[at] as number)) continue;
      this.#hold(chunk.subarray(from, at + 1));
      texts.push(...this.rest());
      from = at + 1;
    }
    this.#hold(chunk.subarray(from));
    if (this.#isOver && this.#size > 0) {
      texts.push(undefined);
      this.#size = 0;
    }
    return texts;
  }

  /** What no bracket closed: text that is no record or list, or a part of one. */
  rest(): readonly Uint8Array[] {
    const text = Buffer.concat(this.#held);
    this.#held = [];
    this.#size = 0;
    return text.every(isBlank) ? [] : [text];
  }

  #hold(part: Uint8Array): void {
    if (this.#isOver) return;
    this.#size += part.length;
    // A copy: the stream may use its buffer again.
    if (this.#size <= this.#bytes) this.#held.push(part.slice());
    else {
      this.#isOver = true;
      this.#held = [];
    }
  }

  /** Whether a byte ends a text. Bytes of longer characters are never ASCII, so they need no decoding here. */
  #closes(byte: number): boolean {
    if (this.#isString) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === BACKSLASH) this.#isEscaped = true;
      else if (byte === QUOTE) this.#isString = false;
      return false;
    }
    if (byte === QUOTE) this.#isString = true;
    else if (byte === OPEN_RECORD || byte === OPEN_LIST) this.#depth += 1;
    else if (byte === CLOSE_RECORD || byte === CLOSE_LIST) {
      this.#depth -= 1;
      return this.#depth === 0;
    }
    return false;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_RECORD = 0x7b;
const CLOSE_RECORD = 0x7d;

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}
