import { isRecord, type JsonObject, type Value } from "@mcpolicy/core";
import { own } from "../../wire/message.ts";

/** An argument of a tool that stands in a header too (MCP 2026-07-28, Streamable HTTP, `x-mcp-header`). */
interface ParamHeader {
  /** `mcp-param-NAME`, in lower case. */
  readonly header: string;
  readonly path: readonly string[];
  readonly isNumber: boolean;
}

/** Definitions nest so deep at most. */
const DEPTH = 64;

/**
 * Which arguments of a server's tools stand in headers, learned from its lists. A tool that was never listed has none: it is not called either, for
 * what is called was held against the pins before.
 */
export class ParamHeaders {
  readonly #tools = new Map<string, readonly ParamHeader[]>();

  /** Takes note of a result of `tools/list`. */
  learn(result: JsonObject): void {
    const tools = own(result, "tools");
    if (!Array.isArray(tools)) return;
    for (const tool of tools) {
      if (!isRecord(tool)) continue;
      const [name, schema] = [own(tool, "name"), own(tool, "inputSchema")];
      if (typeof name === "string" && isRecord(schema)) this.#tools.set(name, [...declared(schema, [])]);
    }
  }

  /** The headers of a call, each with the text that it must mean. Arguments that are not there, or null, have none. */
  *of(tool: string, args: JsonObject): Iterable<{ readonly header: string; readonly text: string; isNumber: boolean }> {
    for (const { header, path, isNumber } of this.#tools.get(tool) ?? []) {
      const text = textOf(at(args, path));
      if (text !== undefined) yield { header, text, isNumber };
    }
  }
}

function* declared(schema: JsonObject, path: readonly string[]): Iterable<ParamHeader> {
  const name = own(schema, "x-mcp-header");
  const type = own(schema, "type");
  // RFC 9110 §5.6.2, token
  if (path.length > 0 && typeof name === "string" && /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) {
    yield { header: `mcp-param-${name.toLowerCase()}`, path, isNumber: type === "integer" || type === "number" };
  }
  const properties = own(schema, "properties");
  if (!isRecord(properties) || path.length >= DEPTH) return;
  for (const [key, child] of Object.entries(properties)) {
    if (isRecord(child)) yield* declared(child, [...path, key]);
  }
}

function at(args: JsonObject, path: readonly string[]): Value | undefined {
  let value: Value | undefined = args;
  for (const key of path) value = isRecord(value) ? own(value, key) : undefined;
  return value;
}

function textOf(value: Value | undefined): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "boolean" || Number.isSafeInteger(value) || isFraction(value) ? String(value) : undefined;
}

function isFraction(value: Value | undefined): boolean {
  return typeof value === "number" && Number.isFinite(value) && !Number.isInteger(value);
}
