/** One-based line and column; the column counts code points, as editors show it. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A named text. Line starts are found on first use, so that a source costs nothing until something points into it. */
export class Source {
  readonly name: string;
  readonly text: string;
  #lineStarts: readonly number[] | undefined;
  #last = { start: 0, at: 0, column: 1 };

  constructor(name: string, text: string) {
    this.name = name;
    this.text = text;
  }

  /** The position of a UTF-16 offset; an offset past the end is the end. */
  position(offset: number): Position {
    const starts = this.#starts();
    const at = Math.max(0, Math.min(offset, this.text.length));
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: this.#column(starts[low]!, at) };
  }

  /** Counts on from the last position that was asked for: those of many mistakes in one long line cost no more than one walk. */
  #column(start: number, at: number): number {
    const from = this.#last.start === start && this.#last.at <= at ? this.#last : { start, at: start, column: 1 };
    let column = from.column;
    for (let unit = from.at; unit < at; unit += 1) {
      const isPair = isHigh(this.text.charCodeAt(unit)) && unit + 1 < at && isLow(this.text.charCodeAt(unit + 1));
      if (isPair) unit += 1;
      column += 1;
    }
    // From the middle of a pair nothing can be counted on.
    if (!isLow(this.text.charCodeAt(at))) this.#last = { start, at, column };
    return column;
  }

  /** The UTF-16 offset at which a one-based line begins. */
  lineStart(line: number): number {
    return this.#starts()[line - 1] ?? this.text.length;
  }

  /** The text of a one-based line, without its line break. */
  line(line: number): string {
    const start = this.lineStart(line);
    const end = this.#starts()[line] ?? this.text.length;
    return this.text.slice(start, end).replace(/\r?\n$|\r$/, "");
  }

  get lineCount(): number {
    return this.#starts().length;
  }

  #starts(): readonly number[] {
    if (this.#lineStarts === undefined) {
      const starts = [0];
      for (let at = this.text.indexOf("\n"); at !== -1; at = this.text.indexOf("\n", at + 1)) starts.push(at + 1);
      this.#lineStarts = starts;
    }
    return this.#lineStarts;
  }
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
