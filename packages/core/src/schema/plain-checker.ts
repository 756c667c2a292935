import type { JsonObject } from "../value.ts";
import type { Check } from "./check.ts";
import type { Dialect } from "./dialect.ts";
import type { Formats, Schema } from "./keyword.ts";
import { keywordsOf } from "./keywords/index.ts";
import { checkerBy, constantCheck, nodeCheck } from "./node-check.ts";
import type { SchemaChecker } from "./schema-checker.ts";

/**
 * As `schemaChecker`, of a schema that was found to be one before, and that neither refers to anything nor has a name: a fraction of the code. Throws
 * on a reference.
 */
export function plainChecker(
  main: JsonObject,
  dialect: Dialect,
  root: string | undefined,
  formats: Formats,
): SchemaChecker {
  const known = [...keywordsOf(dialect).values()];
  const below = (schema: Schema): Check =>
    typeof schema === "boolean" ? constantCheck(schema) : nodeCheck(schema, known, around(schema));
  const around = (schema: JsonObject) => ({
    schema,
    dialect,
    root,
    formats,
    below,
    follow(reference: string): Check {
      throw new Error(`the reference ${JSON.stringify(reference)} leads nowhere`);
    },
  });
  return checkerBy(below(main));
}
