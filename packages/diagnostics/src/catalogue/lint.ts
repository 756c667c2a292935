import type { CatalogueRow } from "./row.ts";

/** P04xx, lint. */
export const lint: readonly CatalogueRow[] = [];
