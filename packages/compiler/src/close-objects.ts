import { isRecord, type Value } from "@mcpolicy/core";
import { type Described, describe, type Node } from "./schema-nodes.ts";

/**
 * A schema in which an object with declared fields has no others. Where a node declares all fields itself it is closed by
 * `additionalProperties: false`. Where further schemas apply to the same value it is closed by `unevaluatedProperties: false`, or, in
 * draft-07, which has not got that word, by naming all the fields that any of them declares. What the schema says itself about further
 * fields stands; `mayStayOpen` leaves the outermost object as it is.
 *
 * A part that several schemas of one value describe stays open: none of them knows all of its fields.
 */
export function closeObjects(schema: Node, mayStayOpen = false): Node {
  const described = describe(schema);
  const isModern = hasUnevaluated(schema);

  /** `isValue`: whether the node is all that is said of a value, and not one of several schemas that apply to it. */
  function closeNode(node: Node, isValue: boolean): Node {
    const parts = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closeParts(key, value)]));
    const closing = isValue && !described.isShared(node) ? closingOf(node, described, isModern) : undefined;
    return closing === undefined ? parts : withBeside(parts, closing, isModern);
  }

  function closeParts(key: string, value: Value): Value {
    const isPart = partsIn.has(key);
    const close = (each: Value): Value => (isRecord(each) ? closeNode(each, isPart) : each);
    if (!isPart && !besideIn.has(key)) return value;
    if (Array.isArray(value)) return (value as readonly Value[]).map(close);
    if (!isRecord(value)) return value;
    if (!byNameIn.has(key)) return close(value);
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, close(each)]));
  }

  return closeNode(schema, !mayStayOpen);
}

/** Where a keyword's value holds schemas of parts of the value. */
// biome-ignore format: a list of words
const partsIn = new Set([
  "properties", "patternProperties", "additionalProperties", "items", "prefixItems", "additionalItems", "contains", "unevaluatedItems",
]);

/** Where it holds further schemas of the same value, or schemas that are only referred to. What `not` says is no description. */
// biome-ignore format: a list of words
const besideIn = new Set([
  "allOf", "anyOf", "oneOf", "if", "then", "else", "dependentSchemas", "dependencies", "$defs", "definitions",
]);

const byNameIn = new Set([
  "properties",
  "patternProperties",
  "dependentSchemas",
  "dependencies",
  "$defs",
  "definitions",
]);

/** What closes an object; undefined where the schema says itself what else there may be, or declares nothing. */
function closingOf(node: Node, { schemasOf }: Described, isModern: boolean): Node | undefined {
  if (Object.hasOwn(node, "additionalProperties") || Object.hasOwn(node, "unevaluatedProperties")) return undefined;
  const { nodes, isWhole } = schemasOf(node);
  const declares = nodes.some((each) => isRecord(each["properties"]));
  if (nodes.length === 1 && isWhole) return declares ? { additionalProperties: false } : undefined;
  if (isModern) return declares || !isWhole ? { unevaluatedProperties: false } : undefined;
  const isOpen = nodes.some(
    (each) => (each["additionalProperties"] ?? false) !== false || Object.hasOwn(each, "patternProperties"),
  );
  if (!declares || isOpen || !isWhole) return undefined;
  if (!nodes.slice(1).some((each) => isRecord(each["properties"]))) return { additionalProperties: false };
  const names = new Set(nodes.flatMap((each) => Object.keys((each["properties"] as Node | undefined) ?? {})));
  return { propertyNames: { enum: [...names].sort() } };
}

/** A node with more keywords. Beside a `$ref` draft-07 reads none, so that there it moves into `allOf`. */
export function withBeside(node: Node, more: Node, isModern: boolean): Node {
  const { $ref, ...rest } = node;
  const base = isModern || $ref === undefined ? node : { ...rest, allOf: [...listAt(node, "allOf"), { $ref }] };
  const { propertyNames, ...others } = more;
  if (propertyNames === undefined || !Object.hasOwn(base, "propertyNames")) return { ...base, ...more };
  return { ...base, ...others, allOf: [...listAt(base, "allOf"), { propertyNames }] };
}

function listAt(node: Node, key: string): readonly Value[] {
  return Array.isArray(node[key]) ? (node[key] as readonly Value[]) : [];
}

/** Whether a schema's dialect knows `unevaluatedProperties`, and keywords beside a `$ref`: 2019-09 and later, or none named. */
export function hasUnevaluated(schema: Node): boolean {
  const dialect = schema["$schema"];
  return dialect === undefined || (typeof dialect === "string" && /draft\/20(19-09|20-12)\//.test(dialect));
}
