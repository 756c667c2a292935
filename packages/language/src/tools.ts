import { type Field, isPathName, isRecord, type JsonObject, type Type, type Value } from "@mcpolicy/core";
import { listOf, plain, recordOf, sameType, unionOf } from "./types.ts";

/** A feature of a schema that the language's types cannot say: what it stands at is `any`, or is not narrowed by it. */
export interface SchemaWarning {
  /** JSON pointer into the schema. */
  readonly pointer: string;
  readonly feature: string;
  /** Half a sentence: "a tuple's items have different types". */
  readonly why: string;
  /** False where the type stands, only wider than the schema says. */
  readonly becameAny: boolean;
}

const deepest = 64;
const mostSubschemas = 10_000;

/** Keywords that restrict a value in a way types do not show; validation still holds them. */
const narrowing = [
  "not",
  "if",
  "then",
  "else",
  "dependentRequired",
  "dependentSchemas",
  "dependencies",
  "patternProperties",
  "unevaluatedProperties",
  "unevaluatedItems",
] as const;

interface Site {
  readonly pointer: string;
  /** The property name that the value stands under, elements of a list included. */
  readonly name: string | undefined;
  readonly depth: number;
  readonly refs: readonly string[];
  /** A type is known from beside this schema, so that its own silence is no loss. */
  readonly known: boolean;
}

/**
 * The type of what a JSON Schema (draft-07 or 2020-12) accepts. Total on any JSON value: at most 64 levels and 10,000 subschemas are
 * read. What types cannot say becomes `any` or a wider type, and a warning names it. `name` is the property that it describes.
 */
export function typeOfSchema(
  schema: Value | undefined,
  name?: string,
): { readonly type: Type; readonly warnings: readonly SchemaWarning[] } {
  const warnings: SchemaWarning[] = [];
  let budget = mostSubschemas;

  const lose = (site: Site, feature: string, why: string, pointer = site.pointer): Type => {
    if (!(feature === "no type" && site.known)) warnings.push({ pointer, feature, why, becameAny: true });
    return plain("any");
  };
  const widen = (pointer: string, feature: string, why: string): void => {
    warnings.push({ pointer, feature, why, becameAny: false });
  };
  const below = (site: Site, step: string, change: Partial<Site> = {}): Site => ({
    ...site,
    known: false,
    pointer: site.pointer + step,
    depth: site.depth + 1,
    ...change,
  });

  function walk(node: Value | undefined, site: Site): Type {
    if (budget-- <= 0) return lose(site, "size", `only the first ${mostSubschemas} subschemas are read`);
    if (site.depth > deepest) return lose(site, "depth", `only ${deepest} levels are read`);
    if (node === true) return lose(site, "no type", "it accepts everything");
    if (!isRecord(node)) return lose(site, "not a schema", "a schema is an object or `true`");
    for (const keyword of narrowing) {
      if (Object.hasOwn(node, keyword) && node[keyword] !== true) {
        widen(`${site.pointer}/${keyword}`, keyword, "types do not show it; validation still holds it");
      }
    }
    for (const keyword of ["$dynamicRef", "$recursiveRef"]) {
      if (Object.hasOwn(node, keyword)) return lose(site, keyword, "dynamic references are not followed");
    }
    const parts: Type[] = [];
    const own = ownType(node, site);
    if (own !== undefined) parts.push(own);
    if (typeof node["$ref"] === "string") parts.push(reference(node["$ref"], site));
    const groups = (["allOf", "anyOf", "oneOf"] as const).filter((keyword) => Array.isArray(node[keyword]));
    const known = site.known || own !== undefined;
    for (const keyword of groups) {
      const members = (node[keyword] as readonly Value[]).map((member, index) =>
        walk(member, below(site, `/${keyword}/${index}`, { known: known || keyword === "allOf" })),
      );
      if (keyword === "allOf") parts.push(...members);
      else if (members.length > 0) parts.push(unionOf(members));
    }
    const type = parts.reduce<Type | undefined>((a, b) => (a === undefined ? b : meet(a, b, site)), undefined);
    if (type === undefined) return lose(site, "no type", "it does not say what type the value has");
    return type;
  }

  /** What `type`, `enum`, `const` and the keywords that imply a type say; undefined where none of them stands. */
  function ownType(node: JsonObject, site: Site): Type | undefined {
    if (Object.hasOwn(node, "const")) return typeOfConstants([node["const"] as Value], site, "const");
    const choices = node["enum"];
    if (Array.isArray(choices)) return typeOfConstants(choices as readonly Value[], site, "enum");
    const stated = node["type"];
    const kinds = typeof stated === "string" ? [stated] : Array.isArray(stated) ? stated : impliedKinds(node);
    if (kinds.length === 0) return undefined;
    const types = kinds.map((kind) => typeOfKind(kind, node, site));
    if (node["nullable"] === true) types.push(plain("null"));
    return unionOf(types);
  }

  function typeOfKind(kind: Value, node: JsonObject, site: Site): Type {
    switch (kind) {
      case "string":
        return typeOfText(node, site.name);
      case "integer":
        return plain("int");
      case "number":
        return plain("number");
      case "boolean":
        return plain("bool");
      case "null":
        return plain("null");
      case "array":
        return typeOfArray(node, site);
      case "object":
        return typeOfObject(node, site);
      default:
        return lose(site, "type", `${JSON.stringify(kind)} is no type of JSON Schema`, `${site.pointer}/type`);
    }
  }

  function typeOfConstants(values: readonly Value[], site: Site, keyword: string): Type {
    if (values.length === 0) return lose(site, keyword, "it lists no value", `${site.pointer}/${keyword}`);
    return unionOf(
      values.map((value): Type => {
        if (typeof value === "string") return { kind: "enum", values: [value] };
        if (typeof value === "boolean") return plain("bool");
        if (typeof value === "number") return plain(Number.isSafeInteger(value) ? "int" : "number");
        if (value === null) return plain("null");
        return lose(site, keyword, "a list or an object as a constant has no type", `${site.pointer}/${keyword}`);
      }),
    );
  }

  function typeOfArray(node: JsonObject, site: Site): Type {
    const [first, others] = Array.isArray(node["items"])
      ? (["items", "additionalItems"] as const)
      : (["prefixItems", "items"] as const);
    const prefix = Array.isArray(node[first]) ? (node[first] as readonly Value[]) : [];
    const types = prefix.map((item, index) => walk(item, below(site, `/${first}/${index}`)));
    const isWhole = node[others] === false || (prefix.length > 0 && Number(node["maxItems"]) <= prefix.length);
    if (isWhole && prefix.length > 0) return listOf(unionOf(types));
    if (!Object.hasOwn(node, others)) {
      return listOf(
        lose(site, prefix.length > 0 ? `no ${others}` : "no items", "it does not say what its elements are"),
      );
    }
    return listOf(unionOf([...types, walk(node[others], below(site, `/${others}`))]));
  }

  function typeOfObject(node: JsonObject, site: Site): Type {
    const properties = isRecord(node["properties"]) ? node["properties"] : {};
    const required: readonly Value[] = Array.isArray(node["required"]) ? (node["required"] as readonly Value[]) : [];
    const fields = Object.entries(properties).map(([key, value]): readonly [string, Field] => [
      key,
      {
        type: walk(value, below(site, `/properties/${escapePointer(key)}`, { name: key })),
        optional: !required.includes(key),
      },
    ]);
    const rest = node["additionalProperties"];
    // An object with declared properties is closed unless it says otherwise; one without any is free.
    const open = rest === undefined ? fields.length === 0 : rest !== false;
    const isTyped = isRecord(rest) && Object.keys(rest).length > 0 && !Object.hasOwn(node, "patternProperties");
    const restType = isTyped ? walk(rest, below(site, "/additionalProperties")) : undefined;
    return recordOf(Object.fromEntries(fields), open, restType);
  }

  function reference(target: string, site: Site): Type {
    const pointer = `${site.pointer}/$ref`;
    if (!target.startsWith("#")) return lose(site, "$ref", "only references within the schema are followed", pointer);
    if (site.refs.includes(target)) return lose(site, "$ref", "it refers to itself", pointer);
    const found = target === "#" ? schema : followPointer(schema, target);
    if (found === undefined) return lose(site, "$ref", `\`${target}\` leads nowhere`, pointer);
    return walk(found, below(site, "/$ref", { refs: [...site.refs, target] }));
  }

  function meet(a: Type, b: Type, site: Site): Type {
    if (a.kind === "any" || sameType(a, b)) return b;
    if (b.kind === "any") return a;
    if (a.kind === "record" && b.kind === "record") {
      const names = [...new Set([...Object.keys(a.fields), ...Object.keys(b.fields)])];
      const fields = names.map((key): readonly [string, Field] => {
        const [x, y] = [own(a.fields, key), own(b.fields, key)];
        if (x === undefined || y === undefined) return [key, (x ?? y) as Field];
        return [key, { type: meet(x.type, y.type, site), optional: x.optional && y.optional }];
      });
      const rest = a.rest && b.rest ? meet(a.rest, b.rest, site) : (a.rest ?? b.rest);
      return recordOf(Object.fromEntries(fields), a.open && b.open, rest);
    }
    if (a.kind === "union" || b.kind === "union") {
      const [union, other] = a.kind === "union" ? [a, b] : [b as Type & { kind: "union" }, a];
      const kept = union.members.flatMap((member) => {
        const both = commonKind(member, other);
        return both ? [meet(member, other, site)] : [];
      });
      return kept.length === 0 ? lose(site, "allOf", "its parts contradict each other") : unionOf(kept);
    }
    if (a.kind === "enum" && b.kind === "enum") {
      return { kind: "enum", values: a.values.filter((value) => b.values.includes(value)) };
    }
    if (a.kind === "list" && b.kind === "list") return listOf(meet(a.element, b.element, site));
    if (!commonKind(a, b)) return lose(site, "allOf", "its parts contradict each other");
    const narrower = ["enum", "path", "url", "int"];
    return narrower.includes(a.kind) ? a : b;
  }

  const type = walk(schema, { pointer: "", name, depth: 0, refs: [], known: false });
  return { type, warnings };
}

/** `string`, or `path` by its format or name, `url` by its format. A format of something else outweighs the name. */
function typeOfText(node: JsonObject, name: string | undefined): Type {
  const format = node["format"];
  if (format === "uri") return plain("url");
  if (typeof format === "string" && pathFormats.has(format)) return plain("path");
  const isSomethingElse = typeof format === "string" && standardFormats.has(format);
  return plain(!isSomethingElse && name !== undefined && isPathName(name) ? "path" : "string");
}

/** What schemas made from Python types (pydantic) say of paths. */
const pathFormats = new Set(["path", "file-path", "directory-path"]);

/** The formats of JSON Schema 2020-12, section 7.3. Others say nothing that is agreed on. */
// biome-ignore format: a list of words
const standardFormats = new Set([
  "date-time", "date", "time", "duration", "email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6", "uri-reference",
  "iri", "iri-reference", "uuid", "uri-template", "json-pointer", "relative-json-pointer", "regex",
]);

function impliedKinds(node: JsonObject): readonly string[] {
  if (isRecord(node["properties"])) return ["object"];
  if (Object.hasOwn(node, "items") || Object.hasOwn(node, "prefixItems")) return ["array"];
  return [];
}

const families: readonly (readonly Type["kind"][])[] = [
  ["string", "enum", "path", "url"],
  ["int", "number"],
  ["record"],
  ["list"],
  ["bool"],
  ["null"],
];

function commonKind(a: Type, b: Type): boolean {
  if (b.kind === "union") return b.members.some((member) => commonKind(a, member));
  return families.some((family) => family.includes(a.kind) && family.includes(b.kind));
}

function own(fields: Readonly<Record<string, Field>>, key: string): Field | undefined {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

/** RFC 6901. */
export function escapePointer(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** RFC 6901, section 6, as a URI fragment. Own members only. */
function followPointer(root: Value | undefined, fragment: string): Value | undefined {
  if (!fragment.startsWith("#/")) return undefined;
  let text: string;
  try {
    text = decodeURIComponent(fragment.slice(2));
  } catch {
    return undefined;
  }
  let at: Value | undefined = root;
  for (const step of text.split("/").map((each) => each.replaceAll("~1", "/").replaceAll("~0", "~"))) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as JsonObject)[step];
  }
  return at;
}
