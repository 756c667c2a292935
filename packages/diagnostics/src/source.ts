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
    return { line: low + 1, column: [...this.text.slice(starts[low]!, at)].length + 1 };
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
