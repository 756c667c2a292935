import { catalogueRow } from "./catalogue/index.ts";
import type { Span } from "./span.ts";

export type Severity = "error" | "warning" | "info";

/** A second place that the message speaks of, with what it says there. */
export interface Label {
  readonly span: Span;
  readonly text: string;
}

/** An edit that mends the mistake: replace the text of `span` by `replacement`. */
export interface Fix {
  readonly title: string;
  readonly span: Span;
  readonly replacement: string;
}

/**
 * One finding, as data. `message` is one sentence in the reader's terms; `label` is what stands under the primary span's
 * underline; `notes` say why it matters and what happens meanwhile; `help` says what to do.
 */
export interface Diagnostic {
  readonly code: string;
  readonly severity: Severity;
  readonly span: Span;
  readonly message: string;
  readonly label: string;
  readonly labels: readonly Label[];
  readonly notes: readonly string[];
  readonly help: readonly string[];
  readonly fix?: Fix;
  /** What no excerpt shows, of this finding or of any beside it. */
  readonly hidden?: readonly Span[];
}

/** A diagnostic that can still be added to; each method gives a new one. */
export class DiagnosticBuilder implements Diagnostic {
  readonly code: string;
  readonly severity: Severity;
  readonly span: Span;
  readonly message: string;
  readonly label: string;
  readonly labels: readonly Label[];
  readonly notes: readonly string[];
  readonly help: readonly string[];
  declare readonly fix?: Fix;
  declare readonly hidden?: readonly Span[];

  constructor(parts: Diagnostic) {
    this.code = parts.code;
    this.severity = parts.severity;
    this.span = parts.span;
    this.message = parts.message;
    this.label = parts.label;
    this.labels = parts.labels;
    this.notes = parts.notes;
    this.help = parts.help;
    if (parts.fix !== undefined) this.fix = parts.fix;
    if (parts.hidden !== undefined) this.hidden = parts.hidden;
  }

  /** Text under the primary underline. */
  withLabel(text: string): DiagnosticBuilder {
    return new DiagnosticBuilder({ ...this, label: text });
  }

  /** A further place. */
  at(span: Span, text: string): DiagnosticBuilder {
    return new DiagnosticBuilder({ ...this, labels: [...this.labels, { span, text }] });
  }

  /** Why it matters, or what happens meanwhile. */
  withNote(text: string): DiagnosticBuilder {
    return new DiagnosticBuilder({ ...this, notes: [...this.notes, text] });
  }

  /** What to do. */
  withHelp(text: string): DiagnosticBuilder {
    return new DiagnosticBuilder({ ...this, help: [...this.help, text] });
  }

  /** Places whose text is not to be shown again. */
  withHidden(hidden: readonly Span[]): DiagnosticBuilder {
    return new DiagnosticBuilder({ ...this, hidden });
  }

  /** The edit that mends it; its title is shown as help. */
  withFix(fix: Fix): DiagnosticBuilder {
    return new DiagnosticBuilder({ ...this, fix });
  }
}

/** Starts a diagnostic; the catalogue row of `code` gives its severity. Throws on a code that the catalogue lacks. */
export function diagnostic(code: string, span: Span, message: string): DiagnosticBuilder {
  const { severity } = catalogueRow(code);
  return new DiagnosticBuilder({ code, severity, span, message, label: "", labels: [], notes: [], help: [] });
}

/** Whether any of them is an error: a policy with an error builds no artifact. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((each) => each.severity === "error");
}
