import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import canonicalize from "canonicalize";
import { inCanonicalOrder } from "./in-canonical-order.ts";
import type { PinnedTool } from "./pins.ts";

/**
 * The canonical text of a JSON value (RFC 8785): members sorted by UTF-16 code units, no white space, numbers as ECMAScript prints
 * them. Throws a `TypeError` where there is no such text: not JSON, NaN, infinities, lone surrogates, cycles.
 */
export function canonicalJson(value: unknown): string {
  const ordered = inCanonicalOrder(value);
  if (ordered !== undefined) {
    const quick = JSON.stringify(ordered);
    // So `JSON.stringify` writes lone surrogates, of which there is no canonical text.
    if (!quick.includes("\\ud")) return quick;
  }
  let text: string | undefined;
  try {
    text = canonicalize(value);
  } catch (cause) {
    throw new TypeError(`no canonical JSON: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  if (text === undefined) throw new TypeError(`no canonical JSON: ${typeof value} is not a JSON value`);
  return text;
}

/** `sha256-<64 lower-case hex digits>` over the UTF-8 bytes of the canonical text. Throws where `canonicalJson` does. */
export function digestOf(json: unknown): string {
  return digestOfText(canonicalJson(json));
}

/** `sha256-<64 lower-case hex digits>` over the UTF-8 bytes of a text. */
export function digestOfText(text: string): string {
  return `sha256-${native?.hash("sha256", text) ?? bytesToHex(sha256(new TextEncoder().encode(text)))}`;
}

/** Node's own, where the host is one: the same digests in a third of the time. */
const native = (
  globalThis as {
    readonly process?: {
      readonly getBuiltinModule?: (name: string) => { readonly hash: (algorithm: string, text: string) => string };
    };
  }
).process?.getBuiltinModule?.("node:crypto");

// What a caller of the tool sees and a model reads; `_meta`, `execution` and fields of later protocol versions are left out.
export const pinnedFields = [
  "name",
  "title",
  "description",
  "inputSchema",
  "outputSchema",
  "annotations",
  "icons",
] as const;

/** The digest of a tool's definition, reduced to the fields that are pinned (`pins.ts`). A field that is absent stays absent. */
export function pinOf(tool: PinnedTool): string {
  const fields = pinnedFields.filter((name) => Object.hasOwn(tool, name) && tool[name] !== undefined);
  return digestOf(Object.fromEntries(fields.map((name) => [name, tool[name]])));
}
