import type { CatalogueRow } from "./row.ts";

/** P05xx, tool schemas and pins. */
export const schemas: readonly CatalogueRow[] = [];
