import type { JsonObject } from "../value.ts";
import type { Dialect } from "./dialect.ts";
import { keywordsOf } from "./keywords/index.ts";

/** Throws where a keyword of a schema is not what it must be. */
export function demandWellFormed(schema: JsonObject, dialect: Dialect): void {
  const known = keywordsOf(dialect);
  for (const [name, value] of Object.entries(schema)) {
    const keyword = known.get(name);
    if (keyword !== undefined && !keyword.accepts(value, dialect))
      throw new Error(`\`${name}\` must be ${keyword.must}`);
  }
}
