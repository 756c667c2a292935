import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Principal, Value } from "@mcpolicy/core";
import type { Caller } from "../caller.ts";
import { isSameCaller } from "../tasks/owners.ts";
import type { Message } from "../wire/message.ts";
import { Conversation, type ConversationOptions } from "./conversation.ts";
import { Exchange } from "./downstream/exchange.ts";
import { KeptEvents } from "./downstream/kept-events.ts";
import { Stream } from "./downstream/stream.ts";
import { HttpLink } from "./upstream/http-link.ts";

type Options = Omit<ConversationOptions, "standalone" | "outlives" | "checksEarly">;

/** The name of the stream of what belongs to no request. */
const STANDALONE = "s";

/** A session of a client of revision 2025-11-25 or before. It belongs to the verified caller who opened it, and to nobody who has its name. */
export class Session {
  /** Unguessable; it says nothing of the server's own. */
  readonly name: string = randomUUID();
  readonly owner: Principal;
  readonly conversation: Conversation;
  readonly #kept = new KeptEvents();
  readonly #standalone = new Stream(STANDALONE, this.#kept);
  readonly #exchanges = new Map<string, Exchange>();
  /** Whether the server hears that somebody listens for what belongs to no request. */
  #listening: { stop(): void } | undefined;
  #nextStream = 1;
  /** When it was used last; epoch milliseconds. */
  usedAt: number;

  constructor(owner: Principal, options: Options & { readonly checksEarly: boolean }, now: number) {
    this.owner = owner;
    this.usedAt = now;
    this.conversation = new Conversation({
      ...options,
      standalone: this.#standalone,
      outlives: true,
      events: {
        ...options.events,
        // The client comes back for the rest: it was given the name of an event.
        paused: ({ stream }) => stream.end(),
      },
    });
  }

  isOf({ principal }: Caller): boolean {
    return principal !== undefined && isSameCaller(this.owner, principal);
  }

  /** Whether nothing is under way, and nobody listens. */
  get isUnused(): boolean {
    return this.conversation.isIdle && this.#standalone.response === undefined;
  }

  /** Takes a message that was posted; `begun` is told of its exchange before anything comes of it. */
  async post(
    value: Value,
    message: Exclude<Message, { readonly kind: "none" }>,
    caller: Caller,
    response: ServerResponse,
    begun?: (exchange: Exchange) => void,
  ): Promise<void> {
    const name = `r${this.#nextStream++}`;
    const exchange = new Exchange(message.kind === "request" ? message.id : undefined, response, name, this.#kept);
    for (const [each, { isOver }] of this.#exchanges) if (isOver) this.#exchanges.delete(each);
    this.#exchanges.set(name, exchange);
    begun?.(exchange);
    await this.conversation.take(value, message, caller, exchange);
  }

  /**
   * Lets a client hear what belongs to no request, or take up a stream after an event that it names. Gives the status with which that is refused;
   * undefined where it is not.
   */
  async listen(lastEvent: string | undefined, response: ServerResponse): Promise<number | undefined> {
    const found = lastEvent === undefined ? { stream: STANDALONE, missed: [] } : this.#kept.after(lastEvent);
    if (found === undefined) return 400;
    const isStandalone = found.stream === STANDALONE;
    const stream = isStandalone ? this.#standalone : this.#exchanges.get(found.stream)?.stream;
    if (stream?.response !== undefined) return 409;
    if (isStandalone) {
      const status = await this.#hear();
      if (status !== undefined) return status;
    }
    const shown = stream ?? new Stream(found.stream, undefined);
    shown.attach(response);
    shown.open("events");
    for (const { text } of found.missed) shown.replay(text);
    if (isStandalone) this.conversation.heed();
    const isLive = isStandalone || this.#exchanges.get(found.stream)?.isOver === false;
    if (!isLive) shown.end();
    if (isStandalone) response.once("close", () => this.#deaf());
    return undefined;
  }

  /** Opens the same stream at the server, where it is one on HTTP. */
  async #hear(): Promise<number | undefined> {
    const { link } = this.conversation;
    if (!(link instanceof HttpLink) || this.#listening !== undefined) return undefined;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const listening = link.listen(
      () => resolve(undefined),
      () => this.#standalone.room(),
    );
    this.#listening = listening;
    void listening.ended.then(() => {
      if (this.#listening === listening) this.#listening = undefined;
      this.#standalone.end();
    });
    return Promise.race([promise, listening.ended]);
  }

  #deaf(): void {
    this.#listening?.stop();
    this.#listening = undefined;
  }

  /** Says nothing more that belongs to no request. */
  hush(): void {
    this.#deaf();
    this.#standalone.end();
  }

  async close(): Promise<void> {
    this.hush();
    await this.conversation.close();
  }
}
