/** Text with places where a line may break. */
export type Layout =
  | string
  /** A space, or a line break where the group around it does not fit. */
  | { readonly kind: "line"; readonly flat: " " | "" }
  /** A line break, always: the groups around it are broken. */
  | { readonly kind: "break" }
  | { readonly kind: "indent"; readonly by: number; readonly part: Layout }
  /** All of its lines break, or none does. */
  | { readonly kind: "group"; readonly part: Layout }
  /** Each of its lines breaks only where what follows, up to the next one, does not fit. */
  | { readonly kind: "fill"; readonly parts: readonly Layout[] }
  | readonly Layout[];

/** A space where it fits. */
export const line: Layout = { kind: "line", flat: " " };
/** Nothing where it fits. */
export const softLine: Layout = { kind: "line", flat: "" };
export const hardBreak: Layout = { kind: "break" };

/** A layout two columns (or `by`) further in, from its first line break on. */
export function indent(part: Layout, by = 2): Layout {
  return { kind: "indent", by, part };
}

/** A layout on one line where it fits. */
export function group(part: Layout): Layout {
  return { kind: "group", part };
}

/** Parts in as few lines as they need. */
export function fill(parts: readonly Layout[]): Layout {
  return { kind: "fill", parts };
}

/** Parts with a separator between them. */
export function join(separator: Layout, parts: readonly Layout[]): Layout {
  return parts.flatMap((part, index) => (index === 0 ? [part] : [separator, part]));
}

interface Piece {
  readonly part: Layout;
  readonly indent: number;
  readonly isFlat: boolean;
}

/** Lays a text out in lines of at most `width` columns where its parts allow that (after Wadler, "A prettier printer"). */
export function render(layout: Layout, width: number): string {
  const out: string[] = [];
  let column = 0;
  const waiting: Piece[] = [{ part: layout, indent: 0, isFlat: false }];
  const breakLine = (by: number): void => {
    out.push(`\n${" ".repeat(by)}`);
    column = by;
  };
  while (waiting.length > 0) {
    const { part, indent: by, isFlat } = waiting.pop()!;
    if (typeof part === "string") {
      out.push(part);
      column += part.length;
    } else if (isList(part)) {
      for (let index = part.length - 1; index >= 0; index -= 1)
        waiting.push({ part: part[index]!, indent: by, isFlat });
    } else if (part.kind === "break") breakLine(by);
    else if (part.kind === "line") {
      if (!isFlat) breakLine(by);
      else {
        out.push(part.flat);
        column += part.flat.length;
      }
    } else if (part.kind === "indent") waiting.push({ part: part.part, indent: by + part.by, isFlat });
    else if (part.kind === "group") {
      waiting.push({ part: part.part, indent: by, isFlat: isFlat || fits(part.part, width - column, waiting) });
    } else {
      // A filled part and the line before it go together; the first has none.
      const [first, ...rest] = part.parts;
      if (first === undefined) continue;
      for (const each of rest.toReversed())
        waiting.push({ part: { kind: "group", part: [line, each] }, indent: by, isFlat });
      waiting.push({ part: { kind: "group", part: first }, indent: by, isFlat });
    }
  }
  return out.join("");
}

/** Whether a part fits on the rest of the line, with what follows it up to the next possible line break. */
function fits(part: Layout, room: number, after: readonly Piece[]): boolean {
  let left = room;
  let next = after.length - 1;
  const waiting: Piece[] = [{ part, indent: 0, isFlat: true }];
  while (left >= 0) {
    const piece = waiting.pop() ?? after[next--];
    if (piece === undefined) return true;
    const { part: each, isFlat } = piece;
    if (typeof each === "string") left -= each.length;
    else if (isList(each))
      for (let index = each.length - 1; index >= 0; index -= 1) waiting.push({ ...piece, part: each[index]! });
    else if (each.kind === "break") return !isFlat;
    else if (each.kind === "line") {
      if (!isFlat) return true;
      left -= each.flat.length;
    } else if (each.kind === "fill") {
      const parts = each.parts.flatMap((filled, index) => (index === 0 ? [filled] : [line, filled]));
      waiting.push({ ...piece, part: parts });
    } else waiting.push({ ...piece, part: each.part });
  }
  return false;
}

function isList(layout: Layout): layout is readonly Layout[] {
  return Array.isArray(layout);
}
