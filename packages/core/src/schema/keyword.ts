import type { Code } from "../code.ts";
import { isRecord, type JsonObject, type Value } from "../value.ts";
import type { Check } from "./check.ts";
import type { Dialect } from "./dialect.ts";

/** A schema: a record of keywords, or whether everything fits. */
export type Schema = JsonObject | boolean;

/** Of which values a keyword says something. */
export type Sort = "number" | "string" | "array" | "object";

/** A format, as ajv-formats has it. */
export interface Format {
  /** Of numbers where it says so, else of texts. */
  readonly of: "number" | "string";
  readonly validate: (value: never) => boolean;
  /** Which of two texts comes first, where the format has an order. */
  readonly compare?: (a: string, b: string) => number | undefined;
}

export type Formats = ReadonlyMap<string, Format>;

/** What a keyword can ask of the schema that it stands in. */
export interface Around {
  readonly schema: JsonObject;
  readonly dialect: Dialect;
  /** Where relative paths hang. */
  readonly root: string | undefined;
  readonly formats: Formats;
  /** The check of a schema that stands below. */
  readonly below: (schema: Schema) => Check;
  /** The check of what a reference leads to, in the document or by the place that asks. Throws where it leads nowhere. */
  readonly follow: (reference: string, how: "static" | "dynamic" | "recursive") => Check;
}

/** What the code of a keyword can ask of the schema that it stands in. */
export interface Writing extends Pick<Around, "schema" | "dialect" | "root" | "formats"> {
  /** Code of whether a value fits a schema that stands below; undefined where there is no code for it. */
  readonly below: (schema: Schema, value: Code) => Code | undefined;
  /** The same of what a reference leads to. */
  readonly follow: (reference: string, value: Code) => Code | undefined;
  /** A name for a value that is made once. */
  readonly constant: (made: Code) => Code;
  /** A name for a function of a value, given its parameter and its body. */
  readonly function: (body: (value: Code) => Code) => Code;
}

/** One keyword of JSON Schema. In a dialect that has not got it, it says nothing. */
export interface Keyword {
  readonly name: string;
  /** All values where undefined. */
  readonly of?: readonly Sort[];
  readonly since?: Dialect;
  readonly until?: Dialect;
  /** What it must be in a schema, in words, and whether it is. */
  readonly must: string;
  readonly accepts: (value: Value, dialect: Dialect) => boolean;
  /** The schemas that stand in it. */
  readonly parts?: (value: Value) => readonly Schema[];
  /** Undefined where it is read by another keyword, or only says something about the schema. */
  readonly check?: (value: Value, around: Around) => Check | undefined;
  /**
   * JavaScript for the same, of a value that is of its sort and that may be named several times; undefined where there is none. A keyword with a check and
   * without code leaves the whole schema to checks.
   */
  readonly emit?: (given: Value, value: Code, writing: Writing) => Code | undefined;
}

export function isSchema(value: Value): value is Schema {
  return typeof value === "boolean" || isRecord(value);
}

/** What keywords must be, that are made of schemas. */
export const aSchema: Pick<Keyword, "must" | "accepts" | "parts"> = {
  must: "a schema",
  accepts: isSchema,
  parts: (value) => [value as Schema],
};

export const schemas: Pick<Keyword, "must" | "accepts" | "parts"> = {
  must: "a list of schemas, at least one",
  accepts: (value) => Array.isArray(value) && value.length > 0 && value.every(isSchema),
  parts: (value) => value as readonly Schema[],
};

export const schemasByName: Pick<Keyword, "must" | "accepts" | "parts"> = {
  must: "a record of schemas",
  accepts: (value) => isRecord(value) && Object.values(value).every(isSchema),
  parts: (value) => Object.values(value as Readonly<Record<string, Schema>>),
};

export const aCount: Pick<Keyword, "must" | "accepts"> = {
  must: "a whole number, 0 or more",
  accepts: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
};

export const names: Pick<Keyword, "must" | "accepts"> = {
  must: "a list of different texts",
  accepts: isNames,
};

export function isNames(value: Value): value is readonly string[] {
  return (
    Array.isArray(value) && value.every((each) => typeof each === "string") && new Set(value).size === value.length
  );
}

export const aText: Pick<Keyword, "must" | "accepts"> = {
  must: "a text",
  accepts: (value) => typeof value === "string",
};

export const trueOrFalse: Pick<Keyword, "must" | "accepts"> = {
  must: "true or false",
  accepts: (value) => typeof value === "boolean",
};
