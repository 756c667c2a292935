import type { JsonObject } from "@mcpolicy/core";

/** What may wait for a client that does not listen yet: messages, characters of them, and milliseconds that a question waits. */
const MOST_MESSAGES = 100;
const MOST_TEXT = 1024 * 1024;
const PATIENCE = 30_000;

interface Waiting {
  readonly message: JsonObject;
  readonly size: number;
  readonly late: ReturnType<typeof setTimeout> | undefined;
}

/**
 * What a server says that belongs to no request, before the client listens for it: a server may ask as soon as it is told `initialized`, and a client
 * begins to listen only then (MCP 2025-11-25, "Listening for Messages from the Server"). Nothing waits without bound: a question for which there is no
 * more room, or for which nobody comes, is given back as `lost`, so that whoever asked is told; a notification is dropped.
 */
export class Unheard {
  readonly #lost: (question: JsonObject) => void;
  #waiting: Waiting[] = [];
  #size = 0;

  constructor(lost: (question: JsonObject) => void) {
    this.#lost = lost;
  }

  add(message: JsonObject): void {
    const size = JSON.stringify(message).length;
    const isQuestion = Object.hasOwn(message, "id");
    if (this.#waiting.length >= MOST_MESSAGES || this.#size + size > MOST_TEXT) {
      if (isQuestion) this.#lost(message);
      return;
    }
    const late = isQuestion ? setTimeout(() => this.#late(message), PATIENCE) : undefined;
    late?.unref();
    this.#waiting.push({ message, size, late });
    this.#size += size;
  }

  /** All that waits, in the order in which it was said; then nothing does. */
  take(): readonly JsonObject[] {
    const taken = this.#waiting;
    for (const { late } of taken) clearTimeout(late);
    this.#waiting = [];
    this.#size = 0;
    return taken.map(({ message }) => message);
  }

  #late(question: JsonObject): void {
    const at = this.#waiting.findIndex(({ message }) => message === question);
    const [late] = at < 0 ? [] : this.#waiting.splice(at, 1);
    if (late === undefined) return;
    this.#size -= late.size;
    this.#lost(question);
  }
}
