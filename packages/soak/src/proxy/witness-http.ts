import { randomUUID } from "node:crypto";
import { appendFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { witnessTool } from "../audit/witness-tool.ts";

// A server on Streamable HTTP, of both eras, that writes down each call that reaches it before it answers: `witness-http.ts SEEN PORT`.
const [seen = "", port = "0"] = process.argv.slice(2);
const serverInfo = { name: "witness", version: "1" };

const answers: Readonly<Record<string, (params: { readonly arguments?: { readonly n?: number } }) => object>> = {
  initialize: () => ({ protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo }),
  "server/discover": () => ({
    ...{ supportedVersions: ["2026-07-28"], capabilities: { tools: {} }, serverInfo },
    ...{ resultType: "complete", ttlMs: 60_000, cacheScope: "private" },
  }),
  "tools/list": () => ({ tools: [witnessTool], resultType: "complete", ttlMs: 60_000, cacheScope: "private" }),
  "tools/call": ({ arguments: args }) => {
    appendFileSync(seen, `${args?.n}\n`);
    return { content: [{ type: "text", text: `noted ${args?.n}` }], resultType: "complete" };
  },
};

const server = createServer({ keepAliveTimeout: 60_000 }, async (request, response) => {
  let text = "";
  for await (const chunk of request) text += chunk;
  if (request.method !== "POST") return void response.writeHead(405).end();
  const { id, method, params = {} } = JSON.parse(text);
  if (id === undefined) return void response.writeHead(202).end();
  const result = answers[method]?.(params);
  // Long enough for other calls to come between.
  if (method === "tools/call") await sleep((Number(params.arguments?.n) * 7) % 20);
  const answer = result === undefined ? { error: { code: -32601, message: "Method not found" } } : { result };
  const session = method === "initialize" ? { "mcp-session-id": randomUUID() } : {};
  response.writeHead(200, { "content-type": "application/json", ...session });
  response.end(JSON.stringify({ jsonrpc: "2.0", id, ...answer }));
});
server.listen(Number(port), "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
