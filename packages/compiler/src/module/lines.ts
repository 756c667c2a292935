import type { SourceMapSegment } from "@jridgewell/sourcemap-codec";
import type { Place } from "@mcpolicy/core";
import { compactLine } from "./compact.ts";

/** Text with the places of a policy that its lines stand for, by the number of the line. */
export interface PlacedLines {
  readonly lines: readonly string[];
  readonly places: ReadonlyMap<number, Place>;
}

/**
 * The lines of generated code, compact, and without those that only say which rule the next line is of (`markOf`). `placeOf` gives the place of a
 * rule by what such a line says.
 */
export function placedLines(code: string, placeOf: (sort: string, id: string) => Place | undefined): PlacedLines {
  const lines: string[] = [];
  const places = new Map<number, Place>();
  let next: Place | undefined;
  for (const line of code.split("\n")) {
    const mark = /^\s*\/\/ ([a-z]+) (".*")$/.exec(line);
    if (mark !== null) {
      next = placeOf(mark[1] as string, JSON.parse(mark[2] as string));
      continue;
    }
    const compact = compactLine(line);
    if (compact === "") continue;
    if (next !== undefined) places.set(lines.length, next);
    next = undefined;
    lines.push(compact);
  }
  return { lines, places };
}

/** The lines of several texts, one after the other. */
export function oneAfterTheOther(texts: readonly PlacedLines[]): PlacedLines {
  const lines: string[] = [];
  const places = new Map<number, Place>();
  for (const text of texts) {
    for (const [line, place] of text.places) places.set(lines.length + line, place);
    for (const line of text.lines) lines.push(line);
  }
  return { lines, places };
}

/** The mappings of a source map (ECMA-426): from the start of a line to a place in the source of a number. */
export function mappingsOf({ lines, places }: PlacedLines, sources: readonly string[]): SourceMapSegment[][] {
  return lines.map((_, line) => {
    const place = places.get(line);
    return place === undefined ? [] : [[0, sources.indexOf(place.file), place.line - 1, place.column - 1]];
  });
}
