import { artifacts } from "./artifacts.ts";
import { fixtures } from "./fixtures.ts";
import { lint } from "./lint.ts";
import { names } from "./names.ts";
import type { CatalogueRow } from "./row.ts";
import { schemas } from "./schemas.ts";
import { syntax } from "./syntax.ts";
import { types } from "./types.ts";

/** Every diagnostic code there is. The one list. */
export const catalogue: readonly CatalogueRow[] = Object.freeze(
  [syntax, names, types, lint, schemas, artifacts, fixtures].flat(),
);

const byCode: ReadonlyMap<string, CatalogueRow> = new Map(catalogue.map((row) => [row.code, row]));

/** The row of a code. Throws where there is none: a programmer's mistake, not a user's. */
export function catalogueRow(code: string): CatalogueRow {
  const row = byCode.get(code);
  if (row === undefined) throw new Error(`diagnostic code ${code} is not in the catalogue`);
  return row;
}
