import type { CatalogueRow } from "./row.ts";

/** P01xx, what the parser reports. */
export const syntax: readonly CatalogueRow[] = [];
