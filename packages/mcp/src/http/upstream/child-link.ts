import { isRecord, type JsonObject } from "@mcpolicy/core";
import type { Maybe } from "../../maybe.ts";
import { Child, type ChildOptions } from "../../stdio/child.ts";
import { idOfRefused, intake, serverBounds } from "../../wire/intake.ts";
import type { Line } from "../../wire/lines.ts";
import { type Id, isId, own } from "../../wire/message.ts";
import type { LinkEvents, ServerLink } from "./server-link.ts";

export interface ChildLinkOptions {
  readonly child: ChildOptions;
  readonly events: LinkEvents<never>;
  /** A line of the server's standard error, safe to be shown. */
  readonly note: (text: string) => void;
  /** Milliseconds that the answer to a request may take, but for subscriptions. */
  readonly answerTimeout: number;
}

/** Bytes that may wait for a server that does not read. */
const MOST_WAITING = 64 * 1024 * 1024;

/** The messages of one connection to a server that is started for it. */
export class ChildLink implements ServerLink<unknown> {
  readonly #options: ChildLinkOptions;
  readonly #child: Child;
  readonly #waiting = new Map<Id, ReturnType<typeof setTimeout>>();
  readonly #ended: Promise<void>;

  constructor(options: ChildLinkOptions) {
    this.#options = options;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#ended = promise;
    this.#child = new Child(options.child, {
      line: (line) => this.#line(line),
      note: options.note,
      ended: ({ why }) => {
        for (const timer of this.#waiting.values()) clearTimeout(timer);
        void options.events.ended(why);
        resolve();
      },
    });
  }

  send(message: JsonObject): Maybe<void> {
    const { method, id } = message;
    if (method !== undefined && isId(id) && method !== "subscriptions/listen") {
      this.#waiting.set(
        id,
        setTimeout(() => this.#late(id), this.#options.answerTimeout),
      );
    }
    if (this.#child.waiting > MOST_WAITING) return this.#child.kill();
    if (this.#child.write(message)) return undefined;
    const { input } = this.#child;
    return new Promise((resolve) => {
      input.once("drain", resolve);
      input.once("close", resolve);
    });
  }

  cancel(id: Id): void {
    this.#answered(id);
    this.#child.write({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: id } });
  }

  close(): Promise<void> {
    this.#child.stop();
    return this.#ended;
  }

  #line(line: Line): void {
    const { events, child } = this.#options;
    const bounds = child.bounds ?? serverBounds;
    if (line === undefined) return void events.unusable(undefined, `it is larger than ${bounds.bytes} bytes`, true);
    const taken = intake(line, bounds);
    if (taken.kind !== "value") return void events.unusable(idOfRefused(line, "response", bounds), taken.why, false);
    const { value } = taken;
    const id = isRecord(value) && own(value, "method") === undefined ? own(value, "id") : undefined;
    if (isId(id)) this.#answered(id);
    void events.message(value, undefined, 200);
    this.#makeRoom();
  }

  /** Reads no more while a client cannot keep up. */
  #makeRoom(): void {
    const { output } = this.#child;
    const room = this.#options.events.room?.();
    if (room === undefined || output.isPaused()) return;
    output.pause();
    void room.then(() => output.resume());
  }

  #late(id: Id): void {
    this.cancel(id);
    void this.#options.events.failed(id, "late", `no answer came within ${this.#options.answerTimeout} ms`);
  }

  #answered(id: Id): void {
    clearTimeout(this.#waiting.get(id));
    this.#waiting.delete(id);
  }
}
