/** One small server, written for each generation of the SDK that is claimed, guarded or not, behind each transport that it has. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Client as ClientV2 } from "@modelcontextprotocol/client";
import type { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { type Guard, type GuardOptions, guardOf } from "../../src/guard/guard.ts";
import { definitions } from "../guarded.ts";

export const info = { name: "little", version: "1" };

/** What the server answers, whatever it is written with. */
export const answers = {
  list: () => ({ tools: definitions.map((each) => ({ ...each, title: undefined })) }),
  call(name: string, args: unknown) {
    if (!definitions.some((each) => each.name === name))
      throw Object.assign(new Error(`Tool ${name} not found`), { code: -32602 });
    return {
      content: [{ type: "text" as const, text: JSON.stringify(args ?? null), annotations: undefined }],
      structuredContent: undefined,
    };
  },
};

/** A client and a server that are connected, and how to let go of both. */
export interface Pair {
  readonly client: {
    listTools(): Promise<unknown>;
    callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<unknown>;
  };
  close(): Promise<void>;
}

export type Guarding = Partial<GuardOptions> & Pick<GuardOptions, "policy">;

/** A way to run the server; without `guarding` nothing stands before it. */
export type Run = (guarding?: Guarding) => Promise<Pair>;

const dev = { principal: { id: "dev", roles: ["developer"] } } as const;

function guardFor(guarding: Guarding | undefined): Guard {
  if (guarding === undefined) return (server) => server;
  return guardOf({ server: "fs", auth: () => dev, ...guarding });
}

const capabilities = { tools: { listChanged: true } };

/** SDK generation 1. */
async function serverV1(version: string) {
  const { Server } = await import(`@modelcontextprotocol/${version}/server/index.js`);
  const types = await import(`@modelcontextprotocol/${version}/types.js`);
  const server = new Server(info, { capabilities });
  server.setRequestHandler(types.ListToolsRequestSchema, async () => answers.list());
  server.setRequestHandler(
    types.CallToolRequestSchema,
    async ({ params }: { params: { name: string; arguments: unknown } }) => answers.call(params.name, params.arguments),
  );
  return server;
}

/** SDK generation 2. */
export async function serverV2(version: string) {
  const { Server } = await import(`@modelcontextprotocol/${version}`);
  const server = new Server(info, { capabilities });
  server.setRequestHandler("tools/list", async () => answers.list());
  server.setRequestHandler("tools/call", async ({ params }: { params: { name: string; arguments: unknown } }) =>
    answers.call(params.name, params.arguments),
  );
  return server;
}

/** Connects; where that fails, lets go of what was started for it. */
async function connected(connecting: Promise<unknown>, ...started: readonly (() => Promise<unknown>)[]): Promise<void> {
  try {
    await connecting;
  } catch (problem) {
    for (const each of started) await each();
    throw problem;
  }
}

function pairOf(client: { close(): Promise<void> }, ...more: readonly (() => Promise<unknown>)[]): Pair {
  return {
    client: client as unknown as Pair["client"],
    async close() {
      await client.close();
      for (const each of more) await each();
    },
  };
}

export function inMemoryV1(version: string): Run {
  return async (guarding) => {
    const { InMemoryTransport } = await import(`@modelcontextprotocol/${version}/inMemory.js`);
    const { Client } = await import(`@modelcontextprotocol/${version}/client/index.js`);
    const [near, far] = InMemoryTransport.createLinkedPair();
    const server = guardFor(guarding)(await serverV1(version));
    const client: ClientV1 = new Client(info);
    await Promise.all([server.connect(far), client.connect(near)]);
    return pairOf(client, () => server.close());
  };
}

export function inMemoryV2(version: string): Run {
  return async (guarding) => {
    const { InMemoryTransport } = await import(`@modelcontextprotocol/server${version}`);
    const { Client } = await import(`@modelcontextprotocol/client${version}`);
    const [near, far] = InMemoryTransport.createLinkedPair();
    const server = guardFor(guarding)(await serverV2(`server${version}`));
    const client: ClientV2 = new Client(info);
    await Promise.all([server.connect(far), client.connect(near)]);
    return pairOf(client, () => server.close());
  };
}

/** A server on HTTP, and how to stop it. */
export interface Listening {
  readonly url: string;
  readonly stop: () => Promise<unknown>;
}

async function listening(
  handle: (request: never, response: never) => void,
  close: () => Promise<unknown>,
): Promise<Listening> {
  const http = createServer(handle as never);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
    async stop() {
      await close();
      http.closeAllConnections();
      await new Promise<void>((resolve) => http.close(() => resolve()));
    },
  };
}

/** One way to serve and to connect over HTTP. */
export interface OverHttp {
  readonly serve: (guard: Guard) => Promise<Listening>;
  readonly connect: (
    url: string,
  ) => Promise<{ readonly client: { close(): Promise<void> }; readonly ready: Promise<unknown> }>;
}

/** The server with a guard within. */
function guarded({ serve, connect }: OverHttp): Run {
  return async (guarding) => connectedTo(await serve(guardFor(guarding)), connect);
}

/** A client of what listens, which is stopped with it. */
export async function connectedTo({ url, stop }: Listening, connect: OverHttp["connect"]): Promise<Pair> {
  const { client, ready } = await connect(url);
  await connected(ready, stop);
  return pairOf(client, stop);
}

function connectV1(version: string): OverHttp["connect"] {
  return async (url) => {
    const { StreamableHTTPClientTransport } = await import(`@modelcontextprotocol/${version}/client/streamableHttp.js`);
    const { Client } = await import(`@modelcontextprotocol/${version}/client/index.js`);
    const client: ClientV1 = new Client(info);
    return { client, ready: client.connect(new StreamableHTTPClientTransport(new URL(url)) as never) };
  };
}

function connectV2(version: string, era: "legacy" | "modern"): OverHttp["connect"] {
  return async (url) => {
    const { Client, StreamableHTTPClientTransport } = await import(`@modelcontextprotocol/client${version}`);
    const options = era === "modern" ? { versionNegotiation: { mode: { pin: "2026-07-28" } } } : {};
    const client: ClientV2 = new Client(info, options as never);
    return { client, ready: client.connect(new StreamableHTTPClientTransport(new URL(url)) as never) };
  };
}

/** Makes a server, of a version of the SDK. */
// biome-ignore lint/suspicious/noExplicitAny: of either generation
export type Make = (version: string) => Promise<any>;

/** Streamable HTTP with a session, generation 1. */
export function sessionV1(version: string, make: Make = serverV1): OverHttp {
  return {
    connect: connectV1(version),
    async serve(guard) {
      const { StreamableHTTPServerTransport } = await import(
        `@modelcontextprotocol/${version}/server/streamableHttp.js`
      );
      const transports = new Map<string, { handleRequest(request: never, response: never): Promise<void> }>();
      return listening(
        async (request: IncomingMessage, response) => {
          const known = transports.get(String(request.headers["mcp-session-id"]));
          if (known !== undefined) return known.handleRequest(request as never, response as never);
          const transport = new StreamableHTTPServerTransport({
            sessionIdGenerator: () => crypto.randomUUID(),
            onsessioninitialized: (id: string) => void transports.set(id, transport),
          });
          await guard(await make(version)).connect(transport);
          return transport.handleRequest(request, response);
        },
        async () => {},
      );
    },
  };
}

/** `createMcpHandler`, which makes a server for each request, spoken to in one era. */
export function perRequestV2(version: string, era: "legacy" | "modern", make: Make = serverV2): OverHttp {
  return {
    connect: connectV2(version, era),
    async serve(guard) {
      const { createMcpHandler } = await import(`@modelcontextprotocol/server${version}`);
      const { toNodeHandler } = await import("@modelcontextprotocol/node");
      const handler = createMcpHandler(async () => guard(await make(`server${version}`)));
      return listening(toNodeHandler(handler) as never, () => handler.close());
    },
  };
}

/** `NodeStreamableHTTPServerTransport`, generation 2 on a legacy session. */
export function sessionV2(version: string): OverHttp {
  return {
    connect: connectV2(version, "legacy"),
    async serve(guard) {
      const { NodeStreamableHTTPServerTransport } = await import("@modelcontextprotocol/node");
      const transports = new Map<string, { handleRequest(request: never, response: never): Promise<void> }>();
      return listening(
        async (request: IncomingMessage, response) => {
          const known = transports.get(String(request.headers["mcp-session-id"]));
          if (known !== undefined) return known.handleRequest(request as never, response as never);
          const transport = new NodeStreamableHTTPServerTransport({
            sessionIdGenerator: () => crypto.randomUUID(),
            onsessioninitialized: (id: string) => void transports.set(id, transport as never),
          });
          await guard(await serverV2(`server${version}`)).connect(transport as never);
          return transport.handleRequest(request as never, response as never);
        },
        async () => {},
      );
    },
  };
}

export const httpV1 = (version: string): Run => guarded(sessionV1(version));
export const httpV2 = (version: string): Run => guarded(sessionV2(version));
export const handlerV2 = (version: string, era: "legacy" | "modern"): Run => guarded(perRequestV2(version, era));
