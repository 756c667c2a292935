import { equal, type Found, isRecord, type JsonObject, type Value } from "@mcpolicy/core";
import { parseJson, type ToolResult } from "./tool-result.ts";

/** Where detectors find something in a text, in any order; ranges may overlap. */
export type Find = (text: string) => readonly Found[];

/** What stands where something was found. */
export const REDACTED = "[redacted]";

/** Fields that hold no text, by the sort of content block: words of the protocol, and bytes in base64. */
// biome-ignore format: table
const notText: Readonly<Record<string, ReadonlySet<string>>> = {
  text:     new Set(["type"]),
  image:    new Set(["type", "mimeType", "data"]),
  audio:    new Set(["type", "mimeType", "data"]),
  resource: new Set(["type"]),
  resource_link: new Set(["type", "mimeType"]),
};
const notTextOfResource: ReadonlySet<string> = new Set(["mimeType", "blob"]);

/**
 * A result with all that detectors find masked: in every text and number of its content blocks, of `structuredContent` and of
 * `_meta`, names of fields included, whether it is an error or not. A text block that holds the same JSON as `structuredContent` is
 * written anew from it. A number in which something is found becomes text, which the tool's output schema may then refuse.
 */
export function redact(result: ToolResult, find: Find): ToolResult {
  const { content, structuredContent, isError, ...rest } = result;
  const structured = structuredContent === undefined ? undefined : redactValue(structuredContent, find);
  const block = (each: JsonObject): JsonObject =>
    isCopy(each, structuredContent)
      ? { ...redactBlock(each, find), text: JSON.stringify(structured) }
      : redactBlock(each, find);
  return {
    ...(redactValue(rest as JsonObject, find) as JsonObject),
    ...(isError === undefined ? {} : { isError }),
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

function redactBlock(block: JsonObject, find: Find): JsonObject {
  const { type } = block;
  const kept = typeof type === "string" && Object.hasOwn(notText, type) ? notText[type]! : new Set<string>();
  return redactFields(block, kept, find, type === "resource");
}

/** `holdsResource`: the field `resource` is one, whose own bytes are no text either. */
function redactFields(of: JsonObject, kept: ReadonlySet<string>, find: Find, holdsResource: boolean): JsonObject {
  return Object.fromEntries(
    Object.entries(of).map(([name, value]) => {
      if (kept.has(name)) return [name, value];
      const isResource = holdsResource && name === "resource" && isRecord(value);
      return [name, isResource ? redactFields(value, notTextOfResource, find, false) : redactValue(value, find)];
    }),
  );
}

/** A value with what is found masked in each of its texts and numbers. */
export function redactValue(value: Value, find: Find): Value {
  if (typeof value === "string") return redactWritten(value, find);
  if (typeof value === "number") return find(String(value)).length === 0 ? value : REDACTED;
  if (Array.isArray(value)) return value.map((each: Value) => redactValue(each, find));
  if (!isRecord(value)) return value;
  const fields = new Map<string, Value>();
  const counts = new Map<string, number>();
  for (const [name, part] of Object.entries(value)) {
    fields.set(freeName(redactText(name, find), fields, counts), redactValue(part, find));
  }
  return Object.fromEntries(fields);
}

/** A text as it stands, and, where it is JSON, as whoever reads it will take it: `ada\u0040example.org` is an address. */
function redactWritten(text: string, find: Find): string {
  const json = /^\s{0,64}[[{]/.test(text) ? parseJson(text) : undefined;
  if (json === undefined) return redactText(text, find);
  const masked = redactValue(json, find);
  return redactText(equal(masked, json) ? text : JSON.stringify(masked), find);
}

/** Two names that were masked stay two. `counts` says how often a name was asked for, so that none is counted up to twice. */
function freeName(name: string, taken: ReadonlyMap<string, unknown>, counts: Map<string, number>): string {
  if (!taken.has(name)) return name;
  let count = counts.get(name) ?? 2;
  while (taken.has(`${name} ${count}`)) count++;
  counts.set(name, count + 1);
  return `${name} ${count}`;
}

/** How often what is left is looked through again before all of it is masked. */
const mostRounds = 8;

/**
 * A text with each range that is found, or several that overlap, replaced once. What is left between is looked through again, as
 * texts of their own: what stood beside a mask may be told only then. INVARIANT: nothing is found in any piece that is left.
 */
export function redactText(text: string, find: Find, rounds: number = mostRounds): string {
  if (text === "") return "";
  const found = find(text)
    .filter(({ start, end }) => start < end)
    .toSorted((a, b) => a.start - b.start || b.end - a.end);
  if (found.length === 0) return text;
  if (rounds === 0) return REDACTED;
  const pieces: string[] = [];
  let rest = 0;
  for (const { start, end } of found) {
    if (end <= rest) continue;
    // A range that begins within the one before makes it longer.
    if (start >= rest) pieces.push(redactText(text.slice(rest, start), find, rounds - 1));
    rest = end;
  }
  return [...pieces, redactText(text.slice(rest), find, rounds - 1)].join(REDACTED);
}
