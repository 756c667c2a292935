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
  if (/^[ \t\n\r]*[[{]/.test(text) && nestsDeeper(text, resultBounds.depth)) return undefined;
  try {
    const json = JSON.parse(text) as Value;
    return outOfBounds({ json }, resultBounds) === undefined ? json : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a text that is JSON has more lists and records in each other; `JSON.parse` takes more than its share of time over a million `[`. */
function nestsDeeper(text: string, most: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case 0x22:
        at = endOfString(text, at);
        break;
      case 0x5b:
      case 0x7b:
        depth += 1;
        if (depth > most) return true;
        break;
      case 0x5d:
      case 0x7d:
        depth -= 1;
    }
  }
  return false;
}

/** Where the string ends that begins at a quote: at its closing quote, or with the text. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; ; at += 1) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return text.length;
    let slashes = 0;
    while (text.charCodeAt(quote - 1 - slashes) === 0x5c) slashes += 1;
    if (slashes % 2 === 0) return quote;
    at = quote;
  }
}
