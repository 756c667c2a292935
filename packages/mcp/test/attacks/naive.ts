import type { ServerResponse } from "node:http";
import { json, type Posted, type Scripted, scripted } from "../http/raw.ts";
import type { Victim } from "./fixture.ts";
import { type CallOf, capabilities, carryOut, type Heard, info, listOf } from "./victim.ts";

/** A server on HTTP that reads bodies alone, of either era, and knows no session. */
export async function naive(victim: Victim, heard: Heard): Promise<Scripted> {
  return scripted(({ message, headers }: Posted, response: ServerResponse) => {
    if (message["id"] === undefined) return void response.writeHead(202).end();
    const isModern = headers["mcp-protocol-version"] === "2026-07-28";
    const { name, arguments: args } = (message["params"] ?? {}) as CallOf["params"];
    const type = isModern ? { resultType: "complete" } : {};
    const opening = { protocolVersion: "2025-11-25", capabilities, serverInfo: info };
    const answers: Record<string, () => object> = {
      initialize: () => opening,
      "server/discover": () => ({ ...opening, supportedVersions: ["2026-07-28"], ttlMs: 0, cacheScope: "private" }),
      "tools/list": () => ({ ...listOf(victim), ...(isModern ? { ttlMs: 0, cacheScope: "private" } : {}) }),
      "tools/call": () => ({ content: [{ type: "text", text: carryOut(victim, heard, name, args).text }] }),
    };
    const { id, method } = message;
    const answer = (): object => {
      try {
        const result = answers[String(method)]?.();
        if (result === undefined) return { error: { code: -32601, message: "Method not found" } };
        return { result: { ...result, ...type } };
      } catch (problem) {
        return { error: { code: -32602, message: (problem as Error).message } };
      }
    };
    json(response, 200, { jsonrpc: "2.0", id, ...answer() });
  });
}
