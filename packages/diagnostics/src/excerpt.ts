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
/** Of a longer line only a part around the first mark is looked at at all; in UTF-16 units, and far more than can be shown. */
const longest = 2_000;

/**
 * Shows a line and where marks lie in it: tabs become spaces, unprintable characters escapes, and a line wider than 120
 * columns is clipped around its first mark. An empty mark, or one past the end, is one column wide.
 */
export function excerpt(line: string, marks: readonly Mark[]): Excerpt {
  const anchor = marks[0]?.start ?? 0;
  if (line.length <= longest) return clipped(line, marks, false, false);
  const from = Math.max(0, anchor - longest / 2);
  const to = from + longest;
  const near = marks.map(({ start, end }) => ({ start: Math.max(0, start - from), end: Math.max(0, end - from) }));
  return clipped(line.slice(from, to), near, from > 0, to < line.length);
}

/** `hasMoreBefore`, `hasMoreBehind`: the line goes on at that side. */
function clipped(line: string, marks: readonly Mark[], hasMoreBefore: boolean, hasMoreBehind: boolean): Excerpt {
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
  const head = first > 0 || hasMoreBefore ? "…" : "";
  const tail = last < end || hasMoreBehind ? "…" : "";
  return {
    text: `${head}${text}${tail}`,
    marks: wanted.map(({ from, to }) => {
      const left = Math.max(first, Math.min(from, last));
      const right = Math.max(left + 1, Math.min(to, last));
      return { column: left - first + head.length, width: right - left };
    }),
  };
}
