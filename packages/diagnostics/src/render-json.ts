import type { Diagnostic, Severity } from "./diagnostic.ts";
import type { Position, Source } from "./source.ts";
import type { Span } from "./span.ts";

/** A place as tools want it. Lines and columns are one-based, columns count code points; null where the file is not at hand. */
export interface PlaceJson {
  readonly file: string;
  readonly startOffset: number;
  readonly endOffset: number;
  readonly start: Position | null;
  readonly end: Position | null;
}

/** A diagnostic with its places resolved. Keys are only ever added. */
export interface DiagnosticJson {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly place: PlaceJson;
  readonly label: string;
  readonly labels: readonly { readonly place: PlaceJson; readonly text: string }[];
  readonly notes: readonly string[];
  readonly help: readonly string[];
  readonly fix: { readonly title: string; readonly place: PlaceJson; readonly replacement: string } | null;
}

/** The diagnostic as plain data with lines and columns. */
export function diagnosticJson(diagnostic: Diagnostic, sources: ReadonlyMap<string, Source>): DiagnosticJson {
  const { code, severity, message, span, label, labels, notes, help, fix } = diagnostic;
  const place = (at: Span): PlaceJson => placeJson(at, sources);
  return {
    code,
    severity,
    message,
    place: place(span),
    label,
    labels: labels.map((each) => ({ place: place(each.span), text: each.text })),
    notes,
    help,
    fix: fix === undefined ? null : { title: fix.title, place: place(fix.span), replacement: fix.replacement },
  };
}

/** A JSON document, `{ "diagnostics": [ … ] }`, indented, that ends in a newline. */
export function renderJson(diagnostics: readonly Diagnostic[], sources: ReadonlyMap<string, Source>): string {
  return `${JSON.stringify({ diagnostics: diagnostics.map((each) => diagnosticJson(each, sources)) }, null, 2)}\n`;
}

function placeJson({ file, start, end }: Span, sources: ReadonlyMap<string, Source>): PlaceJson {
  const source = sources.get(file);
  return {
    file,
    startOffset: start,
    endOffset: end,
    start: source?.position(start) ?? null,
    end: source?.position(end) ?? null,
  };
}
