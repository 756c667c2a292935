import { sha256 } from "@noble/hashes/sha2.js";
import canonicalize from "canonicalize";
import { messageOf } from "./failure.ts";
import { toHex } from "./hexadecimal.ts";
import { inCanonicalOrder } from "./in-canonical-order.ts";
import type { PinnedTool } from "./pins.ts";
import type { JsonObject, Value } from "./value.ts";

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
    throw new TypeError(`no canonical JSON: ${messageOf(cause)}`, { cause });
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
  return `sha256-${native === undefined ? toHex(sha256(new TextEncoder().encode(text))) : nativeDigest(native, text)}`;
}

interface Hash {
  readonly update: (text: string) => unknown;
  readonly digest: (form: "hex") => string;
}

interface Crypto {
  readonly hash: (algorithm: string, text: string) => string;
  readonly createHash: (algorithm: string) => Hash;
}

/** Node's own, where the host is one: the same digests in a third of the time. */
const native = (
  globalThis as { readonly process?: { readonly getBuiltinModule?: (name: string) => Crypto } }
).process?.getBuiltinModule?.("node:crypto");

/** How much of a text is encoded at once, in UTF-16 code units. */
const PIECE = 16_384;

/** Long texts piece by piece: for the bytes of a whole artifact a process has no room yet, and to make it took as long as a third of reading its JSON. */
function nativeDigest({ hash, createHash }: Crypto, text: string): string {
  if (text.length <= PIECE) return hash("sha256", text);
  const whole = createHash("sha256");
  for (let at = 0; at < text.length; ) {
    const end = at + PIECE;
    // A pair of surrogates is one character.
    const isSplit = (text.charCodeAt(end - 1) & 0xfc00) === 0xd800;
    const next = isSplit ? end - 1 : end;
    whole.update(text.slice(at, next));
    at = next;
  }
  return whole.digest("hex");
}

/** What may be pinned: the kinds of definition that a server lists. */
export type PinnedKind = "tool" | "prompt" | "resource" | "template";

// What a caller sees and a model reads; `_meta`, `execution`, a resource's size and fields of later protocol versions are left out.
// biome-ignore format: one row a kind
const fieldsOf: Readonly<Record<PinnedKind, readonly string[]>> = {
  tool:     ["name", "title", "description", "inputSchema", "outputSchema", "annotations", "icons"],
  prompt:   ["name", "title", "description", "arguments", "icons"],
  resource: ["uri", "name", "title", "description", "mimeType", "annotations", "icons"],
  template: ["uriTemplate", "name", "title", "description", "mimeType", "annotations", "icons"],
};

/** A definition reduced to the fields that are pinned. A field that is absent stays absent. */
export function pinnedPart(kind: PinnedKind, definition: JsonObject): JsonObject {
  const fields = fieldsOf[kind].filter((name) => Object.hasOwn(definition, name) && definition[name] !== undefined);
  return Object.fromEntries(fields.map((name) => [name, definition[name] as Value]));
}

/** The digest of a definition of any kind, over its pinned part. Throws where that has no canonical text. */
export function definitionPin(kind: PinnedKind, definition: JsonObject): string {
  return digestOf(pinnedPart(kind, definition));
}

/** The digest of a tool's definition, reduced to the fields that are pinned (`pins.ts`). */
export function pinOf(tool: PinnedTool): string {
  return definitionPin("tool", tool as unknown as JsonObject);
}
