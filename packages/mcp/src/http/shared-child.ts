import type { ServerResponse } from "node:http";
import { isRecord, type JsonObject, type Value } from "@mcpolicy/core";
import type { Caller } from "../caller.ts";
import { type Id, own, type RequestMessage, SUBSCRIPTION_ID, toMessage } from "../wire/message.ts";
import { Conversation, type ConversationOptions } from "./conversation.ts";
import { Exchange } from "./downstream/exchange.ts";

/**
 * A server on stdio that all requests of one caller share, in revisions without sessions (2026-07-28). Each request has its own ids and progress
 * tokens, which others may have too: on the one channel they are told apart by names of ours.
 */
export class SharedChild {
  readonly conversation: Conversation;
  #next = 1;
  /** When it was used last; epoch milliseconds. */
  usedAt: number;

  constructor(options: Omit<ConversationOptions, "outlives" | "checksEarly">, now: number) {
    this.conversation = new Conversation({ ...options, outlives: false, checksEarly: true });
    this.usedAt = now;
  }

  async post(request: RequestMessage, caller: Caller, response: ServerResponse): Promise<void> {
    const name = `request-${this.#next++}`;
    const { value, restore } = renamed(request, name);
    const exchange = new Exchange(name, response, name);
    exchange.restore = restore;
    const message = toMessage(value);
    if (message.kind === "request") await this.conversation.take(value, message, caller, exchange);
  }
}

/** A request under another name, and what gives the server's messages about it their former names back. */
function renamed(
  { id, method, params }: RequestMessage,
  name: string,
): { readonly value: Value; readonly restore: (message: JsonObject) => JsonObject } {
  const meta = own(params, "_meta");
  const token = isRecord(meta) ? own(meta, "progressToken") : undefined;
  const named = isRecord(meta) && token !== undefined ? { ...params, _meta: { ...meta, progressToken: name } } : params;
  return {
    value: { jsonrpc: "2.0", id: name, method, params: named },
    restore: (message) => restored(message, name, id, token),
  };
}

function restored(message: JsonObject, name: string, id: Id, token: Value | undefined): JsonObject {
  const { result, params } = message;
  return {
    ...message,
    ...(message["id"] === name ? { id } : undefined),
    ...(isRecord(result) ? { result: withFormer(result, name, id) } : undefined),
    ...(isRecord(params) ? { params: withToken(withFormer(params, name, id), name, token) } : undefined),
  };
}

/** What names a subscription names it as the client does. */
function withFormer(holder: JsonObject, name: string, id: Id): JsonObject {
  const meta = own(holder, "_meta");
  return isRecord(meta) && meta[SUBSCRIPTION_ID] === name
    ? { ...holder, _meta: { ...meta, [SUBSCRIPTION_ID]: id } }
    : holder;
}

function withToken(params: JsonObject, name: string, token: Value | undefined): JsonObject {
  return token !== undefined && own(params, "progressToken") === name ? { ...params, progressToken: token } : params;
}
