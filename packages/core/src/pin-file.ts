import { digestOf, pinnedFields, pinOf } from "./digest.ts";
import type { PinFile, PinnedTool } from "./pins.ts";
import type { JsonObject } from "./value.ts";

/** What a server said of itself: its answers to `initialize` and to the list methods, all pages of them. */
export interface Listing {
  readonly serverInfo?: JsonObject;
  readonly protocolVersion?: string;
  readonly tools: readonly JsonObject[];
  readonly resources: readonly JsonObject[];
  readonly resourceTemplates: readonly JsonObject[];
  readonly prompts: readonly JsonObject[];
}

/** Where a listing came from: the package's name, version and stated licence (SPDX). */
export interface Origin {
  readonly package: string;
  readonly version: string;
  readonly license: string;
}

/** Makes the pin file of a listing. Tools keep the fields that their digest covers. Throws a TypeError where a definition is none. */
export function pinFileOf(listing: Listing, origin: Origin): PinFile {
  const tools = listing.tools.map(toPinnedTool);
  const digests = { tools: Object.fromEntries(tools.map((tool) => [tool.name, pinOf(tool)])) };
  if (Object.keys(digests.tools).length !== tools.length) throw new TypeError("two tools have the same name");
  return {
    mcpolicyPins: 1,
    package: origin.package,
    version: origin.version,
    license: origin.license,
    ...(listing.serverInfo === undefined ? {} : { serverInfo: listing.serverInfo }),
    ...(listing.protocolVersion === undefined ? {} : { protocolVersion: listing.protocolVersion }),
    tools,
    resources: listing.resources,
    resourceTemplates: listing.resourceTemplates,
    prompts: listing.prompts,
    digests,
    digest: digestOf(digests),
  };
}

function toPinnedTool(definition: JsonObject): PinnedTool {
  const { name, inputSchema } = definition;
  if (typeof name !== "string" || !isToolName(name))
    throw new TypeError("a tool has no name, or one outside of [A-Za-z0-9_.-]{1,128}");
  if (typeof inputSchema !== "object" || inputSchema === null) throw new TypeError(`tool ${name} has no inputSchema`);
  const kept = pinnedFields.filter((field) => Object.hasOwn(definition, field));
  return Object.fromEntries(kept.map((field) => [field, definition[field]])) as unknown as PinnedTool;
}

/** Names outside of this set are neither pinned nor shown nor callable (MCP 2025-11-25, tool names). */
export function isToolName(name: string): boolean {
  return /^[A-Za-z0-9_.-]{1,128}$/.test(name) && name !== "__proto__";
}
