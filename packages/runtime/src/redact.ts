import { equal, isRecord, type JsonObject, type Value } from "@mcpolicy/core";
import { parseJson, type ToolResult } from "./tool-result.ts";

/** Half-open range of UTF-16 offsets in a text. */
export interface Found {
  readonly start: number;
  readonly end: number;
}

/** Where detectors find something in a text, in any order; ranges may overlap. */
export type Find = (text: string) => readonly Found[];

/** What stands where something was found. */
export const REDACTED = "[redacted]";

/** Fields of a content block that hold no text: the block's sort, and bytes in base64. */
const notText = new Set(["type", "mimeType", "data", "blob"]);

/**
 * A result with all that detectors find masked: in every string of its content blocks and of `structuredContent`, names of fields
 * included. A text block that holds the same JSON as `structuredContent` is written anew from it. Types of values stay.
 */
export function redact(result: ToolResult, find: Find): ToolResult {
  const { content, structuredContent } = result;
  const structured = structuredContent === undefined ? undefined : redactValue(structuredContent, find);
  const block = (each: JsonObject): JsonObject =>
    isCopy(each, structuredContent)
      ? { ...(redactFields(each, find) as JsonObject), text: JSON.stringify(structured) }
      : redactFields(each, find);
  return {
    ...result,
    ...(content === undefined ? {} : { content: content.map(block) }),
    ...(structured === undefined ? {} : { structuredContent: structured }),
  };
}

/** Whether a content block is the text of `structuredContent` (MCP 2025-11-25, "Structured Content"). */
function isCopy(block: JsonObject, structured: Value | undefined): boolean {
  if (structured === undefined || block["type"] !== "text" || typeof block["text"] !== "string") return false;
  const json = parseJson(block["text"]);
  return json !== undefined && equal(json, structured);
}

function redactFields(block: JsonObject, find: Find): JsonObject {
  return Object.fromEntries(
    Object.entries(block).map(([name, value]) => {
      if (notText.has(name)) return [name, value];
      return [name, name === "resource" && isRecord(value) ? redactFields(value, find) : redactValue(value, find)];
    }),
  );
}

/** A value with what is found masked in each of its strings. */
export function redactValue(value: Value, find: Find): Value {
  if (typeof value === "string") return redactText(value, find);
  if (Array.isArray(value)) return value.map((each: Value) => redactValue(each, find));
  if (!isRecord(value)) return value;
  const fields = new Map<string, Value>();
  for (const [name, part] of Object.entries(value)) {
    fields.set(freeName(redactText(name, find), fields), redactValue(part, find));
  }
  return Object.fromEntries(fields);
}

/** Two names that were masked stay two. */
function freeName(name: string, taken: ReadonlyMap<string, unknown>): string {
  if (!taken.has(name)) return name;
  let count = 2;
  while (taken.has(`${name} ${count}`)) count++;
  return `${name} ${count}`;
}

/** A text with each range that is found, or several that overlap, replaced once. */
export function redactText(text: string, find: Find): string {
  let masked = "";
  let rest = 0;
  for (const { start, end } of find(text).toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    if (end <= rest || end <= start) continue;
    // A range that begins within the one before makes it longer.
    if (start >= rest) masked += text.slice(rest, start) + REDACTED;
    rest = end;
  }
  return masked + text.slice(rest);
}
