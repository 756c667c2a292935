import { definitionPin, digestOf, type PinnedKind, pinnedPart, pinOf } from "./digest.ts";
import type { PinFile, PinnedDigests, PinnedTool } from "./pins.ts";
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
  const digests = {
    tools: Object.fromEntries(tools.map((tool) => [tool.name, pinOf(tool)])),
    ...digestsBeside(listing),
  };
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
  return pinnedPart("tool", definition) as unknown as PinnedTool;
}

/** Kinds of definition beside tools: their list, and the field that names one. */
// biome-ignore format: table
const beside: readonly Beside[] = [
  { list: "prompts",           kind: "prompt",   name: "name"        },
  { list: "resources",         kind: "resource", name: "uri"         },
  { list: "resourceTemplates", kind: "template", name: "uriTemplate" },
];

interface Beside {
  readonly list: keyof PinnedDigests;
  readonly kind: PinnedKind;
  readonly name: string;
}

/**
 * The digests of what a server lists beside tools, by name or URI; a list that is empty is left out. Of two under one name the later counts.
 */
export function digestsBeside(listing: Pick<Listing, keyof PinnedDigests>): PinnedDigests {
  return Object.fromEntries(
    beside.flatMap(({ list, kind, name }) => {
      const named = listing[list].flatMap((each) => {
        const by = each[name];
        return typeof by === "string" ? [[by, pinOrNever(kind, each)] as const] : [];
      });
      return named.length === 0 ? [] : [[list, Object.fromEntries(named)] as const];
    }),
  );
}

/** Names outside of this set are neither pinned nor shown nor callable (MCP 2025-11-25, tool names). */
export function isToolName(name: string): boolean {
  return /^[A-Za-z0-9_.-]{1,128}$/.test(name) && name !== "__proto__";
}

/** A definition without canonical text (a lone surrogate) has a digest that no other has. */
function pinOrNever(kind: PinnedKind, definition: JsonObject): string {
  try {
    return definitionPin(kind, definition);
  } catch {
    return "unpinnable";
  }
}
