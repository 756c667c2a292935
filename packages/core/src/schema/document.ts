import { isRecord, type JsonObject, type Value } from "../value.ts";
import type { Dialect } from "./dialect.ts";
import type { Schema } from "./keyword.ts";
import { keywordsOf } from "./keywords/index.ts";
import { demandWellFormed } from "./well-formed.ts";

/** A schema with a URI of its own (`$id`), in which `#…` references stay. */
export interface Resource {
  readonly uri: string;
  readonly schema: Schema;
  /** By the names of `$anchor`, `$dynamicAnchor`, and draft-07's `$id: "#name"`. */
  readonly anchors: Map<string, JsonObject>;
  /** Those of `$dynamicAnchor`. */
  readonly dynamicAnchors: Map<string, JsonObject>;
}

/** A schema, and the resource that it is part of. */
export interface Place {
  readonly schema: Schema;
  readonly resource: Resource;
}

/** All that a schema consists of and may refer to. */
export interface Documents {
  readonly main: Resource;
  /** Whether any has a name that a dynamic reference may be led to. */
  readonly areDynamic: boolean;
  readonly resourceOf: (schema: JsonObject) => Resource | undefined;
  /** Where a reference in a resource leads. Throws where it leads nowhere. */
  readonly resolve: (reference: string, from: Resource) => Place;
}

/** Of a schema without an `$id`. */
const NAMELESS = "https://schema.invalid/";

/**
 * Finds every resource and anchor of a schema, and of the documents that come along by their URIs. Throws where a keyword is not what it must
 * be, or where two schemas have the same name.
 */
export function documentsOf(main: Schema, dialect: Dialect, others: Readonly<Record<string, Schema>> = {}): Documents {
  const known = keywordsOf(dialect);
  const resources = new Map<string, Resource>();
  const places = new Map<JsonObject, Resource>();
  let areDynamic = false;
  for (const [uri, schema] of Object.entries(others)) enter(schema, uri);
  const root = enter(main, NAMELESS);
  return { main: root, areDynamic, resourceOf: (schema) => places.get(schema), resolve };

  function enter(schema: Schema, uri: string): Resource {
    const resource = named(uri, schema);
    resources.set(withoutFragment(uri), resource);
    return isRecord(schema) ? look(schema, resource) : resource;
  }

  /** Walks a schema and all below; gives the resource that it is of, which is its own where it has an `$id`. */
  function look(schema: JsonObject, around: Resource): Resource {
    const seen = places.get(schema);
    if (seen !== undefined) return seen;
    const resource = ownResource(schema, around) ?? around;
    places.set(schema, resource);
    demandWellFormed(schema, dialect);
    for (const [name, value] of Object.entries(schema)) {
      for (const part of known.get(name)?.parts?.(value) ?? []) if (isRecord(part)) look(part, resource);
    }
    anchor(schema, resource);
    return resource;
  }

  function ownResource(schema: JsonObject, around: Resource): Resource | undefined {
    const id = schema["$id"];
    if (typeof id !== "string" || id.startsWith("#")) return undefined;
    const uri = URL.parse(id, around.uri)?.href;
    if (uri === undefined) throw new Error(`\`$id\` is no URI: ${JSON.stringify(id)}`);
    const key = withoutFragment(uri);
    const same = resources.get(key);
    if (same !== undefined && same.schema !== schema && JSON.stringify(same.schema) !== JSON.stringify(schema)) {
      throw new Error(`two schemas are called ${key}`);
    }
    const resource = same?.schema === schema ? same : named(key, schema);
    resources.set(key, resource);
    return resource;
  }

  function anchor(schema: JsonObject, resource: Resource): void {
    const plain = dialect >= 2019 ? schema["$anchor"] : nameIn(schema["$id"]);
    const dynamic = dialect >= 2019 ? schema["$dynamicAnchor"] : undefined;
    for (const name of [plain, dynamic]) {
      if (typeof name !== "string") continue;
      const other = resource.anchors.get(name);
      if (other !== undefined && other !== schema)
        throw new Error(`two schemas have the anchor ${JSON.stringify(name)}`);
      resource.anchors.set(name, schema);
    }
    if (typeof dynamic === "string") resource.dynamicAnchors.set(dynamic, schema);
    areDynamic ||= typeof dynamic === "string" || schema["$recursiveAnchor"] === true;
  }

  function resolve(reference: string, from: Resource): Place {
    const uri = URL.parse(reference, from.uri)?.href;
    const resource = uri === undefined ? undefined : resources.get(withoutFragment(uri));
    if (uri === undefined || resource === undefined) throw nowhere(reference);
    const fragment = fragmentOf(uri);
    if (fragment === undefined) throw nowhere(reference);
    if (fragment === "") return { schema: resource.schema, resource };
    if (fragment.startsWith("/")) return byPointer(fragment, resource, reference);
    const schema = resource.anchors.get(fragment);
    if (schema === undefined) throw nowhere(reference);
    return { schema, resource };
  }

  function byPointer(pointer: string, start: Resource, reference: string): Place {
    let value: Value = start.schema;
    let resource = start;
    for (const token of pointer.slice(1).split("/")) {
      const key = token.replaceAll("~1", "/").replaceAll("~0", "~");
      if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) throw nowhere(reference);
      value = (value as JsonObject)[key] as Value;
      if (isRecord(value)) resource = places.get(value) ?? resource;
    }
    if (typeof value === "boolean") return { schema: value, resource };
    if (!isRecord(value)) throw nowhere(reference);
    // It may stand where no keyword leads.
    return { schema: value, resource: look(value, resource) };
  }
}

function named(uri: string, schema: Schema): Resource {
  return { uri: withoutFragment(uri), schema, anchors: new Map(), dynamicAnchors: new Map() };
}

function nowhere(reference: string): Error {
  return new Error(`the reference ${JSON.stringify(reference)} leads nowhere`);
}

function nameIn(id: Value | undefined): string | undefined {
  return typeof id === "string" && id.startsWith("#") ? id.slice(1) : undefined;
}

function withoutFragment(uri: string): string {
  const at = uri.indexOf("#");
  return at < 0 ? uri : uri.slice(0, at);
}

/** The fragment as text; undefined where it is not well encoded. */
function fragmentOf(uri: string): string | undefined {
  const at = uri.indexOf("#");
  try {
    return at < 0 ? "" : decodeURIComponent(uri.slice(at + 1));
  } catch {
    return undefined;
  }
}
