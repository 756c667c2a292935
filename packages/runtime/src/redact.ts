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
 * `_meta`, names of fields included, whether it is an error or not. A number in which something is found becomes text, which the
 * tool's output schema may then refuse.
 */
export function redact(result: ToolResult, find: Find): ToolResult {
  const { content, structuredContent, isError, ...rest } = result;
  return {
    ...(redactValue(rest as JsonObject, find) as JsonObject),
    ...(isError === undefined ? {} : { isError }),
    ...(content === undefined ? {} : { content: content.map((block) => redactBlock(block, find)) }),
    ...(structuredContent === undefined ? {} : { structuredContent: redactValue(structuredContent, find) }),
  };
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

/** A value with what is found masked in each of its texts and numbers. `here` is what finds in the value, should it be one itself. */
export function redactValue(value: Value, find: Find, here: Find = find): Value {
  if (typeof value === "string") return redactWritten(value, find, here);
  if (typeof value === "number") return here(String(value)).some(({ start, end }) => start < end) ? REDACTED : value;
  if (Array.isArray(value)) return value.map((each: Value) => redactValue(each, find));
  if (!isRecord(value)) return value;
  const fields = new Map<string, Value>();
  const counts = new Map<string, number>();
  for (const [name, part] of Object.entries(value)) {
    const masked = redactValue(part, find, behindName(name, find));
    fields.set(freeName(redactText(name, find), fields, counts), masked);
  }
  return Object.fromEntries(fields);
}

/** What is found in a text by itself, or behind its field's name: a secret key may be told by nothing but what it is called. */
function behindName(name: string, find: Find): Find {
  const before = `${name}: `;
  return (text) => {
    const named = find(before + text).map(({ start, end }) => {
      return { start: Math.max(0, start - before.length), end: end - before.length };
    });
    return [...find(text), ...named];
  };
}

/** A text as it stands, and, where it is JSON, as whoever reads it will take it: `ada\u0040example.org` is an address. */
function redactWritten(text: string, find: Find, here: Find): string {
  const json = /^\s{0,64}[[{]/.test(text) ? parseJson(text) : undefined;
  if (json === undefined) return redactText(text, here);
  const masked = redactValue(json, find);
  return redactText(equal(masked, json) ? text : JSON.stringify(masked), here);
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
    // A range that begins within the one before, or right behind it, makes it longer.
    if (start > rest || pieces.length === 0) pieces.push(redactText(text.slice(rest, start), find, rounds - 1));
    rest = end;
  }
  return [...pieces, redactText(text.slice(rest), find, rounds - 1)].join(REDACTED);
}
