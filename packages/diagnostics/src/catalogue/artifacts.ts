import type { CatalogueRow } from "./row.ts";

/** P06xx, loading artifacts. */
export const artifacts: readonly CatalogueRow[] = [];
