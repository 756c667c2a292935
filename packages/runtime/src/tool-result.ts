import { isRecord, type JsonObject, type Value, type Violation } from "@mcpolicy/core";
import { type Bounds, outOfBounds } from "./bounds.ts";

/** What a server answered to a call (MCP 2025-11-25, CallToolResult; in 2026-07-28 structured content is any JSON value). */
export interface ToolResult {
  readonly content?: readonly JsonObject[];
  readonly structuredContent?: Value;
  readonly isError?: boolean;
  readonly _meta?: JsonObject;
}

/** Larger than those of arguments: files, and pictures in base64. Numbers are the server's own: no rule counts by them unread. */
export const resultBounds: Bounds = Object.freeze({
  depth: 66,
  nodes: 1_000_000,
  text: 16 * 1024 * 1024,
  anyInteger: true,
});

/** How a result breaks its bounds or MCP's form; undefined where it does not. */
export function malformed(result: ToolResult): Violation | undefined {
  const { content, isError } = result;
  if (content !== undefined && !(Array.isArray(content) && content.every((block) => isRecord(block)))) {
    return { pointer: "/content", expected: "a list of content blocks" };
  }
  if (isError !== undefined && typeof isError !== "boolean") return { pointer: "/isError", expected: "true or false" };
  return outOfBounds(withoutUndefined(result), resultBounds);
}

/** Members that are there and undefined are as good as absent. */
function withoutUndefined(result: ToolResult): ToolResult {
  for (const name in result) {
    if (result[name as keyof ToolResult] !== undefined) continue;
    return Object.fromEntries(Object.entries(result).filter(([, value]) => value !== undefined));
  }
  return result;
}

/** What conditions read as `result`: the fields of `structuredContent`, where it is an object; else `text`, and `json` where the text is JSON. */
export function resultAsRead({ content = [], structuredContent }: ToolResult): JsonObject {
  if (isRecord(structuredContent)) return structuredContent;
  const texts = content.flatMap((block) =>
    block["type"] === "text" && typeof block["text"] === "string" ? [block["text"]] : [],
  );
  const text = texts.join("\n");
  const json = parseJson(text);
  return { text, ...(json === undefined ? {} : { json }) };
}

/** The JSON that a text is; undefined where it is none, or deeper or larger than a result may be. */
export function parseJson(text: string): Value | undefined {
  try {
    const json = JSON.parse(text) as Value;
    return outOfBounds({ json }, resultBounds) === undefined ? json : undefined;
  } catch {
    return undefined;
  }
}
