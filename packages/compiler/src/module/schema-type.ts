import { type Code, isRecord, type JsonObject, joinCode, js, type Value } from "@mcpolicy/core";

/** How deep types are written out; what lies deeper is `unknown`. */
const DEEPEST = 12;

/**
 * The TypeScript type of what fits a JSON Schema, as far as types can say it: what they cannot say is left to the check. Values that fit are always
 * of the type; a reference is followed where it is plain (`#/$defs/…`), and whatever else is not understood is `unknown`.
 */
export function schemaType(schema: JsonObject): Code {
  return typeOf(schema, schema, 0);
}

function typeOf(schema: Value | undefined, root: JsonObject, depth: number): Code {
  if (schema === false) return js`never`;
  if (!isRecord(schema) || depth > DEEPEST) return js`unknown`;
  const within = (part: Value | undefined): Code => typeOf(part, root, depth + 1);
  const facets: readonly (Code | undefined)[] = [
    ownType(schema, within),
    ...["allOf"].flatMap((name) => listOf(schema[name]).map(within)),
    ...["anyOf", "oneOf"].map((name) => union(listOf(schema[name]).map(within))),
    typeof schema["$ref"] === "string" ? within(referred(schema["$ref"], root)) : undefined,
  ];
  const said = facets.filter((each) => each !== undefined && each.text !== "unknown") as readonly Code[];
  return said.length === 0 ? js`unknown` : said.length === 1 ? (said[0] as Code) : joinCode(said.map(grouped), js` & `);
}

/** What `enum`, `const` and `type` say; undefined where there are none. */
function ownType(schema: JsonObject, within: (part: Value | undefined) => Code): Code | undefined {
  if (Object.hasOwn(schema, "const")) return literal(schema["const"]);
  if (Array.isArray(schema["enum"])) return union(schema["enum"].map(literal));
  const { type } = schema;
  const names = typeof type === "string" ? [type] : listOf(type).filter((each) => typeof each === "string");
  const implied = names.length === 0 && isRecord(schema["properties"]) ? undefined : names;
  return implied === undefined ? undefined : union(implied.map((name) => named(name as string, schema, within)));
}

function named(name: string, schema: JsonObject, within: (part: Value | undefined) => Code): Code {
  switch (name) {
    case "string":
      return js`string`;
    case "number":
    case "integer":
      return js`number`;
    case "boolean":
      return js`boolean`;
    case "null":
      return js`null`;
    case "array":
      // Lists whose items differ by their places are lists of anything.
      return isRecord(schema["items"]) && schema["prefixItems"] === undefined
        ? js`readonly (${within(schema["items"])})[]`
        : js`readonly unknown[]`;
    case "object":
      return recordType(schema, within);
    default:
      return js`unknown`;
  }
}

function recordType(schema: JsonObject, within: (part: Value | undefined) => Code): Code {
  const properties = isRecord(schema["properties"]) ? schema["properties"] : {};
  const required = new Set(listOf(schema["required"]));
  const fields = Object.entries(properties).map(([name, part]) => {
    const type = within(part as Value);
    return required.has(name) ? js`readonly ${name}: ${type}` : js`readonly ${name}?: ${type}`;
  });
  const isClosed = schema["additionalProperties"] === false && schema["patternProperties"] === undefined;
  const all = isClosed ? fields : [...fields, js`readonly [name: string]: unknown`];
  return all.length === 0 ? js`{ readonly [name: string]: never }` : js`{ ${joinCode(all, js`; `)} }`;
}

function literal(value: Value | undefined): Code {
  const isPlain = value === null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
  return isPlain ? js`${value as string | number | boolean | null}` : js`unknown`;
}

function union(types: readonly Code[]): Code | undefined {
  if (types.length <= 1) return types[0];
  return types.some(({ text }) => text === "unknown") ? js`unknown` : joinCode(types.map(grouped), js` | `);
}

function grouped(type: Code): Code {
  return / [|&] /.test(type.text) ? js`(${type})` : type;
}

function listOf(value: Value | undefined): readonly Value[] {
  return Array.isArray(value) ? value : [];
}

/** What a plain reference leads to; undefined of any other. */
function referred(reference: string, root: JsonObject): Value | undefined {
  const place = /^#\/(\$defs|definitions)\/([^/~%]+)$/.exec(reference);
  const all = root[place?.[1] ?? ""];
  const name = place?.[2] ?? "";
  return isRecord(all) && Object.hasOwn(all, name) ? (all[name] as Value) : undefined;
}
