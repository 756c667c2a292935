import {
  digestOf,
  digestsBeside,
  equal,
  isRecord,
  type JsonObject,
  type Listing,
  messageOf,
  type PinFile,
  type PinnedTool,
  pinFileOf,
  pinOf,
  type Value,
} from "@mcpolicy/core";
import { type Diagnostic, diagnostic, hasErrors, type Source, type Span } from "@mcpolicy/diagnostics";

const renew = "renew the pins with `policy init --from-tools FILE`, and read what changed";

/**
 * Reads a pin file (`core/pins.ts`) and verifies its digests. A bare listing of a server's definitions, which has no digests, is
 * taken with a warning. `pins` is undefined where anything is wrong: a server with broken pins has no definitions at all.
 */
export function readPins(source: Source): {
  readonly pins: PinFile | undefined;
  readonly diagnostics: readonly Diagnostic[];
} {
  const top: Span = { file: source.name, start: 0, end: Math.min(1, source.text.length) };
  let json: Value;
  try {
    json = JSON.parse(source.text) as Value;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : "";
    return broken(
      diagnostic("P0502", spanOfJsonError(source, why), "this pin file is not JSON")
        .withNote(why.split(/, |\n/)[0] ?? "")
        .withHelp(renew),
    );
  }
  const wrong = shapeOfListing(json);
  if (wrong !== undefined) {
    return broken(diagnostic("P0502", top, `this is not a pin file: ${wrong}`).withHelp(renew));
  }
  const listing = json as JsonObject & { readonly tools: readonly PinnedTool[] };
  const doubled = twice(listing.tools.map((tool) => tool.name));
  if (doubled !== undefined) {
    return broken(
      diagnostic("P0506", placeOf(source, doubled), `the tool \`${doubled}\` is pinned twice`)
        .withNote("which of the two definitions the server means cannot be told")
        .withHelp(renew),
    );
  }
  if (!Object.hasOwn(listing, "mcpolicyPins")) {
    const made = pinsOrWhy(listing);
    if (typeof made === "string") {
      return broken(diagnostic("P0502", top, `this listing cannot be pinned: ${made}`).withHelp(renew));
    }
    const bare = diagnostic("P0505", top, "this listing has no digests: it is taken as it stands")
      .withNote("a change of the file would not be noticed")
      .withHelp("make a pin file of it with `policy init --from-tools FILE`");
    return { pins: made, diagnostics: [bare] };
  }
  if (listing["mcpolicyPins"] !== 1) {
    return broken(
      diagnostic(
        "P0502",
        top,
        `this pin file has version ${JSON.stringify(listing["mcpolicyPins"])}; this version reads 1`,
      ).withHelp(renew),
    );
  }
  const diagnostics = [...verifyDigests(source, listing, top)];
  return { pins: hasErrors(diagnostics) ? undefined : (json as unknown as PinFile), diagnostics };
}

function broken(found: Diagnostic): { readonly pins: undefined; readonly diagnostics: readonly Diagnostic[] } {
  return { pins: undefined, diagnostics: [found] };
}

function* verifyDigests(
  source: Source,
  listing: JsonObject & { readonly tools: readonly PinnedTool[] },
  top: Span,
): Iterable<Diagnostic> {
  const digests = listing["digests"];
  const tools = isRecord(digests) ? digests["tools"] : undefined;
  if (!isRecord(digests) || !isRecord(tools)) {
    yield diagnostic("P0503", top, "this pin file has no `digests`").withHelp(renew);
    return;
  }
  for (const tool of listing.tools) {
    const stated = Object.hasOwn(tools, tool.name) ? tools[tool.name] : undefined;
    if (stated === pinOrNothing(tool)) continue;
    yield diagnostic(
      "P0503",
      placeOf(source, tool.name),
      `the definition of \`${tool.name}\` is not the one that was pinned`,
    )
      .withNote(stated === undefined ? "it has no digest" : `its digest says ${String(stated)}`)
      .withNote("meanwhile every tool of this server is denied")
      .withHelp(renew);
  }
  const listed = new Set(listing.tools.map(({ name }) => name));
  for (const name of Object.keys(tools)) {
    if (listed.has(name)) continue;
    yield diagnostic("P0503", placeOf(source, name), `the pinned tool \`${name}\` is gone from this file`).withHelp(
      renew,
    );
  }
  const beside: Readonly<Record<string, Value | undefined>> = digestsBeside({
    prompts: recordsOf(listing["prompts"]),
    resources: recordsOf(listing["resources"]),
    resourceTemplates: recordsOf(listing["resourceTemplates"]),
  }) as JsonObject;
  for (const [list, stated] of Object.entries(digests)) {
    if (list === "tools" || equal(stated, beside[list] ?? null)) continue;
    yield diagnostic("P0503", placeOf(source, list), `what this file lists as \`${list}\` is not what was pinned`)
      .withNote("meanwhile everything of this server is denied")
      .withHelp(renew);
  }
  if (listing["digest"] !== digestOf(digests)) {
    yield diagnostic("P0503", top, "the digest of this pin file does not fit its `digests`").withHelp(renew);
  }
}

function recordsOf(list: Value | undefined): readonly JsonObject[] {
  return Array.isArray(list) ? (list as readonly Value[]).filter(isRecord) : [];
}

/** A definition that has no canonical form (a lone surrogate) fits no digest. */
function pinOrNothing(tool: PinnedTool): string | undefined {
  try {
    return pinOf(tool);
  } catch {
    return undefined;
  }
}

/**
 * A pin file of what a server's list methods returned (`tools`, and where it has them `resources`, `resourceTemplates`,
 * `prompts`), with digests. Throws a `TypeError` that says what is missing, or where a definition has no canonical JSON.
 */
export function pinsFromListing(listing: unknown): PinFile {
  const wrong = shapeOfListing(listing as Value);
  if (wrong !== undefined) throw new TypeError(`not a listing of tools: ${wrong}`);
  const from = listing as JsonObject & { readonly tools: readonly JsonObject[] };
  const records = (key: string): readonly JsonObject[] => recordsOf(from[key]);
  const text = (key: string): string => (typeof from[key] === "string" ? (from[key] as string) : "unknown");
  const listed: Listing = {
    ...(isRecord(from["serverInfo"]) ? { serverInfo: from["serverInfo"] } : {}),
    ...(typeof from["protocolVersion"] === "string" ? { protocolVersion: from["protocolVersion"] } : {}),
    tools: from.tools,
    resources: records("resources"),
    resourceTemplates: records("resourceTemplates"),
    prompts: records("prompts"),
  };
  return pinFileOf(listed, { package: text("package"), version: text("version"), license: text("license") });
}

/** The same, or why not. */
function pinsOrWhy(listing: JsonObject): PinFile | string {
  try {
    return pinsFromListing(listing);
  } catch (cause) {
    return messageOf(cause);
  }
}

/** What keeps a value from being a listing, as half a sentence; undefined where nothing does. */
function shapeOfListing(json: Value): string | undefined {
  if (!isRecord(json)) return "it is not an object";
  const tools = json["tools"];
  if (!Array.isArray(tools)) return "it has no list `tools`";
  for (const [index, tool] of (tools as readonly Value[]).entries()) {
    if (!isRecord(tool) || typeof tool["name"] !== "string") return `tools[${index}] has no \`name\``;
    if (!isRecord(tool["inputSchema"])) return `tool \`${tool["name"]}\` has no \`inputSchema\``;
    if (tool["annotations"] !== undefined && !isRecord(tool["annotations"])) {
      return `the \`annotations\` of tool \`${tool["name"]}\` are not an object`;
    }
  }
  for (const key of ["resources", "resourceTemplates", "prompts"]) {
    const list = json[key];
    if (list !== undefined && list !== null && !Array.isArray(list)) return `\`${key}\` is not a list`;
  }
  return undefined;
}

function twice(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return names.find((name) => seen.size === seen.add(name).size);
}

/** Where a name first stands in the file: near enough to find the definition. */
function placeOf(source: Source, name: string): Span {
  const quoted = JSON.stringify(name);
  const start = Math.max(0, source.text.indexOf(quoted));
  return { file: source.name, start, end: Math.min(source.text.length, start + quoted.length) };
}

function spanOfJsonError(source: Source, why: string): Span {
  const position = Number(/position (\d+)/.exec(why)?.[1] ?? source.text.length);
  const start = Math.min(position, Math.max(0, source.text.length - 1));
  return { file: source.name, start, end: Math.min(source.text.length, start + 1) };
}
