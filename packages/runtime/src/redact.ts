import { equal, type Found, isRecord, type JsonObject, type Value } from "@mcpolicy/core";
import { parseJson, type ToolResult } from "./tool-result.ts";

/** Where detectors find something in a text, in any order; ranges may overlap. */
export type Find = (text: string) => readonly Found[];

/** What stands where something was found. */
export const REDACTED = "[redacted]";

/** Words of the protocol: fields of content blocks and of embedded resources, whose names say nothing of anybody. */
const words: ReadonlySet<string> = new Set([
  ..."type text data mimeType resource uri name title description size icons annotations _meta blob".split(" "),
]);

const noWords: ReadonlySet<string> = new Set();

/** The sorts of content blocks, and which field of each holds bytes (MCP 2025-11-25, ContentBlock). */
const bytesOf: Readonly<Record<string, string | undefined>> = {
  text: undefined,
  image: "data",
  audio: "data",
  resource: undefined,
  resource_link: undefined,
};

/**
 * A result with all that detectors find masked: in every text and number of its content blocks, of `structuredContent` and of
 * `_meta`, names of fields included, whether it is an error or not. Texts of several blocks are also looked at as one, as conditions
 * read them. A number in which something is found becomes text, which the tool's output schema may then refuse. What stays is bytes
 * in base64.
 */
export function redact(result: ToolResult, find: Find): ToolResult {
  const { content, structuredContent, isError, ...rest } = result;
  const reaching = reachingInto(content ?? [], find);
  return {
    ...(redactValue(rest as JsonObject, find) as JsonObject),
    ...(isError === undefined ? {} : { isError }),
    ...(content === undefined
      ? {}
      : { content: content.map((block, at) => redactBlock(block, find, reaching.get(at))) }),
    ...(structuredContent === undefined ? {} : { structuredContent: redactValue(structuredContent, find) }),
  };
}

/** `reaching`: what is found in the block's text only together with others'. */
function redactBlock(block: JsonObject, find: Find, reaching: readonly Found[] | undefined): JsonObject {
  const { type } = block;
  if (typeof type !== "string" || !Object.hasOwn(bytesOf, type)) return redactValue(block, find) as JsonObject;
  return redactFields(block, find, words, (name, part) => {
    if (name === "type") return part;
    if (name === bytesOf[type] && isBase64(part)) return part;
    if (type === "resource" && name === "resource" && isRecord(part)) return redactResource(part, find);
    if (reaching !== undefined && name === "text" && typeof part === "string")
      return redactReached(part, find, reaching);
    return redactPart(name, part, find);
  });
}

function redactResource(resource: JsonObject, find: Find): JsonObject {
  return redactFields(resource, find, words, (name, part) => {
    return name === "blob" && isBase64(part) ? part : redactPart(name, part, find);
  });
}

/** A field's value. Words of the protocol tell nothing of what stands behind them. */
function redactPart(name: string, part: Value, find: Find): Value {
  return words.has(name) ? redactValue(part, find) : redactValue(part, find, behindName(name, find));
}

/** `stay`: names that are not looked at. */
function redactFields(
  of: JsonObject,
  find: Find,
  stay: ReadonlySet<string>,
  masked: (name: string, part: Value) => Value,
): JsonObject {
  const fields = new Map<string, Value>();
  const counts = new Map<string, number>();
  for (const [name, part] of Object.entries(of)) {
    const left = stay.has(name) ? name : redactText(name, find);
    fields.set(freeName(left, fields, counts), masked(name, part));
  }
  return Object.fromEntries(fields);
}

/** RFC 4648, section 4, without line breaks. */
function isBase64(value: Value): boolean {
  return typeof value === "string" && value.length % 4 === 0 && !/[^A-Za-z0-9+/]/.test(value.replace(/={1,2}$/, ""));
}

/** A value with what is found masked in each of its texts and numbers. `here` is what finds in the value, should it be one itself. */
export function redactValue(value: Value, find: Find, here: Find = find): Value {
  if (typeof value === "string") return redactWritten(value, find, here);
  if (typeof value === "number") return here(String(value)).some(({ start, end }) => start < end) ? REDACTED : value;
  if (Array.isArray(value)) return value.map((each: Value) => redactValue(each, find, here));
  if (!isRecord(value)) return value;
  return redactFields(value, find, noWords, (name, part) => redactValue(part, find, behindName(name, find)));
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
  const json = jsonIn(text);
  if (json === undefined) return redactText(text, here);
  const masked = redactValue(json, find, here);
  if (equal(masked, json)) return redactText(text, here);
  return typeof json === "number" ? REDACTED : redactText(JSON.stringify(masked), here);
}

function jsonIn(text: string): Value | undefined {
  return /^\s{0,64}[[{"\d-]/.test(text) ? parseJson(text) : undefined;
}

/** Into JSON something reaches only by breaking it: then nothing of it is left. */
function redactReached(text: string, find: Find, reaching: readonly Found[]): string {
  if (jsonIn(text) !== undefined) return REDACTED;
  return withMasks(text, masksOf(text, find, [...find(text), ...reaching]));
}

/**
 * What is found in the texts of blocks only when they are joined by line breaks, as `result.text` is: the rest of a key whose head
 * stands in another block. By index, for each block that something reaches into, the ranges of its text.
 */
function reachingInto(content: readonly JsonObject[], find: Find): ReadonlyMap<number, readonly Found[]> {
  const blocks = content.flatMap(({ type, text }, index) =>
    type === "text" && typeof text === "string" ? [{ index, text }] : [],
  );
  const reaching = new Map<number, readonly Found[]>();
  if (blocks.length < 2) return reaching;
  const masks = masksOf(blocks.map(({ text }) => text).join("\n"), find);
  let first = 0;
  let begin = 0;
  for (const { index, text } of blocks) {
    const end = begin + text.length;
    while (first < masks.length && masks[first]!.end <= begin) first++;
    const parts: Found[] = [];
    for (let at = first; at < masks.length && masks[at]!.start < end; at++) {
      const { start, end: stop } = masks[at]!;
      parts.push({ start: Math.max(start, begin) - begin, end: Math.min(stop, end) - begin });
    }
    if (!isCovered(parts, masksOf(text, find), text.length)) reaching.set(index, parts);
    begin = end + 1;
  }
  return reaching;
}

function isCovered(parts: readonly Found[], by: readonly Found[], length: number): boolean {
  if (parts.length === 0) return true;
  const covered = new Uint8Array(length);
  for (const { start, end } of by) covered.fill(1, start, end);
  return parts.every(({ start, end }) => !covered.subarray(start, end).includes(0));
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

/** A text with all that is found in it masked (see `masksOf`). */
export function redactText(text: string, find: Find): string {
  return text === "" ? "" : withMasks(text, masksOf(text, find));
}

/**
 * The ranges of a text that are masked, in order, none over another: each that is found, several that overlap or touch as one. What is
 * left between is looked through again, as texts of their own: what stood beside a mask may be told only then. INVARIANT: nothing is
 * found in any piece that is left.
 */
function masksOf(
  text: string,
  find: Find,
  found: readonly Found[] = find(text),
  rounds: number = mostRounds,
): readonly Found[] {
  const ranges = found.filter(({ start, end }) => start < end).toSorted((a, b) => a.start - b.start || b.end - a.end);
  if (ranges.length === 0) return [];
  if (rounds === 0) return [{ start: 0, end: text.length }];
  const masks: Found[] = [];
  const between = (begin: number, stop: number): void => {
    if (begin >= stop) return;
    const piece = text.slice(begin, stop);
    for (const { start, end } of masksOf(piece, find, find(piece), rounds - 1)) {
      masks.push({ start: begin + start, end: begin + end });
    }
  };
  let { start: begin, end: rest } = ranges[0]!;
  between(0, begin);
  for (const { start, end } of ranges) {
    if (start > rest) {
      masks.push({ start: begin, end: rest });
      between(rest, start);
      begin = start;
    }
    rest = Math.max(rest, end);
  }
  masks.push({ start: begin, end: rest });
  between(rest, text.length);
  return masks;
}

function withMasks(text: string, masks: readonly Found[]): string {
  const pieces: string[] = [];
  let rest = 0;
  for (const { start, end } of masks) {
    pieces.push(text.slice(rest, start));
    rest = end;
  }
  return [...pieces, text.slice(rest)].join(REDACTED);
}
