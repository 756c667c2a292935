import type { CatalogueRow } from "./row.ts";

/** P03xx, what the type checker reports. */
export const types: readonly CatalogueRow[] = [];
