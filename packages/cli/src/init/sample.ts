import { isRecord, type JsonObject, type Value } from "@mcpolicy/core";

/** Gives a value for a property whose name and schema are known, where the caller wants a certain one. */
export type Choice = (name: string, isListItem: boolean) => Value | undefined;

const deepest = 12;

/**
 * A value that a JSON Schema is likely to accept: only what is required, the smallest that it can be. A guess, to be held against
 * the schema by whoever uses it; undefined where no guess is possible.
 */
export function sampleOf(schema: JsonObject, choose: Choice): Value | undefined {
  return sample(schema, { root: schema, choose, name: "", isListItem: false, depth: 0 });
}

interface Site {
  readonly root: JsonObject;
  readonly choose: Choice;
  readonly name: string;
  readonly isListItem: boolean;
  readonly depth: number;
}

function sample(given: Value | undefined, site: Site): Value | undefined {
  if (site.depth > deepest || !isRecord(given)) return undefined;
  const schema = resolved(given, site.root);
  const deeper = { ...site, depth: site.depth + 1 };
  if (schema["const"] !== undefined) return schema["const"];
  if (Array.isArray(schema["enum"])) return schema["enum"][0] as Value | undefined;
  for (const union of ["anyOf", "oneOf"] as const) {
    const members = schema[union];
    if (!Array.isArray(members) || schema["properties"] !== undefined) continue;
    for (const member of members) {
      const value = sample(member as Value, deeper);
      if (value !== undefined) return value;
    }
    return undefined;
  }
  const types = Array.isArray(schema["type"]) ? schema["type"] : [schema["type"]];
  switch (types[0]) {
    case "string":
      return site.choose(site.name, site.isListItem) ?? textOf(schema);
    case "integer":
    case "number":
      return numberOf(schema);
    case "boolean":
      return false;
    case "null":
      return null;
    case "array": {
      const item = sample(schema["items"], { ...deeper, isListItem: true });
      const least = Math.max(1, numberIn(schema, "minItems") ?? 0);
      return item === undefined ? (least > 1 ? undefined : []) : Array.from({ length: least }, () => item);
    }
    default:
      return schema["properties"] !== undefined || types[0] === "object" ? recordOf(schema, deeper) : undefined;
  }
}

function recordOf(schema: JsonObject, site: Site): Value | undefined {
  const properties = isRecord(schema["properties"]) ? schema["properties"] : {};
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  const entries: [string, Value][] = [];
  for (const name of Object.keys(properties)) {
    const wanted = required.includes(name) || (site.depth === 1 && site.choose(name, false) !== undefined);
    if (!wanted) continue;
    const value = sample(properties[name], { ...site, name, isListItem: false });
    if (value === undefined) return undefined;
    entries.push([name, value]);
  }
  return required.every((name) => entries.some(([given]) => given === name)) ? Object.fromEntries(entries) : undefined;
}

function resolved(schema: JsonObject, root: JsonObject): JsonObject {
  const pointer = schema["$ref"];
  if (typeof pointer !== "string" || !pointer.startsWith("#/")) return schema;
  let at: Value | undefined = root;
  for (const step of pointer.slice(2).split("/")) {
    const key = step.replaceAll("~1", "/").replaceAll("~0", "~");
    at = isRecord(at) && Object.hasOwn(at, key) ? (at[key] as Value) : undefined;
  }
  return isRecord(at) ? at : {};
}

/** Texts for the formats that servers declare. */
const formats: Readonly<Record<string, string>> = {
  uri: "https://example.com/",
  url: "https://example.com/",
  email: "dev@example.com",
  uuid: "123e4567-e89b-42d3-a456-426614174000",
  date: "2026-01-01",
  "date-time": "2026-01-01T00:00:00Z",
  time: "00:00:00Z",
  ipv4: "192.0.2.1",
};

function textOf(schema: JsonObject): string {
  const format = schema["format"];
  if (typeof format === "string" && Object.hasOwn(formats, format)) return formats[format]!;
  const least = numberIn(schema, "minLength") ?? 0;
  const most = numberIn(schema, "maxLength") ?? Number.POSITIVE_INFINITY;
  return "example".padEnd(least, "x").slice(0, most);
}

function numberOf(schema: JsonObject): number {
  const above = numberIn(schema, "exclusiveMinimum");
  const least = numberIn(schema, "minimum") ?? (above === undefined ? undefined : above + 1);
  const most = numberIn(schema, "maximum") ?? Number.POSITIVE_INFINITY;
  return Math.min(Math.max(least ?? 1, 0), most);
}

function numberIn(schema: JsonObject, key: string): number | undefined {
  const value = schema[key];
  return typeof value === "number" ? value : undefined;
}
