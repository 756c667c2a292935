import type { CatalogueRow } from "./row.ts";

/** P02xx, what the resolver reports. */
export const names: readonly CatalogueRow[] = [];
