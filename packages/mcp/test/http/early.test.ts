import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Client as ClientV2, StreamableHTTPClientTransport as TransportV2 } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ListRootsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterEach, describe, expect, it, vi } from "vitest";
import { memorySink } from "../../src/audit/memory-sink.ts";
import { call } from "../guarded.ts";
import { policyText } from "../policy-text.ts";
import { entryOf } from "../real/conversations.ts";
import { gatewayBefore } from "./gateways.ts";
import { ask } from "./raw.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const policy = policyText('server it untyped\nallow "all" anyone to everything');

async function before(args: readonly string[]) {
  const audit = memorySink();
  const upstream = { kind: "stdio", command: process.execPath, args } as const;
  const gateway = await gatewayBefore(upstream, { policy, server: { server: "it", audit } });
  closing.push(gateway.close);
  return { url: `${gateway.url}/mcp`, audit };
}

const info = { name: "test", version: "1" };
const capabilities = { roots: {} };

/** Clients as they are: they begin to listen once `initialized` was taken. */
const clients = {
  "SDK 1": async (url: string, roots: () => { roots: { uri: string }[] }) => {
    const client = new ClientV1(info, { capabilities });
    client.setRequestHandler(ListRootsRequestSchema, roots);
    await client.connect(new TransportV1(new URL(url)) as never);
    return client;
  },
  "SDK 2": async (url: string, roots: () => { roots: { uri: string }[] }) => {
    const client = new ClientV2(info, { capabilities });
    client.setRequestHandler("roots/list", roots);
    await client.connect(new TransportV2(new URL(url)));
    return client;
  },
};

describe("what a server asks before the client listens", () => {
  it.each(Object.entries(clients))("reaches a client of %s: server-filesystem gets its roots", async (_, connect) => {
    const folders = [0, 1].map(() => realpathSync(mkdtempSync(join(tmpdir(), "mcpolicy-early-"))));
    for (const folder of folders) closing.push(() => rmSync(folder, { recursive: true }));
    const [started = "", rooted = ""] = folders;
    const { url } = await before([entryOf("server-filesystem"), started]);
    const client = await connect(url, () => ({ roots: [{ uri: pathToFileURL(rooted).href }] }));
    closing.push(() => client.close());
    await vi.waitFor(
      async () => {
        const allowed = await client.callTool({ name: "list_allowed_directories", arguments: {} });
        expect(JSON.stringify(allowed)).toContain(rooted);
      },
      { timeout: 10_000 },
    );
  });

  it("waits in order, within bounds: what finds no more room is answered, and told so", async () => {
    const { url, audit } = await before(["--eval", asking(103)]);
    const params = { protocolVersion: "2025-11-25", capabilities, clientInfo: info };
    const opened = await ask(url, { body: { jsonrpc: "2.0", id: 1, method: "initialize", params } });
    const headers = { "mcp-session-id": String(opened.headers["mcp-session-id"]) };
    await ask(url, { headers, body: { jsonrpc: "2.0", method: "notifications/initialized" } });
    const told = async (): Promise<string> => {
      const body = call(2, "told", {});
      const { messages } = await ask(url, { headers, body });
      return (messages.at(-1) as { result: { content: [{ text: string }] } }).result.content[0].text;
    };
    const refused = { code: -32603, message: "The client does not listen" };
    const answers = [100, 101, 102].map((at) => ({ id: `r${at}`, error: refused }));
    await expect.poll(async () => JSON.parse(await told())).toEqual(answers);
    expect(audit.records().filter((each) => each.kind === "outcome" && each.ended === "lost")).toMatchObject(
      Array.from({ length: 3 }, () => ({ notes: ["the client did not listen"] })),
    );
    const stream = await fetch(url, { headers: { ...headers, accept: "text/event-stream" } });
    let text = "";
    for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      if (text.split("data: {").length > 100) break;
    }
    const ids = text.split("\n").flatMap((line) => (line.startsWith("data: {") ? [JSON.parse(line.slice(6)).id] : []));
    expect(ids).toEqual(Array.from({ length: 100 }, (_, at) => at + 1));
  });
});

/** A server that asks for roots `count` times as soon as it may, and tells what it was answered. */
function asking(count: number): string {
  return `
    const told = [];
    const say = (message) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\\n");
    require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
      const { id, method, params, error } = JSON.parse(line);
      const answer = (result) => say({ id, result });
      if (method === "initialize") {
        const { protocolVersion } = params;
        answer({ protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "asking", version: "1" } });
      } else if (method === "notifications/initialized") {
        for (let at = 0; at < ${count}; at++) say({ id: "r" + at, method: "roots/list" });
      } else if (method === "tools/list") {
        answer({ tools: [{ name: "told", inputSchema: { type: "object" } }] });
      } else if (method === "tools/call") {
        answer({ content: [{ type: "text", text: JSON.stringify(told) }] });
      } else if (method === undefined) {
        told.push({ id, error });
      }
    });`;
}
