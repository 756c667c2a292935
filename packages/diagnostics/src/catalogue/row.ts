import type { Severity } from "../diagnostic.ts";

/** One code. Codes are never reused; `page` is the text of `policy explain CODE`, in Markdown without a heading. */
export interface CatalogueRow {
  readonly code: string;
  readonly title: string;
  readonly severity: Severity;
  readonly page: string;
}
