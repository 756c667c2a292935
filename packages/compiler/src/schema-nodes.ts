import { isRecord, type Value } from "@mcpolicy/core";

/** A schema that is an object. */
export type Node = Readonly<Record<string, Value>>;

/** What a schema's nodes say together. */
export interface Described {
  /** All schemas that may apply to the same value, the node itself first. `isWhole`: none of them is out of sight. */
  readonly schemasOf: (node: Node) => { readonly nodes: readonly Node[]; readonly isWhole: boolean };
  /** Whether some value is described by this node and by others, of which it does not know. */
  readonly isShared: (node: Node) => boolean;
}

/** Looks through a whole document. References are followed within it, by JSON pointer. */
export function describe(document: Node): Described {
  const shared = new Set<Node>();
  const schemasOf = (node: Node): ReturnType<Described["schemasOf"]> => {
    const nodes = new Set<Node>();
    let isWhole = true;
    const take = (schema: Value | undefined): void => {
      if (!isRecord(schema) || nodes.has(schema)) return;
      nodes.add(schema);
      for (const key of ["$dynamicRef", "$recursiveRef"]) if (Object.hasOwn(schema, key)) isWhole = false;
      const target = schema["$ref"];
      if (target !== undefined) {
        const found = typeof target === "string" ? followPointer(document, target) : undefined;
        if (found === undefined) isWhole = false;
        take(found);
      }
      for (const key of ["allOf", "anyOf", "oneOf"]) if (Array.isArray(schema[key])) schema[key].forEach(take);
      for (const key of ["if", "then", "else"]) take(schema[key]);
      for (const key of ["dependentSchemas", "dependencies"])
        if (isRecord(schema[key])) Object.values(schema[key]).forEach(take);
    };
    take(node);
    return { nodes: [...nodes], isWhole };
  };

  const seen = new Set<Node>();
  const next = [document];
  for (let node = next.pop(); node !== undefined; node = next.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    const { nodes } = schemasOf(node);
    const declaring = nodes.filter((each) => Object.hasOwn(each, "properties"));
    for (const each of nodes.slice(1)) if (declaring.some((other) => other !== each)) shared.add(each);
    for (const parts of partsOf(nodes).values()) {
      if (new Set(parts).size > 1) for (const part of parts) shared.add(part);
      next.push(...parts);
    }
  }
  return { schemasOf, isShared: (node) => shared.has(node) };
}

/** The schemas of a value's parts, by the place of the part. */
function partsOf(nodes: readonly Node[]): ReadonlyMap<string, readonly Node[]> {
  const parts = new Map<string, Node[]>();
  const add = (place: string, part: Value | undefined): void => {
    if (isRecord(part)) parts.set(place, [...(parts.get(place) ?? []), part]);
  };
  for (const node of nodes) {
    for (const key of ["properties", "patternProperties"]) {
      for (const [name, part] of Object.entries(isRecord(node[key]) ? node[key] : {})) add(`${key}/${name}`, part);
    }
    for (const key of [
      "additionalProperties",
      "items",
      "prefixItems",
      "additionalItems",
      "contains",
      "unevaluatedItems",
    ]) {
      const value = node[key];
      const each = Array.isArray(value) ? (value as readonly Value[]) : undefined;
      if (each === undefined) add(key, value);
      else for (const [index, part] of each.entries()) add(`${key}/${index}`, part);
    }
  }
  return parts;
}

/** What a reference within a document leads to (RFC 6901, section 6). Own members only. */
function followPointer(document: Node, reference: string): Value | undefined {
  if (reference === "#") return document;
  if (!reference.startsWith("#/")) return undefined;
  let at: Value | undefined = document;
  try {
    for (const step of decodeURIComponent(reference.slice(2)).split("/")) {
      const key = step.replaceAll("~1", "/").replaceAll("~0", "~");
      if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
      at = (at as Node)[key];
    }
  } catch {
    return undefined;
  }
  return at;
}
