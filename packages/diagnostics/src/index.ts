export { catalogue, catalogueRow } from "./catalogue/index.ts";
export type { CatalogueRow } from "./catalogue/row.ts";
export {
  type Diagnostic,
  type DiagnosticBuilder,
  diagnostic,
  type Fix,
  hasErrors,
  type Label,
  type Severity,
} from "./diagnostic.ts";
export { printable } from "./printable.ts";
export { renderGithub, workflowCommand } from "./render-github.ts";
export { type DiagnosticJson, diagnosticJson, type PlaceJson, renderJson } from "./render-json.ts";
export { renderText } from "./render-text.ts";
export { type Position, Source } from "./source.ts";
export { joinSpans, type Span } from "./span.ts";
export { suggest } from "./suggest.ts";
