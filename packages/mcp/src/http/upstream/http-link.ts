import { isRecord, type JsonObject } from "@mcpolicy/core";
import type { Maybe } from "../../maybe.ts";
import { pauseFor } from "../../pause.ts";
import type { Flaw } from "../../wire/denial.ts";
import { type Era, type Id, isId, type Message, own, toMessage } from "../../wire/message.ts";
import { headersOf } from "../wire/message-headers.ts";
import type { ParamHeaders } from "../wire/param-headers.ts";
import { type AnswerItem, callHttp, type HttpAnswer, NoAnswer } from "./call.ts";
import type { HttpLinkEvents, ServerLink } from "./server-link.ts";
import type { HttpTarget } from "./target.ts";

export interface HttpLinkOptions<Inbound> {
  readonly target: HttpTarget;
  readonly params: ParamHeaders;
  readonly events: HttpLinkEvents<Inbound>;
  /** Milliseconds that the answer to a request may take, but for subscriptions. */
  readonly answerTimeout: number;
}

/** A request that has no answer yet. */
interface Pending<Inbound> {
  readonly id: Id;
  readonly inbound: Inbound | undefined;
  readonly era: Era;
  readonly over: AbortController;
  isAnswered: boolean;
  /** Whether it was given up here: nothing is to be told of it any more. */
  isGivenUp: boolean;
  /** What the server called the last event of its stream. */
  mark: string | undefined;
  retry: number;
}

/** Milliseconds before a stream that a server closed is asked for again: unless it says otherwise, and at least. */
const RETRY = 1_000;
const LEAST_RETRY = 100;
/** Milliseconds that a server may keep a stream open after its answer. */
const AFTERWARDS = 5_000;
/** Milliseconds that a message may take that nobody answers. */
const TELLING = 30_000;

/**
 * The messages of one connection to a server on Streamable HTTP (MCP 2025-11-25 and before: a session, if the server opens one; 2026-07-28: each
 * request by itself). Each message is sent once; redirects are not followed.
 */
export class HttpLink<Inbound> implements ServerLink<Inbound> {
  readonly #options: HttpLinkOptions<Inbound>;
  readonly #pending = new Map<Id, Pending<Inbound>>();
  /** Of everything that is under way. */
  readonly #open = new Set<AbortController>();
  #isClosed = false;
  #session: string | undefined;
  /** The last event of what belongs to no request. */
  #mark: string | undefined;
  #revision: string | undefined;

  constructor(options: HttpLinkOptions<Inbound>) {
    this.#options = options;
  }

  get hasSession(): boolean {
    return this.#session !== undefined;
  }

  send(value: JsonObject, inbound: Inbound | undefined): Maybe<void> {
    const message = toMessage(value);
    if (message.kind === "request") {
      void this.#ask(message, value, inbound);
      return undefined;
    }
    if (message.kind === "notification" && message.method === "notifications/cancelled") {
      const id = own(message.params, "requestId");
      if (isId(id) && this.#pending.get(id)?.era === "modern") return this.cancel(id);
    }
    return this.#tell(message, value, inbound);
  }

  cancel(id: Id): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    pending.isGivenUp = true;
    pending.over.abort();
    // MCP 2026-07-28: closing the stream is what cancels. Before, it says nothing.
    if (pending.era === "modern") return;
    const told: JsonObject = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: id } };
    void this.#tell(toMessage(told), told, undefined);
  }

  async #ask(
    message: Extract<Message, { readonly kind: "request" }>,
    value: JsonObject,
    inbound: Inbound | undefined,
  ): Promise<void> {
    const { events, answerTimeout, target } = this.#options;
    const { id, era, method } = message;
    const pending: Pending<Inbound> = {
      ...{ id, inbound, era, over: this.#controller(), isAnswered: false, isGivenUp: false },
      ...{ mark: undefined, retry: RETRY },
    };
    this.#pending.set(id, pending);
    const { signal } = pending.over;
    const timer = method === "subscriptions/listen" ? undefined : setTimeout(() => this.#late(pending), answerTimeout);
    try {
      const body = JSON.stringify(value);
      const answer = await callHttp(target, { method: "POST", headers: this.#headers(message), body, signal });
      if (method === "initialize" && answer.status < 300 && answer.session !== undefined) {
        this.#session = answer.session;
        events.session?.(inbound);
      }
      const isForgotten = answer.status === 404 && this.#session !== undefined && era === "legacy";
      await this.#heard(answer, pending, signal, isForgotten ? "unknown-session" : "failure");
      if (isForgotten) events.sessionLost?.();
      if (!pending.isAnswered) await this.#resumed(pending, signal);
      if (!pending.isAnswered)
        await this.#failed(pending, "lost", "the server closed the connection before it answered");
    } catch (problem) {
      await this.#failed(pending, problem instanceof NoAnswer ? problem.kind : "failure", reasonOf(problem));
    } finally {
      clearTimeout(timer);
      this.#open.delete(pending.over);
      if (this.#pending.get(id) === pending) this.#pending.delete(id);
    }
  }

  #late(pending: Pending<Inbound>): void {
    if (pending.isAnswered || pending.isGivenUp) return;
    void this.#failed(pending, "late", `no answer came within ${this.#options.answerTimeout} ms`);
    this.cancel(pending.id);
  }

  #failed(pending: Pending<Inbound>, kind: Flaw, why: string): Maybe<void> {
    if (pending.isAnswered || pending.isGivenUp) return;
    pending.isAnswered = true;
    return this.#options.events.failed(pending.id, kind, why);
  }

  /** Takes what a server answers a request with. */
  async #heard(answer: HttpAnswer, pending: Pending<Inbound>, signal: AbortSignal, kind: Flaw): Promise<void> {
    const { events } = this.#options;
    const { status, type } = answer;
    const form = type === "text/event-stream" ? "events" : type === "application/json" ? "json" : undefined;
    if (form === undefined || status < 200 || (status >= 300 && status < 400) || ofOurs.has(status)) {
      answer.discard();
      return this.#failed(pending, kind, whyNot(status, type));
    }
    if (pending.inbound !== undefined) events.opened?.(pending.inbound, form);
    await this.#read(answer, pending, signal);
    if (!pending.isAnswered && form === "json") await this.#failed(pending, kind, whyNot(status, type));
  }

  async #read(answer: HttpAnswer, pending: Pending<Inbound>, signal: AbortSignal): Promise<void> {
    const { events } = this.#options;
    const { inbound } = pending;
    let afterwards: ReturnType<typeof setTimeout> | undefined;
    try {
      for await (const item of answer.items()) {
        if (pending.isGivenUp) return;
        await this.#item(item, pending, answer.status);
        if (pending.isAnswered) afterwards ??= setTimeout(answer.discard, AFTERWARDS);
        await events.room?.(inbound);
        if (item.kind === "unusable" && item.isLast) return;
      }
    } catch (problem) {
      // Where the stream has a name it can be taken up again.
      if (signal.aborted || pending.isAnswered) return;
      if (pending.mark === undefined) throw problem;
    } finally {
      clearTimeout(afterwards);
    }
  }

  async #item(item: AnswerItem, pending: Pending<Inbound>, status: number): Promise<void> {
    const { events } = this.#options;
    const { inbound, id } = pending;
    switch (item.kind) {
      case "comment":
        return events.comment?.(inbound);
      case "mark":
        pending.mark = item.id ?? pending.mark;
        pending.retry = item.retry ?? pending.retry;
        if (item.isAlone && inbound !== undefined) events.primed?.(inbound, item.retry);
        return;
      case "unusable":
        // Whose answer it was cannot be told where it has no id, so this one's is not waited for any longer.
        if (item.id === id || item.isLast) pending.isAnswered = true;
        return events.unusable(item.isLast ? id : item.id, item.why, false);
      case "message": {
        const value = answering(item.value, id, status);
        if (isRecord(value) && own(value, "id") === id && !Object.hasOwn(value, "method")) {
          pending.isAnswered = true;
          this.#opened(value);
        }
        return events.message(value, inbound, status);
      }
    }
  }

  /** Takes note of the revision that an `initialize` came to. */
  #opened(answer: JsonObject): void {
    const result = own(answer, "result");
    const revision = isRecord(result) ? own(result, "protocolVersion") : undefined;
    if (this.#revision === undefined && typeof revision === "string") this.#revision = revision;
  }

  /** A stream that the server closed before it answered goes on where it is asked for by the name of its last event (MCP 2025-11-25, "Resumability"). */
  async #resumed(pending: Pending<Inbound>, signal: AbortSignal): Promise<void> {
    const { events, target } = this.#options;
    const { inbound } = pending;
    while (pending.mark !== undefined && !signal.aborted) {
      if (inbound !== undefined) events.paused?.(inbound);
      await pauseFor(Math.max(pending.retry, LEAST_RETRY), signal);
      const headers = { ...this.#getHeaders(), "last-event-id": pending.mark };
      const answer = await callHttp(target, { method: "GET", headers, signal });
      if (answer.status !== 200 || answer.type !== "text/event-stream") {
        answer.discard();
        return;
      }
      await this.#read(answer, pending, signal);
      if (pending.isAnswered) return;
    }
  }

  async #tell(message: Message, value: JsonObject, inbound: Inbound | undefined): Promise<void> {
    const { events, target } = this.#options;
    const controller = this.#controller();
    const { signal } = controller;
    const timer = setTimeout(() => controller.abort(), TELLING);
    try {
      const body = JSON.stringify(value);
      const answer = await callHttp(target, { method: "POST", headers: this.#headers(message), body, signal });
      answer.discard();
      if (answer.status === 404 && this.#session !== undefined) events.sessionLost?.();
      if (answer.status < 200 || answer.status >= 300) events.refused?.(inbound, answer.status);
    } catch {
      events.refused?.(inbound, 502);
    } finally {
      clearTimeout(timer);
      this.#open.delete(controller);
    }
  }

  /**
   * Hears what a server says of itself in a session, until `stop` or the server ends it. `opened` is called once the server has agreed; `ended`
   * settles with the status with which it did not, or does not any more.
   */
  listen(opened: () => void, room: () => Promise<void> | undefined): { readonly ended: Promise<number>; stop(): void } {
    const controller = this.#controller();
    const ended = this.#listening(opened, controller.signal, room).finally(() => this.#open.delete(controller));
    return { ended, stop: () => controller.abort() };
  }

  async #listening(opened: () => void, ends: AbortSignal, room: () => Promise<void> | undefined): Promise<number> {
    const { target, events } = this.#options;
    let retry = RETRY;
    for (let isFirst = true; !ends.aborted; isFirst = false) {
      try {
        const headers = { ...this.#getHeaders(), ...this.#lastEvent() };
        const answer = await callHttp(target, { method: "GET", headers, signal: ends });
        if (answer.status !== 200 || answer.type !== "text/event-stream") {
          answer.discard();
          if (answer.status === 404 && this.#session !== undefined) events.sessionLost?.();
          return answer.status;
        }
        if (isFirst) opened();
        for await (const item of answer.items()) {
          if (item.kind === "mark") {
            this.#mark = item.id ?? this.#mark;
            retry = item.retry ?? retry;
          } else if (item.kind === "comment") events.comment?.(undefined);
          else if (item.kind === "unusable") await events.unusable(item.id, item.why, false);
          else await events.message(item.value, undefined, answer.status);
          await room();
        }
      } catch (problem) {
        if (isFirst && !ends.aborted) return problem instanceof NoAnswer ? 502 : 500;
      }
      await pauseFor(Math.max(retry, LEAST_RETRY), ends);
    }
    return 200;
  }

  #controller(): AbortController {
    const controller = new AbortController();
    if (this.#isClosed) controller.abort();
    this.#open.add(controller);
    return controller;
  }

  #headers(message: Message): Readonly<Record<string, string>> {
    const modern = message.kind !== "none" && message.kind !== "response" && message.era === "modern";
    return {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...(modern ? headersOf(message, this.#options.params) : this.#sessionHeaders()),
    };
  }

  #lastEvent(): Readonly<Record<string, string>> {
    return this.#mark === undefined ? {} : { "last-event-id": this.#mark };
  }

  #getHeaders(): Readonly<Record<string, string>> {
    return { accept: "text/event-stream", ...this.#sessionHeaders() };
  }

  #sessionHeaders(): Readonly<Record<string, string>> {
    return {
      ...(this.#session === undefined ? {} : { "mcp-session-id": this.#session }),
      ...(this.#revision === undefined ? {} : { "mcp-protocol-version": this.#revision }),
    };
  }

  /** Ends the session at the server, where there is one; whatever is under way gets no answer any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const pending of this.#pending.values()) pending.isGivenUp = true;
    for (const controller of this.#open) controller.abort();
    const session = this.#session;
    if (session === undefined) return;
    this.#session = undefined;
    try {
      const headers = { ...this.#sessionHeaders(), "mcp-session-id": session };
      const signal = AbortSignal.timeout(2_000);
      (await callHttp(this.#options.target, { method: "DELETE", headers, signal })).discard();
    } catch {
      // It will forget the session by itself.
    }
  }
}

/** Statuses that are about the gateway's own credentials: nothing of them is the client's to know. */
const ofOurs: ReadonlySet<number> = new Set([401, 403, 407]);

/** An error that a server gave before it had read whose request it is answers the one request that was sent. */
function answering(value: unknown, id: Id, status: number): JsonObject {
  const message = value as JsonObject;
  return status >= 400 && isRecord(message) && isRecord(own(message, "error")) ? { ...message, id } : message;
}

function whyNot(status: number, type: string): string {
  if (status >= 300 && status < 400) return `the server answered with HTTP ${status}: redirects are not followed`;
  if (ofOurs.has(status)) return `the server refused the gateway's own credentials (HTTP ${status})`;
  return `the server answered with HTTP ${status} and ${type === "" ? "no content" : `content of type ${type}`} that is no answer`;
}

function reasonOf(problem: unknown): string {
  return problem instanceof Error ? problem.message : "the request failed";
}
