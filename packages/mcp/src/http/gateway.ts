import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { type JsonObject, messageOf } from "@mcpolicy/core";
import { headerLines } from "@mcpolicy/identity";
import type { EnforcedPolicy } from "../policy.ts";
import { flaw } from "../wire/denial.ts";
import { answerJson } from "./downstream/exchange.ts";
import { isLoopbackAddress, isOurHost, isOurOrigin, type OriginOptions } from "./downstream/origins.ts";
import { Endpoint, type EndpointOptions } from "./endpoint.ts";
import { type Identity, type IdentityOptions, identityOf } from "./identity.ts";
import { Refusals } from "./refusals.ts";

/** One server of a gateway. */
export interface GatewayServer extends Omit<EndpointOptions, "note"> {
  /** Where clients find it: `/mcp/files`. */
  readonly path: string;
}

export interface GatewayOptions {
  readonly policy: EnforcedPolicy;
  /** By the name that operators know each by. */
  readonly servers: Readonly<Record<string, GatewayServer>>;
  /** Who calls each server, under a policy. Throws what `@mcpolicy/identity` throws of settings. */
  readonly identity: (name: string, policy: EnforcedPolicy) => IdentityOptions | Promise<IdentityOptions>;
  readonly listen: ListenOptions;
  /** What operators should know, as a line. */
  readonly note?: (text: string) => void;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

export interface ListenOptions {
  /** 127.0.0.1 unless said: others than this machine reach what listens elsewhere. */
  readonly host?: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Names by which clients reach it, without port; needed where it does not listen on this machine alone. */
  readonly hosts?: readonly string[];
  /** Web pages that may use it, as `https://app.example.com`. */
  readonly origins?: readonly string[];
  /** PEM; without it whoever stands in front does TLS. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Milliseconds that requests under way get when it is closed; 30,000 unless said. */
  readonly drain?: number;
}

export interface Gateway {
  /** `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly policy: EnforcedPolicy;
  /** Another policy takes the place of the one in force, before all servers or before none. Rejects where it cannot: then nothing changes. */
  readonly adopt: (policy: EnforcedPolicy) => Promise<void>;
  /** Takes no more requests, and settles when those under way have their answers. */
  readonly close: () => Promise<void>;
}

interface Served {
  readonly name: string;
  readonly path: string;
  readonly endpoint: Endpoint;
  readonly refusals: Refusals;
  identity: Identity;
}

/** How long a client may take to send a request, and how long its connection is kept without one. Milliseconds. */
const SENDING = 60_000;
const KEPT = 75_000;

/**
 * Stands in front of MCP servers on Streamable HTTP: verifies the caller of each request, decides each message, and records it. Nothing that a client
 * sends beside its messages goes on. Rejects where it cannot start.
 */
export async function gateway(options: GatewayOptions): Promise<Gateway> {
  const { listen, note = () => {}, now = Date.now } = options;
  const { host = "127.0.0.1", port, tls, drain = 30_000 } = listen;
  const isLoopback = isLoopbackAddress(host);
  const origins: OriginOptions = {
    hosts: (listen.hosts ?? []).map((each) => each.toLowerCase()),
    origins: (listen.origins ?? []).map((each) => each.toLowerCase()),
    isLoopback,
  };
  if (!isLoopback && origins.hosts.length === 0) {
    throw new TypeError(
      `by which names do clients reach \`${host}\`? without \`hosts\` every request would be refused`,
    );
  }
  let { policy } = options;
  const identityFor = async (name: string, of: EnforcedPolicy): Promise<Identity> => {
    const identity = await options.identity(name, of);
    if (identity.kind === "development" && !isLoopback) {
      throw new TypeError(`without tokens everybody who reaches \`${host}\` would be let in: listen on 127.0.0.1`);
    }
    return identityOf(identity);
  };
  const all: Served[] = [];
  for (const [name, { path, ...server }] of Object.entries(options.servers)) {
    const endpoint = new Endpoint({ ...server, note: (text) => note(`${name}: ${text}`) }, policy);
    const refusals = new Refusals(() => endpoint.enforcer);
    all.push({ name, path, endpoint, refusals, identity: await identityFor(name, policy) });
  }
  let isClosing = false;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = "/" } = request;
    if (isClosing)
      return refuse(response, 503, "The gateway is being stopped", { connection: "close", "retry-after": "1" });
    if (!isOurHost(linesOf(request, "host"), origins))
      return refuse(response, 403, "Forbidden: `Host` is none of ours");
    if (!isOurOrigin(linesOf(request, "origin"), origins))
      return refuse(response, 403, "Forbidden: `Origin` may not use this");
    allowOrigin(request, response);
    const [path = "/"] = url.split("?", 1);
    if (request.method === "GET" || request.method === "HEAD") {
      const told = all.find(({ identity }) => identity.metadata?.path === url)?.identity.metadata;
      if (told !== undefined) return answerJson(response, 200, told.body);
    }
    const served = all.find((each) => each.path === path);
    if (served === undefined) return refuse(response, 404, "There is nothing here");
    if (request.method === "OPTIONS") return void response.writeHead(204, preflight).end();
    const known = await served.identity.callerOf(request, now());
    if (known.kind === "refused") {
      await served.refusals.add(known.refused);
      return refuse(response, known.status, "Unauthenticated", known.headers);
    }
    const caller = { principal: known.principal, context: { ip: addressOf(request) } };
    return served.endpoint.visit({ request, response, caller });
  }

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    // Whoever goes away does not read what went wrong.
    response.on("error", () => {});
    void serve(request, response).catch((problem: unknown) => {
      note(`a request failed: ${messageOf(problem)}`);
      if (response.headersSent) response.destroy();
      else refuse(response, 500, flawText);
    });
  };
  const settings = { requestTimeout: SENDING, keepAliveTimeout: KEPT, maxHeaderSize: 32 * 1024 };
  const server = tls === undefined ? createServer(settings, answer) : createTlsServer({ ...settings, ...tls }, answer);
  await listening(server, host, port);
  const { port: bound } = server.address() as AddressInfo;

  return {
    url: `${tls === undefined ? "http" : "https"}://${host.includes(":") ? `[${host}]` : host}:${bound}`,
    get policy() {
      return policy;
    },
    async adopt(next) {
      const prepared: (() => void)[] = [];
      for (const served of all) {
        const identity = await identityFor(served.name, next);
        const adopt = served.endpoint.prepare(next);
        prepared.push(() => {
          adopt();
          served.identity = identity;
        });
      }
      for (const adopt of prepared) adopt();
      policy = next;
    },
    async close() {
      if (isClosing) return;
      isClosing = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await Promise.all(all.map(({ endpoint }) => endpoint.drain(drain)));
      server.closeAllConnections();
      await closed;
    },
  };
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

const flawText = "Internal error";

function refuse(
  response: ServerResponse,
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  const { answer } = flaw("not-a-message");
  const code = answer.kind === "error" ? answer.error["code"] : undefined;
  answerJson(response, status, {
    jsonrpc: "2.0",
    id: null,
    error: { code: code ?? null, message },
  } satisfies JsonObject);
}

function linesOf({ rawHeaders }: IncomingMessage, wanted: string): readonly string[] {
  return [...headerLines(rawHeaders)].flatMap(([name, value]) => (name.toLowerCase() === wanted ? [value.trim()] : []));
}

/** That of whoever is connected: what headers say of others is theirs to say. */
function addressOf({ socket }: IncomingMessage): string {
  return (socket.remoteAddress ?? "").replace(/^::ffff:(?=\d+\.)/i, "");
}

/** A page that may use the gateway may read what it answers (Fetch, CORS protocol). */
function allowOrigin({ headers: { origin } }: IncomingMessage, response: ServerResponse): void {
  if (origin === undefined) return;
  response.setHeader("access-control-allow-origin", origin);
  response.setHeader("vary", "origin");
  response.setHeader("access-control-expose-headers", "mcp-session-id, www-authenticate");
}

const preflight = {
  "access-control-allow-methods": "POST, GET, DELETE",
  "access-control-allow-headers":
    "authorization, content-type, accept, last-event-id, mcp-protocol-version, mcp-session-id, mcp-method, mcp-name",
  "access-control-max-age": "600",
};
