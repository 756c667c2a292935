import type { ServerResponse } from "node:http";
import type { JsonObject } from "@mcpolicy/core";
import { lineOf } from "../../wire/line-of.ts";
import { COMMENT, eventText } from "../wire/events.ts";
import type { KeptEvents } from "./kept-events.ts";

/** Milliseconds of silence after which a comment keeps a stream of events alive. */
const KEEP_ALIVE = 15_000;
/** Bytes that may wait for a client that does not read, and milliseconds that it may take until there is room again. */
const MOST_WAITING = 16 * 1024 * 1024;
const PATIENCE = 60_000;

/** How messages follow each other on a response: as events (`text/event-stream`), or as lines of `application/json`. */
export type Form = "events" | "lines";

/**
 * What goes to a client on one response, message by message, as soon as it is there. In a session it has a name: then it outlives a
 * connection that breaks, and goes on with the response of a later request.
 */
export class Stream {
  readonly name: string;
  readonly #kept: KeptEvents | undefined;
  #response: ServerResponse | undefined;
  #form: Form | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(name: string, kept: KeptEvents | undefined) {
    this.name = name;
    this.#kept = kept;
  }

  /** Whether anything was said on the response that is there. */
  get isOpen(): boolean {
    return this.#form !== undefined;
  }

  get response(): ServerResponse | undefined {
    return this.#response;
  }

  /** From now on it goes to this response. */
  attach(response: ServerResponse): void {
    this.#response = response;
    this.#form = undefined;
    response.once("close", () => {
      if (this.#response === response) this.#detach();
    });
  }

  #detach(): void {
    clearTimeout(this.#timer);
    this.#response = undefined;
    this.#form = undefined;
  }

  /** Sends the headers, so that the client knows that something will come. */
  open(form: Form): void {
    const response = this.#response;
    if (response === undefined || this.#form !== undefined) return;
    this.#form = form;
    response.writeHead(200, {
      "content-type": form === "events" ? "text/event-stream" : "application/json",
      "cache-control": "no-cache, no-transform",
      // Reverse proxies that buffer would hold back what is said.
      "x-accel-buffering": "no",
    });
    response.flushHeaders();
    response.socket?.setNoDelay(true);
    this.#stir();
  }

  /** Says a message. Where nobody is there it is kept, if the stream has a name. */
  say(message: JsonObject): void {
    if (this.#form === "lines") return void this.#write(lineOf(message));
    const id = this.#kept?.newId(this.name);
    const text = eventText(JSON.stringify(message), id);
    if (id !== undefined) this.#kept?.keep({ id, stream: this.name, text });
    this.#write(text);
  }

  /** An event that only names itself, from which the client can take the stream up again. */
  prime(retry: number | undefined): void {
    if (this.#kept === undefined || this.#form !== "events") return;
    this.#write(eventText("", this.#kept.newId(this.name), retry));
  }

  /** Text of events that the client has missed. */
  replay(text: string): void {
    this.#write(text);
  }

  comment(): void {
    if (this.#form === "events") this.#write(COMMENT);
  }

  /** Settles when the client has read enough for more to be sent, or is gone; undefined where there is room. */
  room(): Promise<void> | undefined {
    const response = this.#response;
    if (response === undefined || !response.writableNeedDrain) return undefined;
    return new Promise((resolve) => {
      const late = setTimeout(() => response.destroy(), PATIENCE);
      const done = (): void => {
        clearTimeout(late);
        response.off("drain", done);
        response.off("close", done);
        resolve();
      };
      response.once("drain", done);
      response.once("close", done);
    });
  }

  /** Nothing more is said on this response. */
  end(): void {
    const response = this.#response;
    this.#detach();
    response?.end();
  }

  #write(text: string): void {
    const response = this.#response;
    if (response === undefined) return;
    response.write(text);
    if (response.writableLength > MOST_WAITING) response.destroy();
    else this.#stir();
  }

  #stir(): void {
    clearTimeout(this.#timer);
    if (this.#form !== "events") return;
    this.#timer = setTimeout(() => this.comment(), KEEP_ALIVE);
    this.#timer.unref();
  }
}
