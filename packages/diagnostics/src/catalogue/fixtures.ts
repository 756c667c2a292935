import type { CatalogueRow } from "./row.ts";

/** P07xx, fixtures and configuration. */
export const fixtures: readonly CatalogueRow[] = [];
