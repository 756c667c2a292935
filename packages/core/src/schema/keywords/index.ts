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
