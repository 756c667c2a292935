import { type Code, js } from "../../code.ts";
import { isRecord, type JsonObject, type Value } from "../../value.ts";
import { type Check, ofPart } from "../check.ts";
import {
  aSchema,
  isNames,
  isSchema,
  type Keyword,
  names,
  type Schema,
  schemasByName,
  type Writing,
} from "../keyword.ts";
import { recordCode } from "../record-code.ts";
import { schemaPattern } from "../schema-pattern.ts";

const required: Keyword = {
  name: "required",
  of: ["object"],
  ...names,
  check(given) {
    const fields = given as readonly string[];
    return (value, told) => {
      let fits = true;
      for (let at = 0; at < fields.length; at++) {
        const field = fields[at] as string;
        if (Object.hasOwn(value as JsonObject, field)) continue;
        if (told === undefined) return false;
        fits = told.tell("required", {}, field);
      }
      return fits;
    };
  },
  emit: (_, value, writing) => together("required", value, writing),
};

const properties: Keyword = {
  name: "properties",
  of: ["object"],
  ...schemasByName,
  check(given, { below }) {
    const parts = Object.entries(given as Readonly<Record<string, Schema>>).map(
      ([field, schema]) => [field, below(schema)] as const,
    );
    return (value, told, seen) => {
      const record = value as JsonObject;
      let fits = true;
      for (let at = 0; at < parts.length; at++) {
        const [field, check] = parts[at] as (typeof parts)[number];
        const part = record[field];
        // Most that are not there are found out without asking whose the name is.
        if (part === undefined || !Object.hasOwn(record, field)) continue;
        seen?.fields.add(field);
        if (ofPart(check, part, field, told)) continue;
        if (told === undefined) return false;
        fits = false;
      }
      return fits;
    };
  },
  emit: (_, value, writing) => together("properties", value, writing),
};

const patternProperties: Keyword = {
  name: "patternProperties",
  of: ["object"],
  ...schemasByName,
  check(given, { below }) {
    const parts = Object.entries(given as Readonly<Record<string, Schema>>).map(([pattern, schema]) => {
      const check = below(schema);
      const { matches } = schemaPattern(pattern);
      return eachField((field) => (matches(field) ? check : undefined));
    });
    return (value, told, seen) => {
      let fits = true;
      for (const part of parts) fits = (fits || told !== undefined) && part(value, told, seen) && fits;
      return fits;
    };
  },
};

const additionalProperties: Keyword = {
  name: "additionalProperties",
  of: ["object"],
  ...aSchema,
  check(given, { schema, below }) {
    const declared = new Set(Object.keys((schema["properties"] ?? {}) as JsonObject));
    const patterns = Object.keys((schema["patternProperties"] ?? {}) as JsonObject).map(schemaPattern);
    const check = given === false ? refused("additionalProperties") : below(given as Schema);
    return eachField((field) =>
      declared.has(field) || patterns.some(({ matches }) => matches(field)) ? undefined : check,
    );
  },
  emit: (_, value, writing) => together("additionalProperties", value, writing),
};

/** The keywords that one function checks together, which the first of them writes. */
const checkedTogether = ["required", "additionalProperties", "properties"] as const;

function together(name: (typeof checkedTogether)[number], value: Code, writing: Writing): Code | undefined {
  const first = checkedTogether.find((each) => Object.hasOwn(writing.schema, each));
  return first === name ? recordCode(value, writing) : js`true`;
}

const unevaluatedProperties: Keyword = {
  name: "unevaluatedProperties",
  of: ["object"],
  since: 2019,
  ...aSchema,
  check(given, { below }) {
    const check = given === false ? refused("unevaluatedProperties") : below(given as Schema);
    return (value, told, seen) =>
      eachField((field) => (seen?.fields.has(field) ? undefined : check))(value, told, seen);
  },
};

const propertyNames: Keyword = {
  name: "propertyNames",
  of: ["object"],
  ...aSchema,
  check(given, { below }) {
    const check = below(given as Schema);
    return (value, told) => {
      let fits = true;
      for (const field of Object.keys(value as JsonObject)) {
        if (check(field, told, undefined)) continue;
        if (told === undefined) return false;
        fits = told.tell("propertyNames");
      }
      return fits;
    };
  },
  emit(given, value, { below, function: write }) {
    const fits = below(given as Schema, js`field`);
    if (fits === undefined) return undefined;
    const loop = write(
      (record) =>
        js`  for (const field of Object.keys(${record})) {\n    if (!${fits}) return false;\n  }\n  return true;`,
    );
    return js`${loop}(${value})`;
  },
};

const dependentRequired: Keyword = {
  name: "dependentRequired",
  of: ["object"],
  since: 2019,
  must: "a record of lists of different texts",
  accepts: (value) => isRecord(value) && Object.values(value).every((each) => isNames(each as Value)),
  check: (given) => whereThere(given as JsonObject, (deps, property) => hasFields(deps as readonly string[], property)),
};

const dependentSchemas: Keyword = {
  name: "dependentSchemas",
  of: ["object"],
  since: 2019,
  ...schemasByName,
  check: (given, { below }) => whereThere(given as JsonObject, (schema) => below(schema as Schema)),
};

/** Both in one word, of draft-07; later drafts still know it. */
const dependencies: Keyword = {
  name: "dependencies",
  of: ["object"],
  must: "a record of schemas and of lists of different texts",
  accepts: (value) =>
    isRecord(value) && Object.values(value).every((each) => isNames(each as Value) || isSchema(each as Value)),
  parts: (value) => Object.values(value as JsonObject).filter((each) => isSchema(each as Value)) as readonly Schema[],
  check(given, { below }) {
    // Lists first, as ajv tells of them.
    const entries = Object.entries(given as JsonObject).toSorted(
      ([, a], [, b]) => Number(Array.isArray(b)) - Number(Array.isArray(a)),
    );
    return whereThere(Object.fromEntries(entries) as JsonObject, (deps, property) =>
      isNames(deps) ? hasFields(deps, property) : below(deps as Schema),
    );
  },
};

/** A check of a record for each of its fields that is there. */
function whereThere(given: JsonObject, checkOf: (asked: Value, field: string) => Check): Check {
  const parts = Object.entries(given).map(([field, asked]) => [field, checkOf(asked as Value, field)] as const);
  return (value, told, seen) => {
    let fits = true;
    for (const [field, check] of parts) {
      if (!Object.hasOwn(value as JsonObject, field) || check(value, told, seen)) continue;
      if (told === undefined) return false;
      fits = false;
    }
    return fits;
  };
}

function hasFields(fields: readonly string[], property: string): Check {
  const missing = { property, deps: fields.join(", ") };
  return (value, told) =>
    fields.every((field) => Object.hasOwn(value as JsonObject, field)) ||
    (told?.tell("dependentRequired", missing) ?? false);
}

/** Asks of each own field the check that it has, where it has one. */
function eachField(checkOf: (field: string) => Check | undefined): Check {
  return (value, told, seen) => {
    const record = value as JsonObject;
    let fits = true;
    for (const field in record) {
      if (!isOwn.call(record, field)) continue;
      const check = checkOf(field);
      if (check === undefined) continue;
      seen?.fields.add(field);
      if (ofPart(check, record[field] as Value, field, told)) continue;
      if (told === undefined) return false;
      fits = false;
    }
    return fits;
  };
}

// In a loop over the names of the same object it costs nothing, while `Object.keys` and `Object.hasOwn` do.
const isOwn = Object.prototype.hasOwnProperty;

/** A field that may not be there at all, in the words of the keyword. */
function refused(name: "additionalProperties" | "unevaluatedProperties"): Check {
  return (_, told) => told?.tell(name) ?? false;
}

export const records: readonly Keyword[] = [
  required,
  propertyNames,
  additionalProperties,
  dependencies,
  properties,
  patternProperties,
  dependentRequired,
  dependentSchemas,
  unevaluatedProperties,
];
