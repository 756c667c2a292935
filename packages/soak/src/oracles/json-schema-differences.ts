/** Why the validator's answers differ from the JSON Schema Test Suite's. */
export interface SchemaDifference {
  readonly draft: "draft7" | "draft2020-12";
  /** The suite's file, which is named after the keyword. */
  readonly file: string;
  readonly count: number;
  readonly reason: string;
}

const proto =
  "ajv 8.20 leaves out a property that is declared as `__proto__`; the intake refuses every record with such a key";
const dynamic =
  "ajv 8.20 follows `$dynamicRef` within one document only; a schema that asks for more is refused or read as `$ref`";

/** What is left over, file by file: ours on purpose where it says so, else known of ajv 8.20. */
// biome-ignore format: table
export const schemaDifferences: readonly SchemaDifference[] = [
  { draft: "draft7",       file: "properties.json",            count: 1,  reason: proto },
  { draft: "draft7",       file: "ref.json",                   count: 3,  reason: "ajv 8.20 heeds keywords beside `$ref`, `$id` among them, as later drafts do; draft-07 has them ignored" },
  { draft: "draft2020-12", file: "dynamicRef.json",            count: 25, reason: dynamic },
  { draft: "draft2020-12", file: "enum.json",                  count: 6,  reason: "an empty `enum` is refused: stricter" },
  { draft: "draft2020-12", file: "format.json",                count: 15, reason: "on purpose: `format` is asserted, where the draft has it annotate by default: stricter" },
  { draft: "draft2020-12", file: "pattern.json",               count: 1,  reason: "on purpose: a `pattern` that the linear engine cannot say (`\\p{…}`) is left to the server, and loading warns of it" },
  { draft: "draft2020-12", file: "properties.json",            count: 1,  reason: proto },
  { draft: "draft2020-12", file: "ref.json",                   count: 8,  reason: "ajv 8.20 loses its way among relative references below nested `$id`s; such a call is refused" },
  { draft: "draft2020-12", file: "unevaluatedItems.json",      count: 12, reason: "ajv 8.20 does not see what `contains`, nested `items`, `if` alone and `$dynamicRef` have evaluated" },
  { draft: "draft2020-12", file: "unevaluatedProperties.json", count: 5,  reason: "ajv 8.20 does not see what `if` alone and `$dynamicRef` have evaluated" },
  { draft: "draft2020-12", file: "vocabulary.json",            count: 5,  reason: "on purpose: a schema of another dialect than those of the drafts is refused" },
];
