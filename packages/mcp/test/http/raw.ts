import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { littleServer } from "../guarded.ts";
import type { Json } from "../real/raw-client.ts";

/** What a server on HTTP was sent. */
export interface Posted {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly message: Json;
}

export interface Scripted {
  readonly url: string;
  readonly got: Posted[];
  stop(): Promise<void>;
}

/** Answers one request as JSON. */
export function json(
  response: ServerResponse,
  status: number,
  message: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(message));
}

const little = littleServer();

/** What the little server says, on HTTP without sessions. */
export function answered(posted: Posted, response: ServerResponse): void {
  const answer = little(posted.message as never);
  if (answer === undefined) response.writeHead(202).end();
  else json(response, 200, answer);
}

/** A server of which each answer is written by hand. */
export async function scripted(
  script: (posted: Posted, response: ServerResponse, request: IncomingMessage) => void = answered,
): Promise<Scripted> {
  const got: Posted[] = [];
  const http = createServer(async (incoming, response) => {
    let text = "";
    for await (const chunk of incoming) text += chunk;
    const posted = {
      method: incoming.method ?? "",
      headers: incoming.headers,
      message: text === "" ? {} : JSON.parse(text),
    };
    got.push(posted);
    script(posted, response, incoming);
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
    got,
    stop() {
      http.closeAllConnections();
      return new Promise((resolve) => http.close(() => resolve()));
    },
  };
}

export interface Response {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Messages in it, whether JSON or events. */
  readonly messages: readonly Json[];
}

/** One request as it is written here: `fetch` would set headers of its own. */
export function ask(
  url: string,
  {
    method = "POST",
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string | string[]>; body?: unknown },
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers: { ...usual, ...headers } }, async (response) => {
      let text = "";
      response.setEncoding("utf8");
      try {
        for await (const chunk of response) text += chunk;
      } catch (problem) {
        return reject(problem);
      }
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text, messages: messagesIn(text) });
    });
    sent.once("error", reject);
    sent.end(body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body));
  });
}

const usual = { "content-type": "application/json", accept: "application/json, text/event-stream" };

function messagesIn(text: string): readonly Json[] {
  if (!/^(?:event|data|id|retry|):/m.test(text)) return text === "" ? [] : [JSON.parse(text)];
  return text.split("\n").flatMap((line) => (line.startsWith("data: {") ? [JSON.parse(line.slice(6))] : []));
}

/** A request of revision 2026-07-28, with the headers that belong to it. */
export function modern(
  id: unknown,
  method: string,
  params: Json = {},
  meta: Json = {},
): { body: Json; headers: Record<string, string> } {
  const name = params["name"] ?? params["uri"];
  return {
    body: {
      jsonrpc: "2.0",
      id,
      method,
      params: {
        ...params,
        _meta: {
          "io.modelcontextprotocol/protocolVersion": "2026-07-28",
          "io.modelcontextprotocol/clientCapabilities": {},
          ...meta,
        },
      },
    },
    headers: {
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": method,
      ...(typeof name === "string" ? { "mcp-name": name } : {}),
    },
  };
}
