import { isRecord, type JsonObject, type Value } from "@mcpolicy/core";
import { intake, serverBounds } from "../wire/intake.ts";
import { type Era, own, revisions } from "../wire/message.ts";
import { type AskedServer, Refused, refusalOf } from "./asked-server.ts";

export interface HttpSource {
  readonly url: string;
  /** Sent with each request: credentials of one's own. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds that each answer may take; 30,000 by default. */
  readonly timeout?: number;
}

/** Asks a server on Streamable HTTP (MCP 2025-11-25 and 2026-07-28, transports): one POST a question, answered as JSON or as a stream of events. */
export function httpServer({ url, headers = {}, timeout = 30_000 }: HttpSource): AskedServer {
  let session: string | undefined;
  let revision: string | undefined;
  let nextId = 1;

  const post = (message: JsonObject, era: Era): Promise<Response> =>
    fetch(url, {
      method: "POST",
      // A redirect would take the credentials elsewhere.
      redirect: "error",
      headers: {
        ...headers,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        ...(session === undefined ? {} : { "mcp-session-id": session }),
        ...headersOf(message, era, revision),
      },
      body: JSON.stringify(message),
      signal: AbortSignal.timeout(timeout),
    });

  const send = (message: JsonObject): Promise<void> =>
    post(message, "legacy")
      .then((response) => response.body?.cancel())
      .catch(() => {});

  return {
    async ask(method, params, era) {
      const id = nextId++;
      const response = await post({ jsonrpc: "2.0", id, method, params }, era).catch((problem: Error) => {
        throw new Error(`the server did not answer ${method}: ${reasonOf(problem)}`);
      });
      session ??= response.headers.get("mcp-session-id") ?? undefined;
      const answer = await answerIn(response, id, send).catch((problem: Error) => {
        throw new Error(`the server's answer to ${method} cannot be read: ${reasonOf(problem)}`);
      });
      const result = answer === undefined ? undefined : own(answer, "result");
      if (isRecord(result)) {
        if (method === "initialize") revision = String(own(result, "protocolVersion") ?? revisions.legacy[0]);
        return result;
      }
      const error = answer === undefined ? undefined : own(answer, "error");
      if (isRecord(error)) throw new Refused(method, error);
      throw new Error(`the server answered ${method} with HTTP ${response.status}`);
    },
    tell: (method) => send({ jsonrpc: "2.0", method }),
    async stop() {
      if (session === undefined) return;
      const ended = fetch(url, {
        method: "DELETE",
        headers: { ...headers, "mcp-session-id": session },
        redirect: "error",
        signal: AbortSignal.timeout(2_000),
      });
      await ended.then((response) => response.body?.cancel()).catch(() => {});
    },
  };
}

function headersOf(message: JsonObject, era: Era, revision: string | undefined): Record<string, string> {
  if (era === "modern") {
    return { "mcp-protocol-version": revisions.modern[0] as string, "mcp-method": String(message["method"]) };
  }
  return revision === undefined ? {} : { "mcp-protocol-version": revision };
}

/** The message that answers a request; undefined where the response holds none. What the server asks before it is refused. */
async function answerIn(
  response: Response,
  id: number,
  refuse: (refusal: JsonObject) => Promise<void>,
): Promise<JsonObject | undefined> {
  const type = response.headers.get("content-type") ?? "";
  const isAnswer = (value: Value | undefined): value is JsonObject => isRecord(value) && own(value, "id") === id;
  if (!type.startsWith("text/event-stream")) {
    const value = messageIn(await textOf(response));
    // A refusal before the request was read has no id.
    return isAnswer(value) || (isRecord(value) && isRecord(own(value, "error"))) ? value : undefined;
  }
  for await (const data of eventsOf(response)) {
    const value = messageIn(data);
    const refusal = value === undefined ? undefined : refusalOf(value);
    if (refusal !== undefined) void refuse(refusal);
    else if (isAnswer(value)) return value;
  }
  return undefined;
}

function messageIn(text: string): Value | undefined {
  const taken = intake(text, serverBounds);
  return taken.kind === "value" ? taken.value : undefined;
}

async function textOf(response: Response): Promise<string> {
  let text = "";
  for await (const part of partsOf(response)) text += part;
  return text;
}

/** The data of each event (WHATWG HTML, server-sent events). */
async function* eventsOf(response: Response): AsyncIterable<string> {
  let rest = "";
  for await (const part of partsOf(response)) {
    rest = (rest + part).replaceAll("\r\n", "\n");
    for (let end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n")) {
      const lines = rest.slice(0, end).split("\n");
      rest = rest.slice(end + 2);
      const data = lines.flatMap((line) => (line.startsWith("data:") ? [line.slice(5).replace(/^ /, "")] : []));
      if (data.length > 0) yield data.join("\n");
    }
  }
}

/** The text of a body, bounded. Leaving early lets the connection go. */
async function* partsOf(response: Response): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > serverBounds.bytes) throw new Error(`it is larger than ${serverBounds.bytes} bytes`);
    yield decoder.decode(chunk, { stream: true });
  }
}

function reasonOf(problem: Error): string {
  const { cause } = problem as { readonly cause?: { readonly message?: string } };
  return cause?.message ?? problem.message;
}
