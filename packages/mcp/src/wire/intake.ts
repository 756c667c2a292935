import { type IntakeBounds, intakeBounds, type JsonObject } from "@mcpolicy/core";

export { type Intake, type IntakeBounds as Bounds, intake } from "@mcpolicy/core";

/** Of a line that a caller sends. */
export const callerBounds: IntakeBounds = intakeBounds;

/** Of a line that a server sends: results carry files. 16 MiB, 64 levels, a million fields. */
export const serverBounds: IntakeBounds = Object.freeze({
  bytes: 16 * 1024 * 1024,
  depth: 64,
  keys: 1_000_000,
  text: 16 * 1024 * 1024,
});

/**
 * The id that a refused line seems to carry, where it seems to ask or to answer as `kind` says, so that whoever waits for its answer can be
 * told. Lenient, and used for nothing else: nothing of such a line is decided or forwarded.
 */
export function idOfRefused(
  line: Uint8Array | string,
  kind: "request" | "response",
  bounds: IntakeBounds = callerBounds,
): string | number | undefined {
  // A text has at least as many bytes as code units.
  if (line.length > bounds.bytes) return undefined;
  try {
    const text = typeof line === "string" ? line : utf8.decode(line);
    // Engines take seconds and gigabytes to find out that millions of brackets are not closed.
    if (opens(text) > MOST_OPENED) return undefined;
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, "id")) return undefined;
    if (Object.hasOwn(value, "method") !== (kind === "request")) return undefined;
    const id = (value as JsonObject)["id"];
    return typeof id === "string" || (typeof id === "number" && Number.isSafeInteger(id)) ? id : undefined;
  } catch {
    return undefined;
  }
}

/** A line that opens more lists and records than this is not looked at again. */
const MOST_OPENED = 10_000;

/** How many lists and records a text opens at most, those within strings counted too. */
function opens(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x5b || unit === 0x7b) count++;
  }
  return count;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });
