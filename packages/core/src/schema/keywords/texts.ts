import { js } from "../../code.ts";
import type { Value } from "../../value.ts";
import type { Check } from "../check.ts";
import { type Around, aText, type Format, type Keyword } from "../keyword.ts";
import { type PathDemand, pathTest } from "../path-demand.ts";
import { schemaPattern } from "../schema-pattern.ts";

const pattern: Keyword = {
  name: "pattern",
  of: ["string"],
  ...aText,
  check(given) {
    const source = given as string;
    const { matches } = schemaPattern(source);
    return (value, told) => matches(value as string) || (told?.tell("pattern", { pattern: source }) ?? false);
  },
  emit: (source, value, { constant }) => js`${constant(js`schemaPattern(${source as string}).matches`)}(${value})`,
};

/** Asserted, as long as the format is known: stricter than the drafts, which have it annotate by default. */
const format: Keyword = {
  name: "format",
  of: ["number", "string"],
  ...aText,
  check(given, { formats }) {
    const known = formats.get(given as string);
    if (known === undefined) return undefined;
    const isFit = known.validate as (value: Value) => boolean;
    return (value, told) =>
      typeof value !== known.of || isFit(value) || (told?.tell("format", { format: given }) ?? false);
  },
  emit(given, value, { formats, constant }) {
    const known = formats.get(given as string);
    if (known === undefined) return js`true`;
    return js`(typeof ${value} !== ${known.of} || ${constant(js`formats.get(${given as string}).validate`)}(${value}))`;
  },
};

function formatLimit(
  name: "formatMaximum" | "formatMinimum" | "formatExclusiveMaximum" | "formatExclusiveMinimum",
  keeps: (order: number) => boolean,
): Keyword {
  const check = (limit: Value, { schema, formats }: Around): Check | undefined => {
    const known = formats.get(schema["format"] as string);
    if (known === undefined) return undefined;
    const compare = orderOf(known, name, schema["format"]);
    const isFit = known.validate as (value: Value) => boolean;
    return (value, told) => {
      // What is not of the format is for `format` to say.
      if (!isFit(value)) return true;
      const order = compare(value as string, limit as string);
      return (order !== undefined && keeps(order)) || (told?.tell(name, { limit }) ?? false);
    };
  };
  return { name, of: ["string"], ...aText, check };
}

function orderOf({ compare }: Format, name: string, format: Value | undefined): NonNullable<Format["compare"]> {
  if (compare === undefined)
    throw new Error(`\`${name}\` stands beside the format ${JSON.stringify(format)}, which has no order`);
  return compare;
}

/** The one keyword that `check` adds to JSON Schema: a readable path, `under` some directory, `like` some glob. */
const path: Keyword = {
  name: "x-mcpolicy-path",
  of: ["string"],
  must: "a record or true or false",
  accepts: (value) =>
    typeof value === "boolean" || (typeof value === "object" && value !== null && !Array.isArray(value)),
  check(demand, { root }) {
    const test = pathTest(demand as PathDemand | boolean, root);
    return (value, told) => {
      const expected = test(value as string);
      return expected === undefined || (told?.tell("x-mcpolicy-path", { expected }) ?? false);
    };
  },
  emit: (demand, value, { root, constant }) =>
    js`${constant(js`pathTest(${{ json: demand }}, ${root === undefined ? js`undefined` : root})`)}(${value}) === undefined`,
};

export const formats: readonly Keyword[] = [
  format,
  formatLimit("formatMaximum", (order) => order <= 0),
  formatLimit("formatMinimum", (order) => order >= 0),
  formatLimit("formatExclusiveMaximum", (order) => order < 0),
  formatLimit("formatExclusiveMinimum", (order) => order > 0),
];

export const texts: readonly Keyword[] = [pattern, ...formats, path];
