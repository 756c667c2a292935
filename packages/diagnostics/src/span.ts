/** Half-open range of UTF-16 offsets in the source called `file`. Plain data: it can be compared, serialised and kept. */
export interface Span {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** The smallest span that holds both; both must lie in the same file. */
export function joinSpans(a: Span, b: Span): Span {
  return { file: a.file, start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) };
}
