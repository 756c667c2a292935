import { isRecord, type JsonObject } from "@mcpolicy/core";
import { announced } from "../methods/capabilities.ts";
import { own, revisions } from "../wire/message.ts";
import { type Hear, type Hearing, isListed, passes, withheld } from "./heard.ts";

/** `initialize`: what the server says of itself, without capabilities whose methods are denied (MCP 2025-11-25, InitializeResult). */
export const initialize: Hear = (result, hearing) => {
  const { protocolVersion, capabilities, serverInfo, instructions, _meta: meta } = result;
  if (!isRecord(capabilities)) return withheld("the server names no capabilities");
  if (typeof protocolVersion !== "string" || !revisions.legacy.includes(protocolVersion)) {
    return withheld("the server answers in a revision that is not understood here");
  }
  return passes({
    protocolVersion,
    capabilities: announcedTo(hearing, capabilities),
    ...(serverInfo === undefined ? undefined : { serverInfo }),
    ...(instructions === undefined ? undefined : { instructions }),
    ...(meta === undefined ? undefined : { _meta: meta }),
  });
};

/** `server/discover` (MCP 2026-07-28, DiscoverResult): this caller's alone. */
export const discover: Hear = (result, hearing) => {
  const { supportedVersions, capabilities, instructions, ttlMs, _meta: meta, resultType } = result;
  if (!isRecord(capabilities)) return withheld("the server names no capabilities");
  if (!Array.isArray(supportedVersions)) return withheld("the server names no revisions");
  const understood = [...revisions.modern, ...revisions.legacy];
  return passes({
    ...(resultType === undefined ? undefined : { resultType }),
    supportedVersions: supportedVersions.filter((each) => understood.includes(String(each))),
    capabilities: announcedTo(hearing, capabilities),
    ...(instructions === undefined ? undefined : { instructions }),
    ttlMs: ttlMs ?? 0,
    cacheScope: "private",
    ...(meta === undefined ? undefined : { _meta: meta }),
  });
};

/** Completion has an operation of its own: where nothing allows it, it is not offered. */
function announcedTo(hearing: Hearing, capabilities: JsonObject): JsonObject {
  const { server } = hearing.enforcer;
  const isOffered = (name: string): boolean =>
    name !== "completions" || isListed(hearing, { kind: "completion", server: server.name });
  return announced("server", capabilities, hearing.request.era, isOffered);
}

/** Results that say nothing but that it was done. */
export const empty: Hear = (result) => {
  const meta = own(result, "_meta");
  const type = own(result, "resultType");
  return passes({
    ...(type === undefined ? undefined : { resultType: type }),
    ...(isRecord(meta) ? { _meta: meta } : undefined),
  });
};
