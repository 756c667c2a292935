import { aText, type Keyword, schemasByName, trueOrFalse } from "../keyword.ts";

/** What leads elsewhere, and what is led to. Keywords beside a reference count, as in all dialects but draft-07. */
export const references: readonly Keyword[] = [
  {
    name: "$dynamicRef",
    since: 2019,
    ...aText,
    check: (reference, { follow }) => follow(reference as string, "dynamic"),
  },
  {
    name: "$recursiveRef",
    since: 2019,
    ...aText,
    check: (reference, { follow }) => follow(reference as string, "recursive"),
  },
  {
    name: "$ref",
    ...aText,
    check: (reference, { follow }) => follow(reference as string, "static"),
    emit: (reference, value, { follow }) => follow(reference as string, value),
  },
  { name: "$id", ...aText },
  { name: "$anchor", since: 2019, ...aText },
  { name: "$dynamicAnchor", since: 2019, ...aText },
  { name: "$recursiveAnchor", since: 2019, ...trueOrFalse },
  { name: "$defs", ...schemasByName },
  { name: "definitions", ...schemasByName },
  // Draft-04's spelling of `$id`: to pass over it in silence would lead references astray.
  { name: "id", must: "`$id`", accepts: () => false },
];
