import type { Value } from "../value.ts";

/** A dialect of JSON Schema, by its draft: draft-07 (and 06), 2019-09, 2020-12. */
export type Dialect = 7 | 2019 | 2020;

// biome-ignore format: table
const dialects: readonly { readonly names: RegExp; readonly dialect: Dialect }[] = [
  { names: /^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/, dialect: 2020 },
  { names: /^https?:\/\/json-schema\.org\/draft\/2019-09\/schema#?$/, dialect: 2019 },
  { names: /^https?:\/\/json-schema\.org\/draft-0[67]\/schema#?$/,    dialect: 7 },
];

/** The dialect that `$schema` names; without one a schema is 2020-12 (MCP 2025-11-25, "JSON Schema usage"). Undefined of any other. */
export function dialectOf(named: Value | undefined): Dialect | undefined {
  if (named === undefined || named === "") return 2020;
  return typeof named === "string" ? dialects.find(({ names }) => names.test(named))?.dialect : undefined;
}
