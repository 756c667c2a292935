import { PassThrough } from "node:stream";
import type { JsonObject } from "@mcpolicy/core";
import { describe, expect, it } from "vitest";
import { memorySink } from "../../src/audit/memory-sink.ts";
import type { Difference } from "../../src/pins/hold.ts";
import { type ProxyEnd, type RemoteServer, type StdioOptions, stdioProxy } from "../../src/stdio/index.ts";
import { behaves } from "../behaves.ts";
import { connectedTo, info, type OverHttp, perRequestV2, type Run, sessionV1, sessionV2 } from "../guard/servers.ts";
import { call, policy } from "../guarded.ts";
import { answered, json, type Posted, scripted } from "../http/raw.ts";

const principal = { id: "dev", roles: ["developer"] };

/** A client of an SDK on one end, a proxy on the other, and the server on HTTP behind that. */
function throughStdio({ serve, connect }: OverHttp, sdk: "sdk" | "client", era: "legacy" | "modern"): Run {
  return async (guarding) => {
    const { url, stop } = await serve((each) => each);
    if (guarding === undefined) return connectedTo({ url, stop }, connect);
    const [input, output, errors] = [new PassThrough(), new PassThrough(), new PassThrough()];
    // What differs is told to the operator, in words.
    errors.setEncoding("utf8").on("data", (text: string) => {
      const name = /tool `(\w+)` is not what was pinned/.exec(text)?.[1];
      if (name !== undefined) guarding.onDifferences?.([{ name, kind: "changed" } as Difference]);
    });
    const ended = stdioProxy({
      ...{ policy: guarding.policy as never, server: "fs", principal, upstream: { url }, input, output },
      ...{ errors, audit: guarding.audit ?? memorySink() },
    });
    const { Client } = await import(
      sdk === "sdk" ? "@modelcontextprotocol/sdk/client/index.js" : "@modelcontextprotocol/client"
    );
    const { StdioServerTransport } = await import("@modelcontextprotocol/sdk/server/stdio.js");
    const client = new Client(info, era === "modern" ? { versionNegotiation: { mode: { pin: "2026-07-28" } } } : {});
    await client.connect(new StdioServerTransport(output, input));
    return {
      client,
      async close() {
        await client.close();
        input.end();
        await ended;
        await stop();
      },
    };
  };
}

// biome-ignore format: table
const ways: readonly (readonly [name: string, run: Run])[] = [
  ["1.32 with a session",      throughStdio(sessionV1("sdk"), "sdk", "legacy")],
  ["2.4 with a session",       throughStdio(sessionV2(""), "client", "legacy")],
  ["2.4 per request, legacy",  throughStdio(perRequestV2("", "legacy"), "client", "legacy")],
  ["2.4 per request, modern",  throughStdio(perRequestV2("", "modern"), "client", "modern")],
];

describe.each(ways)("stdio before a server on HTTP of SDK %s", (_, run) => behaves(run));

/** The proxy in front of a server of which each answer is written by hand, spoken to in raw lines. */
function start(url: string, options: Partial<StdioOptions & RemoteServer> = {}) {
  const [input, output, errors] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const lines = output.setEncoding("utf8")[Symbol.asyncIterator]();
  const got: JsonObject[] = [];
  const ended: Promise<ProxyEnd> = stdioProxy({
    ...{ policy, server: "fs", principal, upstream: { url }, input, output, errors, audit: memorySink() },
    ...options,
  });
  return {
    ended,
    input,
    send: (message: object): void => void input.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`),
    async next(): Promise<JsonObject | undefined> {
      while (got.length === 0) {
        const { value, done } = await lines.next();
        if (done === true) return undefined;
        got.push(
          ...String(value)
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line)),
        );
      }
      return got.shift();
    },
  };
}

const opening = {
  id: 0,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "raw", version: "1" } },
};

/** A server with a session, which says what it is told to on the stream that belongs to no request. */
function withSession(
  said: object,
  calls: (posted: Posted, response: Parameters<typeof answered>[1]) => void = answered,
) {
  return scripted((posted, response) => {
    if (posted.method === "GET") {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`data: ${JSON.stringify({ jsonrpc: "2.0", ...said })}\n\n`);
    } else if (posted.message["method"] === "initialize") {
      const capabilities = { tools: { listChanged: true }, logging: {} };
      const result = { protocolVersion: "2025-11-25", capabilities, serverInfo: info };
      json(response, 200, { jsonrpc: "2.0", id: posted.message["id"], result }, { "mcp-session-id": "s1" });
    } else calls(posted, response);
  });
}

describe("stdio before a server on HTTP", () => {
  it("hears what belongs to no request, and ends the session with the client", async () => {
    const said = { method: "notifications/message", params: { level: "info", data: "hello" } };
    const server = await withSession(said);
    const proxy = start(server.url);
    proxy.send(opening);
    expect(await proxy.next()).toMatchObject({ id: 0, result: { serverInfo: info } });
    proxy.send({ method: "notifications/initialized" });
    expect(await proxy.next()).toEqual({ jsonrpc: "2.0", ...said });
    proxy.input.end();
    expect((await proxy.ended).kind).toBe("closed");
    const ends = server.got.filter(({ method }) => method === "DELETE");
    expect(ends.map(({ headers }) => headers["mcp-session-id"])).toEqual(["s1"]);
    await server.stop();
  });

  it("answers what is under way, and ends, where the server forgets the session", async () => {
    const server = await withSession(
      { method: "notifications/message", params: { level: "info", data: "x" } },
      (posted, response) =>
        posted.message["method"] === "tools/call" ? response.writeHead(404).end() : answered(posted, response),
    );
    const proxy = start(server.url);
    proxy.send(opening);
    await proxy.next();
    proxy.send({ ...call(1, "read", { path: "/a" }) });
    expect(await proxy.next()).toMatchObject({ id: 1, error: { code: expect.any(Number) } });
    expect(await proxy.ended).toEqual({ kind: "lost", why: "the server has forgotten the session" });
    await server.stop();
  });

  it("answers each request with an error where nobody listens, and goes on", async () => {
    const server = await scripted();
    await server.stop();
    const proxy = start(server.url);
    proxy.send({ ...call(1, "read", { path: "/a" }) });
    expect(await proxy.next()).toMatchObject({ id: 1, error: { code: expect.any(Number) } });
    proxy.send({ ...call(2, "read", { path: "/a" }) });
    expect(await proxy.next()).toMatchObject({ id: 2, error: { code: expect.any(Number) } });
    proxy.input.end();
    expect((await proxy.ended).kind).toBe("closed");
  });

  it("loses no answer when the client has said all it has to say", async () => {
    const server = await scripted((posted, response) => {
      const isCall = posted.message["method"] === "tools/call";
      setTimeout(() => answered(posted, response), isCall ? 200 : 0);
    });
    const proxy = start(server.url);
    proxy.send({ ...call(1, "read", { path: "/a" }) });
    proxy.input.end();
    expect(await proxy.next()).toMatchObject({ id: 1, result: {} });
    expect((await proxy.ended).kind).toBe("closed");
    await server.stop();
  });

  it("sends credentials of its own, and nothing that names the client", async () => {
    const server = await scripted();
    const proxy = start(server.url, { upstream: { url: server.url, headers: { authorization: "Bearer ours" } } });
    proxy.send({ ...call(1, "read", { path: "/a" }) });
    await proxy.next();
    expect(new Set(server.got.map(({ headers }) => headers["authorization"]))).toEqual(new Set(["Bearer ours"]));
    proxy.input.end();
    await proxy.ended;
    await server.stop();
  });
});
