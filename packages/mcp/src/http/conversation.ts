import type { JsonObject, Value } from "@mcpolicy/core";
import type { Caller } from "../caller.ts";
import { Connection } from "../connection/connection.ts";
import type { Along } from "../connection/ends.ts";
import type { Maybe } from "../maybe.ts";
import type { Flaw, WireForm } from "../wire/denial.ts";
import { flaw } from "../wire/denial.ts";
import { type Era, type Id, isId, type Message, responseOf } from "../wire/message.ts";
import type { Exchange } from "./downstream/exchange.ts";
import type { Stream } from "./downstream/stream.ts";
import { Unheard } from "./downstream/unheard.ts";
import type { Guarding } from "./guarding.ts";
import type { HttpLinkEvents, ServerLink } from "./upstream/server-link.ts";

/** With which HTTP status the server said something. */
export interface Said {
  readonly status: number;
}

export interface ConversationOptions {
  readonly guarding: Guarding;
  /** Whether the server's definitions are checked through this conversation, as soon as they can be. */
  readonly checksEarly: boolean;
  readonly link: (events: HttpLinkEvents<Exchange>) => ServerLink<Exchange>;
  /** What the server says that belongs to no request goes here; nowhere, where the client cannot have a stream for it. */
  readonly standalone?: Stream | undefined;
  /** Whether a client that is gone may come back for an answer. */
  readonly outlives: boolean;
  readonly events?: Pick<HttpLinkEvents<Exchange>, "session" | "sessionLost" | "paused">;
  /** The server is gone. */
  readonly onEnded?: (why: string) => void;
  /** An answer will not come, and why: for the operator. */
  readonly onFailed: (kind: Flaw, why: string) => void;
  /** Each time that the last request was answered. */
  readonly onIdle?: () => void;
}

/** One client and one server: messages that are posted go in, and what the server says finds its way to the response where it belongs. */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #connection: Connection<Exchange, Said>;
  readonly #link: ServerLink<Exchange>;
  readonly #exchanges = new Map<Id, Exchange>();
  /** What was said before the client listens. */
  readonly #unheard = new Unheard((question) => this.#unreached(question));
  /** Where something was said last. */
  #spoken: Stream | undefined;

  constructor(options: ConversationOptions) {
    const { guarding, checksEarly, onIdle } = options;
    this.#options = options;
    this.#connection = new Connection<Exchange, Said>({
      ...guarding,
      ...{ transport: "http", ids: "ours", checksEarly, onIdle },
      ends: {
        toServer: (message, inbound) => this.#link.send(message, inbound),
        toClient: (message, along) => this.#toClient(message, along),
      },
    });
    this.#link = options.link({
      message: (value, inbound, status) => this.#fromServer(value, inbound, status),
      unusable: (id, why, isFatal) => this.#connection.serverBroken(id, why, isFatal),
      failed: (id, kind, why) => {
        options.onFailed(kind, why);
        return this.#connection.serverFailed(id, kind, why);
      },
      ended: (why) => {
        options.onEnded?.(why);
        return this.#connection.serverEnded();
      },
      opened: (inbound, form) => {
        inbound.form = form;
        if (form === "events") inbound.stream.open("events");
      },
      comment: (inbound) => (inbound?.stream ?? options.standalone)?.comment(),
      primed: (inbound, retry) => inbound.stream.prime(retry),
      refused: (inbound, status) => {
        if (inbound !== undefined) inbound.refused = status;
      },
      room: (inbound) => (inbound?.stream ?? this.#spoken)?.room(),
      ...options.events,
    });
  }

  get link(): ServerLink<Exchange> {
    return this.#link;
  }

  /** Whether each request has its answer. */
  get isIdle(): boolean {
    return this.#connection.isIdle;
  }

  /** Another policy takes the place of the one in force. */
  adopt(guarding: Guarding): void {
    this.#connection.adopt(guarding);
  }

  /** Takes a message that was posted. Never rejects; a request is answered on its exchange, now or later. */
  async take(
    value: Value,
    message: Exclude<Message, { readonly kind: "none" }>,
    caller: Caller,
    exchange: Exchange,
  ): Promise<void> {
    if (message.kind !== "request") {
      await this.#connection.fromClient(value, caller, exchange);
      return exchange.accept(exchange.refused ?? 202);
    }
    const { id, era } = message;
    if (this.#exchanges.has(id)) {
      // An answer under this id would be taken for the other request's.
      return exchange.answer(...formOf(flaw("not-a-message", era, "the id is in use"), undefined));
    }
    this.#exchanges.set(id, exchange);
    exchange.stream.response?.once("close", () => this.#gone(id, exchange, era));
    await this.#connection.fromClient(value, caller, exchange);
  }

  /** The response of a request was closed before its answer. */
  #gone(id: Id, exchange: Exchange, era: Era): void {
    if (exchange.isOver || this.#options.outlives || this.#exchanges.get(id) !== exchange) return;
    // MCP 2026-07-28: that cancels it. Before, it does not: the call goes on, and what it came to is recorded.
    if (era === "legacy") return;
    this.#exchanges.delete(id);
    const sentAs = this.#connection.abandon(id);
    if (sentAs !== undefined) this.#link.cancel(sentAs);
  }

  #fromServer(value: Value, inbound: Exchange | undefined, status: number): Maybe<void> {
    return this.#connection.fromServer(value, { status }, inbound?.id === undefined ? {} : { request: inbound.id });
  }

  #toClient(message: JsonObject, { request, http, outbound }: Along<Said>): void {
    const exchange = request === undefined ? undefined : this.#exchanges.get(request);
    if (Object.hasOwn(message, "method")) this.#said(message, exchange);
    else if (request !== undefined && exchange !== undefined) {
      this.#exchanges.delete(request);
      exchange.answer(message, statusOf(message, http?.status ?? 200, outbound));
    }
  }

  /** What a server says before an answer, or beside all of them. */
  #said(message: JsonObject, about: Exchange | undefined): void {
    const { standalone } = this.#options;
    const exchange = about ?? (standalone?.response === undefined ? this.#likely(message) : undefined);
    this.#spoken = exchange?.stream ?? standalone;
    if (exchange !== undefined) exchange.say(message);
    else if (standalone === undefined) this.#unreached(message);
    else if (standalone.response === undefined) this.#unheard.add(message);
    else standalone.say(message);
  }

  /** The client listens now for what belongs to no request: it gets what waited for it. */
  heed(): void {
    for (const message of this.#unheard.take()) this.#options.standalone?.say(message);
  }

  /** The client does not get to hear something: where it was asked, whoever asked is told. */
  #unreached({ id }: JsonObject): void {
    if (isId(id)) void this.#connection.unheard(id);
  }

  /**
   * A server on stdio does not say what belongs to which request. Where nobody listens for the rest, its questions go to whoever waits longest, and
   * what nobody answers to the only one who waits.
   */
  #likely(message: JsonObject): Exchange | undefined {
    const [eldest, ...others] = this.#exchanges.values();
    return Object.hasOwn(message, "id") || others.length === 0 ? eldest : undefined;
  }

  /** Ends it: whatever waits is answered, and the server is let go. */
  async close(): Promise<void> {
    this.#unheard.take();
    await this.#connection.serverEnded();
    this.#connection.clientEnded();
    await this.#link.close();
  }
}

/** That of an answer of ours, else that with which the server gave its error. */
function statusOf(message: JsonObject, status: number, said: Said | undefined): number {
  return status === 200 && said !== undefined && Object.hasOwn(message, "error") ? said.status : status;
}

function formOf({ answer, status }: WireForm, id: Id | undefined): readonly [JsonObject, number] {
  return [responseOf(id, answer), status];
}
