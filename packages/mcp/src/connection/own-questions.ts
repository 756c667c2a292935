import type { JsonObject } from "@mcpolicy/core";
import { caught, type Maybe } from "../maybe.ts";
import { type Answer, type Id, requestOf } from "../wire/message.ts";

/** Questions of our own to one side, which wait for an answer. */
export class OwnQuestions {
  readonly #waiting = new Map<Id, (answer: Answer | undefined) => void>();
  readonly #newId: () => Id;
  #isOver = false;

  constructor(newId: () => Id) {
    this.#newId = newId;
  }

  /** Asks; rejects where no answer comes. */
  ask(method: string, params: JsonObject, send: (message: JsonObject) => Maybe<void>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const lost = new Error(`there is no answer to ${method}`);
      if (this.#isOver) return reject(lost);
      const id = this.#newId();
      this.#waiting.set(id, (answer) => (answer === undefined ? reject(lost) : resolve(answer)));
      void caught(
        () => send(requestOf(id, method, params)),
        () => void this.settle(id, undefined),
      );
    });
  }

  /** Whether an answer is one to a question of ours; undefined for one that could not be read. */
  settle(id: Id, answer: Answer | undefined): boolean {
    const settle = this.#waiting.get(id);
    if (settle === undefined) return false;
    this.#waiting.delete(id);
    settle(answer);
    return true;
  }

  /** Nobody is there to answer. What is asked `fromNowOn` gets none either. */
  lost(fromNowOn: boolean): void {
    this.#isOver = fromNowOn;
    for (const id of [...this.#waiting.keys()]) this.settle(id, undefined);
  }
}
