import { type ClientRequest, type IncomingMessage, type RequestOptions, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { Value } from "@mcpolicy/core";
import { idOfRefused, intake } from "../../wire/intake.ts";
import type { Id } from "../../wire/message.ts";
import { EventReader, type StreamItem } from "../wire/events.ts";
import { JsonTexts } from "../wire/json-texts.ts";
import type { HttpTarget } from "./target.ts";

/** Why nothing, or nothing more, comes from a server. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
  readonly kind: "unreachable" | "lost";

  constructor(kind: "unreachable" | "lost", why: string) {
    super(why);
    this.kind = kind;
  }
}

export interface HttpCall {
  readonly method: "POST" | "GET" | "DELETE";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends it, at any time. */
  readonly signal: AbortSignal;
}

/** What a server answers with, from the moment its headers are there. */
export interface HttpAnswer {
  readonly status: number;
  /** In lower case, without parameters. */
  readonly type: string;
  readonly session: string | undefined;
  /** What it says, as it comes; the next is read when this one was dealt with. Throws `NoAnswer` where the connection breaks. */
  readonly items: () => AsyncIterable<AnswerItem>;
  /** Lets go of what was not read. */
  readonly discard: () => void;
}

/** A message, or what stands between messages. */
export type AnswerItem =
  | { readonly kind: "message"; readonly value: Value }
  | { readonly kind: "unusable"; readonly why: string; readonly id: Id | undefined; readonly isLast: boolean }
  | { readonly kind: "comment" }
  | {
      readonly kind: "mark";
      readonly id: string | undefined;
      readonly retry: number | undefined;
      /** Whether it stood alone, with no message. */
      readonly isAlone: boolean;
    };

/** Sends one request, once. Rejects with `NoAnswer`. */
export async function callHttp(target: HttpTarget, call: HttpCall): Promise<HttpAnswer> {
  const response = await sent(target, call);
  const type = (response.headers["content-type"] ?? "").split(";", 1)[0]!.trim().toLowerCase();
  const session = response.headers["mcp-session-id"];
  return {
    status: response.statusCode ?? 0,
    type,
    session: typeof session === "string" && /^[\x21-\x7e]{1,1024}$/.test(session) ? session : undefined,
    items: () => (type === "text/event-stream" ? eventItems(response, target) : jsonItems(response, target)),
    discard() {
      response.on("error", () => {});
      response.destroy();
    },
  };
}

function sent({ url, headers, agent, connectTimeout }: HttpTarget, call: HttpCall): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options: RequestOptions = {
      method: call.method,
      agent,
      headers: {
        ...headers,
        ...call.headers,
        ...(call.body === undefined ? {} : { "content-length": Buffer.byteLength(call.body) }),
      },
    };
    const send = url.protocol === "https:" ? requestHttps : requestHttp;
    const request: ClientRequest = send(url, options);
    let isConnected = false;
    let why: string | undefined;
    const timer = setTimeout(() => {
      why = `no connection was made within ${connectTimeout} ms`;
      if (!isConnected) request.destroy();
    }, connectTimeout);
    const connected = (): void => {
      isConnected = true;
      clearTimeout(timer);
    };
    const abort = (): void => void request.destroy();
    call.signal.addEventListener("abort", abort, { once: true });
    if (call.signal.aborted) abort();
    request.once("socket", (socket) => {
      if (request.reusedSocket || !socket.connecting) return connected();
      socket.once(url.protocol === "https:" ? "secureConnect" : "connect", connected);
    });
    request.once("response", (response) => {
      clearTimeout(timer);
      response.once("close", () => call.signal.removeEventListener("abort", abort));
      resolve(response);
    });
    request.on("error", (problem: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      call.signal.removeEventListener("abort", abort);
      const reason = why ?? problem.code ?? problem.message;
      reject(new NoAnswer(isConnected ? "lost" : "unreachable", reason));
    });
    request.end(call.body);
  });
}

async function* chunksOf(response: IncomingMessage): AsyncIterable<Uint8Array> {
  try {
    yield* response as AsyncIterable<Uint8Array>;
  } catch (problem) {
    throw new NoAnswer("lost", (problem as NodeJS.ErrnoException).code ?? "the connection broke");
  }
}

async function* eventItems(response: IncomingMessage, target: HttpTarget): AsyncIterable<AnswerItem> {
  const reader = new EventReader(target.bounds.bytes);
  for await (const chunk of chunksOf(response)) {
    for (const item of reader.push(chunk)) yield* itemsOf(item, target);
  }
}

function* itemsOf(item: StreamItem, target: HttpTarget): Iterable<AnswerItem> {
  if (item.kind === "comment") return yield { kind: "comment" };
  if (item.kind === "oversize") return yield oversize(target);
  const { id, retry, data } = item;
  if (id !== undefined || retry !== undefined) yield { kind: "mark", id, retry, isAlone: data === "" };
  if (data !== "") yield taken(data, target);
}

async function* jsonItems(response: IncomingMessage, target: HttpTarget): AsyncIterable<AnswerItem> {
  const texts = new JsonTexts(target.bounds.bytes);
  for await (const chunk of chunksOf(response)) {
    for (const text of texts.push(chunk)) yield text === undefined ? oversize(target) : taken(text, target);
  }
  for (const text of texts.rest()) yield taken(text, target);
}

function taken(text: Uint8Array | string, { bounds }: HttpTarget): AnswerItem {
  const found = intake(text, bounds);
  return found.kind === "value"
    ? { kind: "message", value: found.value }
    : { kind: "unusable", why: found.why, id: idOfRefused(text, "response", bounds), isLast: false };
}

function oversize({ bounds }: HttpTarget): AnswerItem {
  return { kind: "unusable", why: `it is larger than ${bounds.bytes} bytes`, id: undefined, isLast: true };
}
