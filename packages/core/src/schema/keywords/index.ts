import type { Dialect } from "../dialect.ts";
import type { Keyword } from "../keyword.ts";
import { typeKeyword } from "../types.ts";
import { combining } from "./combining.ts";
import { listLimits, numberLimits, recordLimits, textLimits } from "./limits.ts";
import { lists } from "./lists.ts";
import { records } from "./records.ts";
import { references } from "./references.ts";
import { texts } from "./texts.ts";
import { values } from "./values.ts";

/** Every keyword that says something about values, in the order in which violations are told (ajv's). */
export const keywords: readonly Keyword[] = Object.freeze([
  typeKeyword,
  ...numberLimits,
  ...textLimits,
  ...texts,
  ...references,
  ...values,
  ...combining,
  ...listLimits,
  ...lists,
  ...recordLimits,
  ...records,
]);

/** Their names. */
export const keywordNames: readonly string[] = Object.freeze(keywords.map(({ name }) => name));

const byDialect = new Map<Dialect, ReadonlyMap<string, Keyword>>();

/** The keywords of a dialect, by name. */
export function keywordsOf(dialect: Dialect): ReadonlyMap<string, Keyword> {
  const known = byDialect.get(dialect);
  if (known !== undefined) return known;
  const of = keywords.filter(({ since = 7, until = 2020 }) => since <= dialect && dialect <= until);
  const made = new Map(of.map((keyword) => [keyword.name, keyword]));
  byDialect.set(dialect, made);
  return made;
}
