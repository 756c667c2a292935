import type { Diagnostic, Fix, Label, Severity } from "./diagnostic.ts";
import { excerpt } from "./excerpt.ts";
import { printable } from "./printable.ts";
import { Source } from "./source.ts";
import type { Span } from "./span.ts";
import { type Paint, painter } from "./style.ts";

interface Place extends Label {
  readonly primary: boolean;
}

const smallestGutter = 2;
const longestFix = 12;
/** Nobody reads more at once; the other forms give all. */
const mostShown = 200;

/**
 * Diagnostics for people, in the order given (the first 200), and a last line that counts them all. Safe to write to a terminal: text from
 * sources and messages is escaped. A span in a file that `sources` lacks is shown by the file's name alone.
 */
export function renderText(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, Source>,
  { color }: { readonly color: boolean },
): string {
  if (diagnostics.length === 0) return "";
  const paint = painter(color);
  const shown = veiled(sources, diagnostics);
  const blocks = diagnostics.slice(0, mostShown).map((each) => renderOne(each, shown, paint));
  const left = diagnostics.length - blocks.length;
  return `${blocks.join("\n")}\n${left > 0 ? `… and ${left} more that are not shown\n` : ""}${summary(diagnostics)}\n`;
}

/** The sources with a star for each character that is hidden; everything else stays where it is. */
function veiled(sources: ReadonlyMap<string, Source>, diagnostics: readonly Diagnostic[]): ReadonlyMap<string, Source> {
  const byFile = Map.groupBy(
    diagnostics.flatMap(({ hidden = [] }) => hidden),
    ({ file }) => file,
  );
  if (byFile.size === 0) return sources;
  return new Map(
    [...sources].map(([file, source]) => {
      const spans = byFile.get(file) ?? [];
      return [file, spans.length === 0 ? source : new Source(source.name, starred(source.text, spans))];
    }),
  );
}

function starred(text: string, spans: readonly Span[]): string {
  const pieces: string[] = [];
  let rest = 0;
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start)) {
    const from = Math.max(rest, start);
    if (end <= from) continue;
    // A character of two UTF-16 units is replaced by one of two, so that offsets and columns stay.
    const stars = text.slice(from, end).replace(/[^\n]/gu, (char) => (char.length === 1 ? "*" : "\u{1f7b6}"));
    pieces.push(text.slice(rest, from), stars);
    rest = end;
  }
  return [...pieces, text.slice(rest)].join("");
}

function renderOne(diagnostic: Diagnostic, sources: ReadonlyMap<string, Source>, paint: Paint): string {
  const places: readonly Place[] = [
    { span: diagnostic.span, text: diagnostic.label, primary: true },
    ...diagnostic.labels.map((label) => ({ ...label, primary: false })),
  ];
  const gutter = gutterOf(places, diagnostic.fix, sources);
  const heading = `${diagnostic.severity}[${printable(diagnostic.code)}]`;
  const lines = [`${paint(diagnostic.severity, heading)}${paint("message", `: ${printable(diagnostic.message)}`)}`];

  const files = [...new Set(places.map((place) => place.span.file))];
  for (const [index, file] of files.entries()) {
    const corner = index === 0 ? "┌─" : "├─";
    const here = places.filter((place) => place.span.file === file);
    lines.push(...frame(corner, here, sources.get(file), gutter, diagnostic.severity, paint));
  }
  for (const note of diagnostic.notes) lines.push(...remark("note", note, gutter, paint));
  for (const help of diagnostic.help) lines.push(...remark("help", help, gutter, paint));
  if (diagnostic.fix !== undefined) lines.push(...mended(diagnostic.fix, sources, gutter, paint));
  return `${lines.join("\n")}\n`;
}

/** Columns for the largest line number that will be printed. */
function gutterOf(places: readonly Place[], fix: Fix | undefined, sources: ReadonlyMap<string, Source>): number {
  const printed = places.map(({ span }) => sources.get(span.file)?.position(span.start).line ?? 0);
  if (fix !== undefined) {
    const added = Math.min(longestFix, fix.replacement.split("\n").length) - 1;
    printed.push((sources.get(fix.span.file)?.position(fix.span.start).line ?? 0) + added);
  }
  return Math.max(smallestGutter, String(Math.max(...printed)).length);
}

/** The source lines of one file that the places lie on, each underlined. */
function frame(
  corner: string,
  places: readonly Place[],
  source: Source | undefined,
  gutter: number,
  severity: Severity,
  paint: Paint,
): string[] {
  const { span } = places[0]!;
  const blank = " ".repeat(gutter);
  if (source === undefined) return [`${blank}${paint("frame", corner)} ${printable(span.file)}`];

  const { line, column } = source.position(span.start);
  const lines = [`${blank}${paint("frame", corner)} ${printable(span.file)}:${line}:${column}`];
  const byLine = Map.groupBy(places, (place) => source.position(place.span.start).line);
  let previous: number | undefined;
  for (const number of [...byLine.keys()].sort((a, b) => a - b)) {
    if (previous !== undefined && number > previous + 1) lines.push(`${blank}${paint("frame", "·")}`);
    previous = number;
    const here = byLine.get(number)!;
    const start = source.lineStart(number);
    const text = source.line(number);
    const shown = excerpt(
      text,
      here.map((place) => ({
        start: place.span.start - start,
        end: Math.min(place.span.end - start, text.length),
      })),
    );
    lines.push(`${paint("frame", `${String(number).padStart(gutter)}│`)} ${shown.text}`.trimEnd());
    for (const [index, place] of here.entries()) {
      const mark = shown.marks[index]!;
      const underline = (place.primary ? "^" : "-").repeat(mark.width);
      const label = place.text === "" ? "" : ` ${printable(place.text)}`;
      const role = place.primary ? severity : "secondary";
      lines.push(`${blank}${paint("frame", "│")} ${" ".repeat(mark.column)}${paint(role, `${underline}${label}`)}`);
    }
  }
  return lines;
}

/** `= note: …`; further lines of the text stand below it, behind the gutter, so that no text can pose as a heading. */
function remark(kind: string, text: string, gutter: number, paint: Paint): string[] {
  const blank = " ".repeat(gutter);
  const indent = " ".repeat(kind.length + 4);
  return text
    .split("\n")
    .map((line, index) =>
      index === 0
        ? `${blank}${paint("frame", "=")} ${paint("message", `${kind}:`)} ${printable(line)}`
        : `${blank}${indent}${printable(line)}`,
    );
}

/** The fix's title and the lines as they would read with it. */
function mended(fix: Fix, sources: ReadonlyMap<string, Source>, gutter: number, paint: Paint): string[] {
  const lines = remark("fix", fix.title, gutter, paint);
  const source = sources.get(fix.span.file);
  if (source === undefined) return lines;

  const blank = " ".repeat(gutter);
  const first = source.position(fix.span.start).line;
  const last = source.position(fix.span.end).line;
  const start = source.lineStart(first);
  const lastStart = source.lineStart(last);
  const head = source.text.slice(start, fix.span.start);
  const tail = source.line(last).slice(fix.span.end - lastStart);
  const after = new Source(fix.span.file, `${head}${fix.replacement}${tail}`);
  const from = head.length;
  const to = head.length + fix.replacement.length;
  for (let number = 1; number <= Math.min(after.lineCount, longestFix); number += 1) {
    const offset = after.lineStart(number);
    const text = after.line(number);
    const mark = { start: Math.max(0, from - offset), end: Math.min(text.length, to - offset) };
    const shown = excerpt(text, [mark]);
    lines.push(`${paint("frame", `${String(first + number - 1).padStart(gutter)}│`)} ${shown.text}`.trimEnd());
    if (mark.end <= mark.start) continue;
    const { column, width } = shown.marks[0]!;
    lines.push(`${blank}${paint("frame", "│")} ${" ".repeat(column)}${paint("fix", "+".repeat(width))}`);
  }
  if (after.lineCount > longestFix) lines.push(`${blank}${paint("frame", "│")} …`);
  return lines;
}

const counted: readonly (readonly [Severity, string, string])[] = [
  ["error", "error", "errors"],
  ["warning", "warning", "warnings"],
  ["info", "note", "notes"],
];

function summary(diagnostics: readonly Diagnostic[]): string {
  return counted
    .map(([severity, one, many]) => {
      const count = diagnostics.filter((each) => each.severity === severity).length;
      return count === 0 ? "" : `${count} ${count === 1 ? one : many}`;
    })
    .filter((part) => part !== "")
    .join(", ");
}
