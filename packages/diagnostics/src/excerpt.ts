import { columnsOf, printable } from "./printable.ts";

/** One line of source as it is shown: its text, and per mark the columns it covers. */
export interface Excerpt {
  readonly text: string;
  readonly marks: readonly { readonly column: number; readonly width: number }[];
}

/** A half-open range of UTF-16 offsets within the line. */
export interface Mark {
  readonly start: number;
  readonly end: number;
}

const tabStop = 4;
const widest = 120;
const before = 30;

/**
 * Shows a line and where marks lie in it: tabs become spaces, unprintable characters escapes, and a line wider than 120
 * columns is clipped around its first mark. An empty mark, or one past the end, is one column wide.
 */
export function excerpt(line: string, marks: readonly Mark[]): Excerpt {
  const columnAt: number[] = [];
  const cells: { readonly text: string; readonly column: number; readonly width: number }[] = [];
  let column = 0;
  for (const char of line) {
    const text = char === "\t" ? " ".repeat(tabStop - (column % tabStop)) : printable(char);
    const width = columnsOf(text);
    for (let unit = 0; unit < char.length; unit += 1) columnAt.push(column);
    cells.push({ text, column, width });
    column += width;
  }
  const end = column;
  const columnOf = (offset: number): number => columnAt[offset] ?? end;

  const wanted = marks.map((mark) => {
    const from = columnOf(mark.start);
    return { from, to: Math.max(from + 1, columnOf(mark.end)) };
  });
  const anchor = wanted[0]?.from ?? 0;
  const first = end + 1 <= widest ? 0 : Math.max(0, Math.min(anchor - before, end + 1 - widest));
  const last = first + widest;

  let text = "";
  let shown = first;
  for (const cell of cells) {
    if (cell.column < first || cell.column + cell.width > last) continue;
    text += " ".repeat(cell.column - shown) + cell.text;
    shown = cell.column + cell.width;
  }
  const head = first > 0 ? "…" : "";
  const tail = last < end ? "…" : "";
  return {
    text: `${head}${text}${tail}`,
    marks: wanted.map(({ from, to }) => {
      const left = Math.max(first, Math.min(from, last));
      const right = Math.max(left + 1, Math.min(to, last));
      return { column: left - first + head.length, width: right - left };
    }),
  };
}
