import type { JsonObject } from "./value.ts";

/**
 * The file that `server NAME from "FILE"` names: what a server's list methods returned, and where it came from. JSON.
 * `digests.tools[name]` is `sha256-<hex>` of the RFC 8785 form of the definition reduced to name, title, description, inputSchema,
 * outputSchema, annotations, icons; `digests` of the other lists are the same over theirs, and stand where these are not empty (files of
 * before have none); `digest` is the same over the whole `digests` object.
 */
export interface PinFile {
  readonly mcpolicyPins: 1;
  readonly package: string;
  readonly version: string;
  readonly license: string;
  readonly serverInfo?: JsonObject;
  readonly protocolVersion?: string;
  readonly tools: readonly PinnedTool[];
  readonly resources: readonly JsonObject[];
  readonly resourceTemplates: readonly JsonObject[];
  readonly prompts: readonly JsonObject[];
  readonly digests: { readonly tools: Readonly<Record<string, string>> } & PinnedDigests;
  readonly digest: string;
}

/** Digests of what is pinned beside tools, by name or URI. */
export interface PinnedDigests {
  readonly prompts?: Readonly<Record<string, string>>;
  readonly resources?: Readonly<Record<string, string>>;
  readonly resourceTemplates?: Readonly<Record<string, string>>;
}

/** A tool definition as `tools/list` gives it (MCP 2025-11-25, Tool). */
export interface PinnedTool {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema: JsonObject;
  readonly outputSchema?: JsonObject;
  readonly annotations?: JsonObject;
  readonly icons?: readonly JsonObject[];
}
