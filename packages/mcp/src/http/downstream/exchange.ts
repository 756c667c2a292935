import type { ServerResponse } from "node:http";
import type { JsonObject } from "@mcpolicy/core";
import type { Id } from "../../wire/message.ts";
import type { KeptEvents } from "./kept-events.ts";
import { Stream } from "./stream.ts";

/** A message that a client posted, and where its answer goes. */
export class Exchange {
  readonly id: Id | undefined;
  readonly stream: Stream;
  /** How the server answers, once it does: messages before the answer follow in the same form. */
  form: "json" | "events" = "events";
  /** The status with which a server did not take what nobody answers. */
  refused: number | undefined;
  /** Told of the answer, before it leaves. */
  onAnswer: ((message: JsonObject) => void) | undefined;
  /** What makes of a message what this client knows it by. */
  restore: ((message: JsonObject) => JsonObject) | undefined;
  #isOver = false;

  constructor(id: Id | undefined, response: ServerResponse, name: string, kept?: KeptEvents) {
    this.id = id;
    this.stream = new Stream(name, kept);
    this.stream.attach(response);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** A header of the response, where that has not begun. */
  setHeader(name: string, value: string): void {
    const { response } = this.stream;
    if (response !== undefined && !response.headersSent) response.setHeader(name, value);
  }

  /** Something that is said before the answer. */
  say(message: JsonObject): void {
    this.stream.open(this.form === "json" ? "lines" : "events");
    this.stream.say(this.#restored(message));
  }

  #restored(message: JsonObject): JsonObject {
    return this.restore?.(message) ?? message;
  }

  /** The answer, with the status that it has where nothing was said before. */
  answer(message: JsonObject, status: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.onAnswer?.(message);
    const { response, isOpen } = this.stream;
    if (!isOpen && response !== undefined) answerJson(response, status, this.#restored(message));
    else {
      this.stream.say(this.#restored(message));
      this.stream.end();
    }
  }

  /** Ends without an answer in the body: what was posted asks for none. */
  accept(status: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.stream.response?.writeHead(status).end();
  }
}

/** One whole answer. */
export function answerJson(response: ServerResponse, status: number, body: JsonObject): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.end(text);
}
