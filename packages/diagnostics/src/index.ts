export { catalogue, catalogueRow } from "./catalogue/index.ts";
export type { CatalogueRow } from "./catalogue/row.ts";
export { type Diagnostic, diagnostic, type Fix, hasErrors, type Label, type Severity } from "./diagnostic.ts";
export { type Position, Source } from "./source.ts";
export { joinSpans, type Span } from "./span.ts";
