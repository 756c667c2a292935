import { equal, isRecord, type JsonObject, type ServerIr, type Value } from "@mcpolicy/core";
import type { Era } from "./message.ts";
import { isAsPinned, toolName } from "./pins.ts";

/** What decides about each tool of a listing. */
export interface ToolFilter {
  readonly server: ServerIr;
  /** Whether the last check found it as pinned. */
  readonly isHeld: (tool: string) => boolean;
  /** Whether the caller's list shows it. */
  readonly isListed: (tool: string) => boolean;
  /** The pinned schema, closed and narrowed by the policy's checks. */
  readonly schemaOf: (tool: string) => JsonObject | undefined;
  readonly era: Era;
}

/**
 * The result of `tools/list` as this caller sees it: order and cursor kept; gone are tools that the policy hides, that are not as pinned,
 * or that the page repeats. A modern result is marked as this caller's alone. `moved`: a definition that was as pinned is so no more.
 * `undefined` where it is no such result.
 */
export function filterTools(
  result: JsonObject,
  filter: ToolFilter,
): { readonly result: JsonObject; readonly moved: boolean } | undefined {
  const { tools } = result;
  if (!Array.isArray(tools)) return undefined;
  let moved = false;
  const shown: Value[] = [];
  const seen = new Set<string>();
  for (const definition of tools) {
    const name = toolName(definition);
    if (name === undefined || seen.has(name)) continue;
    seen.add(name);
    if (!filter.isHeld(name)) continue;
    if (!isAsPinned(filter.server, definition)) moved = true;
    else if (filter.isListed(name)) shown.push(narrowed(definition, filter.schemaOf(name), filter.server.untyped));
  }
  const own = filter.era === "modern" ? { cacheScope: "private" } : {};
  return { result: { ...result, tools: shown, ...own }, moved };
}

/**
 * A definition with the schema that arguments must in fact satisfy; the server's own where the policy only closed it. Where nothing is
 * pinned the policy's checks stand beside what the server says.
 */
function narrowed(definition: JsonObject, schema: JsonObject | undefined, untyped: boolean): JsonObject {
  const { inputSchema } = definition;
  if (untyped && schema !== undefined && isRecord(inputSchema)) {
    const own = Array.isArray(inputSchema["allOf"]) ? (inputSchema["allOf"] as readonly Value[]) : [];
    return { ...definition, inputSchema: { ...inputSchema, allOf: [...own, withoutOurKeywords(schema)] } };
  }
  if (schema === undefined || inputSchema === undefined || onlyClosed(inputSchema, schema)) return definition;
  return { ...definition, inputSchema: withoutOurKeywords(schema) };
}

/** Keywords of our own mean nothing to a client, and a strict validator there would refuse them. */
function withoutOurKeywords(schema: Value): Value {
  if (Array.isArray(schema)) return schema.map(withoutOurKeywords);
  if (!isRecord(schema)) return schema;
  const kept = Object.entries(schema).filter(([keyword]) => !keyword.startsWith("x-mcpolicy-"));
  return Object.fromEntries(kept.map(([keyword, value]) => [keyword, withoutOurKeywords(value)]));
}

/** Whether `schema` is `own`, but for records that were open and now say `additionalProperties: false`. */
export function onlyClosed(own: Value, schema: Value): boolean {
  if (Array.isArray(own) && Array.isArray(schema)) {
    return own.length === schema.length && own.every((item, index) => onlyClosed(item, schema[index]));
  }
  if (!isRecord(own) || !isRecord(schema)) return equal(own, schema);
  const added = Object.keys(schema).filter((key) => !Object.hasOwn(own, key));
  if (added.some((key) => key !== "additionalProperties" || schema[key] !== false)) return false;
  return Object.keys(own).every(
    (key) => Object.hasOwn(schema, key) && onlyClosed(own[key] as Value, schema[key] as Value),
  );
}
