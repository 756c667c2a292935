import {
  isRecord,
  type JsonObject,
  type Listing,
  type Origin,
  type PinFile,
  pinFileOf,
  type Value,
} from "@mcpolicy/core";
import { everyCapability } from "../methods/capabilities.ts";
import { CLIENT_CAPABILITIES, type Era, own, PROTOCOL_VERSION, revisions } from "../wire/message.ts";
import { type AskedServer, Refused } from "./asked-server.ts";
import { type HttpSource, httpServer } from "./http-server.ts";
import { type StdioSource, stdioServer } from "./stdio-server.ts";

/** A server that is asked for its definitions: a program on stdio, or an endpoint of Streamable HTTP. */
export type CaptureSource = StdioSource | HttpSource;

export type CaptureOptions = CaptureSource & Partial<Origin>;

/** The list methods: the capability that promises each, and the member of its result that holds the page (MCP 2025-11-25). */
// biome-ignore format: table
const lists = [
  { member: "tools",             method: "tools/list",               capability: "tools"     },
  { member: "resources",         method: "resources/list",           capability: "resources" },
  { member: "resourceTemplates", method: "resources/templates/list", capability: "resources" },
  { member: "prompts",           method: "prompts/list",             capability: "prompts"   },
] as const;

const MAX_PAGES = 1000;
const METHOD_NOT_FOUND = -32601;

const clientInfo = { name: "mcpolicy", version: "0.0.0" };

/**
 * Asks an MCP server for everything that it lists, in whichever era it speaks, and gives its pin file. Rejects where it cannot be reached, does not
 * answer in time, or answers with something else than MCP. What the origin leaves out is what the server says of itself.
 */
export async function capturePins(options: CaptureOptions): Promise<PinFile> {
  const listing = await captureListing(options);
  const { name, version } = (listing.serverInfo ?? {}) as { readonly name?: Value; readonly version?: Value };
  return pinFileOf(listing, {
    package: options.package ?? textOr(name, "unknown"),
    version: options.version ?? textOr(version, "unknown"),
    license: options.license ?? "unknown",
  });
}

/** What it lists, without digests. */
export async function captureListing(source: CaptureSource): Promise<Listing> {
  const server = "url" in source ? httpServer(source) : stdioServer(source);
  try {
    return await list(server);
  } finally {
    await server.stop();
  }
}

async function list(server: AskedServer): Promise<Listing> {
  const { era, opened, revision } = await open(server);
  const capabilities = own(opened, "capabilities");
  const found = { tools: [], resources: [], resourceTemplates: [], prompts: [] } as Record<string, JsonObject[]>;
  for (const { member, method, capability } of lists) {
    if (!isRecord(capabilities) || !Object.hasOwn(capabilities, capability)) continue;
    found[member] = await pages(server, method, member, era);
  }
  const serverInfo = own(opened, "serverInfo") ?? serverInfoOf(opened);
  return {
    ...(isRecord(serverInfo) ? { serverInfo } : {}),
    protocolVersion: revision,
    ...(found as unknown as Pick<Listing, "tools" | "resources" | "resourceTemplates" | "prompts">),
  };
}

interface Opened {
  readonly era: Era;
  readonly opened: JsonObject;
  readonly revision: string;
}

/**
 * Most servers know `initialize`; those that only speak 2026-07-28 refuse it. Whatever is offered to some client is to be found: every capability is
 * declared, and what the server asks of us is answered by an error.
 */
async function open(server: AskedServer): Promise<Opened> {
  const protocolVersion = revisions.legacy[0] as string;
  try {
    const opened = await server.ask(
      "initialize",
      { protocolVersion, capabilities: everyCapability, clientInfo },
      "legacy",
    );
    // Some servers make up what they offer now, by what the client declared.
    await server.tell("notifications/initialized");
    return { era: "legacy", opened, revision: textOr(own(opened, "protocolVersion"), protocolVersion) };
  } catch (problem) {
    if (!(problem instanceof Refused)) throw problem;
    const opened = await server.ask("server/discover", modernParams({}), "modern");
    return { era: "modern", opened, revision: revisions.modern[0] as string };
  }
}

function modernParams(params: JsonObject): JsonObject {
  const meta = { [PROTOCOL_VERSION]: revisions.modern[0] as string, [CLIENT_CAPABILITIES]: everyCapability };
  return { ...params, _meta: { ...meta, "io.modelcontextprotocol/clientInfo": clientInfo } };
}

function serverInfoOf(opened: JsonObject): Value | undefined {
  const meta = own(opened, "_meta");
  return isRecord(meta) ? own(meta, "io.modelcontextprotocol/serverInfo") : undefined;
}

async function pages(server: AskedServer, method: string, member: string, era: Era): Promise<JsonObject[]> {
  const found: JsonObject[] = [];
  let cursor: Value | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const params = cursor === undefined ? {} : { cursor };
    const result = await server
      .ask(method, era === "modern" ? modernParams(params) : params, era)
      .catch((problem: unknown) => {
        // Some servers promise `resources` and know no templates.
        if (problem instanceof Refused && problem.code === METHOD_NOT_FOUND) return { [member]: [] } as JsonObject;
        throw problem;
      });
    const items = result[member];
    if (!Array.isArray(items) || !items.every(isRecord))
      throw new Error(`the server's answer to ${method} lists no ${member}`);
    found.push(...items);
    cursor = result["nextCursor"];
    if (cursor === undefined) return found;
  }
  throw new Error(`the server's answer to ${method} has more than ${MAX_PAGES} pages`);
}

function textOr(value: Value | undefined, otherwise: string): string {
  return typeof value === "string" && value !== "" ? value : otherwise;
}
