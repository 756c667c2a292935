import { isRecord, type JsonObject, type Value } from "@mcpolicy/core";
import { defaultMaxBase64 } from "../settings.ts";
import { own } from "../wire/message.ts";
import type { Hearing } from "./heard.ts";
import { withKnownLinks } from "./links.ts";

/** A content block as it may leave; undefined where it may not (MCP 2025-11-25, ContentBlock). */
type Keep = (block: JsonObject, hearing: Hearing) => JsonObject | undefined;

/** Kinds of content, and what lets each pass. Kinds without a row are dropped. */
const kinds: Readonly<Record<string, Keep>> = {
  text(block, { settings }) {
    const text = own(block, "text");
    if (typeof text !== "string") return undefined;
    const left = withKnownLinks(text, settings.linkHosts);
    return left === text ? block : { ...block, text: left };
  },
  image: (block, hearing) => (isBounded(own(block, "data"), hearing) ? block : undefined),
  audio: (block, hearing) => (isBounded(own(block, "data"), hearing) ? block : undefined),
  resource_link(block, hearing) {
    const uri = own(block, "uri");
    return typeof uri === "string" && hearing.mayRead(uri) ? block : undefined;
  },
  resource(block, hearing) {
    const resource = own(block, "resource");
    if (!isRecord(resource)) return undefined;
    const kept = contentsLeft(resource, hearing);
    if (kept === undefined) return undefined;
    return kept === resource ? block : { ...block, resource: kept };
  },
};

/** What of a content block may leave. */
export function blockLeft(block: JsonObject, hearing: Hearing): JsonObject | undefined {
  const type = own(block, "type");
  return typeof type === "string" && Object.hasOwn(kinds, type) ? kinds[type]?.(block, hearing) : undefined;
}

/** The contents of a resource as they may leave. `asked` is a URI that was decided already. */
export function contentsLeft(resource: JsonObject, hearing: Hearing, asked?: string): JsonObject | undefined {
  const uri = own(resource, "uri");
  if (typeof uri !== "string" || (uri !== asked && !hearing.mayRead(uri))) return undefined;
  const [text, blob] = [own(resource, "text"), own(resource, "blob")];
  if (typeof text === "string") {
    const left = withKnownLinks(text, hearing.settings.linkHosts);
    return left === text ? resource : { ...resource, text: left };
  }
  return isBounded(blob, hearing) ? resource : undefined;
}

function isBounded(data: Value | undefined, { settings }: Hearing): boolean {
  return typeof data === "string" && data.length <= (settings.maxBase64 ?? defaultMaxBase64);
}

/** Blocks as they may leave, and how many were dropped; the same list where all may. A text says so, for whoever wonders. */
export function blocksLeft(
  blocks: readonly JsonObject[],
  hearing: Hearing,
): { readonly blocks: readonly JsonObject[]; readonly dropped: number } {
  let left: JsonObject[] | undefined;
  let dropped = 0;
  for (let at = 0; at < blocks.length; at++) {
    const block = blocks[at] as JsonObject;
    const kept = blockLeft(block, hearing);
    if (kept === block && left === undefined) continue;
    left ??= blocks.slice(0, at);
    if (kept === undefined) dropped += 1;
    else left.push(kept);
  }
  if (dropped > 0) left?.push(withheldBlock(dropped));
  return { blocks: left ?? blocks, dropped };
}

/** Whether any of the blocks names a resource, so that it has to be decided. */
export function nameResources(blocks: readonly JsonObject[] | undefined): boolean {
  return blocks?.some(({ type, uri }) => type === "resource" || typeof uri === "string") === true;
}

/** Stands where content was dropped. */
export function withheldBlock(count: number): JsonObject {
  return { type: "text", text: `Withheld by policy: ${count === 1 ? "a part" : `${count} parts`} of this answer.` };
}
