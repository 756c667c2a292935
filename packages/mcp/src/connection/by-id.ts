import type { Id } from "../wire/message.ts";

/**
 * What is in flight, by id; `1` and `"1"` differ. Most connections have one request at a time, and engines make a `Map` anew whenever it is emptied, which
 * took a tenth of a guarded call: the first has a place of its own.
 */
export class ById<Value> {
  #id: Id | undefined;
  #value: Value | undefined;
  readonly #others = new Map<Id, Value>();

  get size(): number {
    return this.#others.size + (this.#id === undefined ? 0 : 1);
  }

  has(id: Id): boolean {
    return this.#id === id || this.#others.has(id);
  }

  get(id: Id): Value | undefined {
    return this.#id === id ? this.#value : this.#others.get(id);
  }

  set(id: Id, value: Value): void {
    if (this.#id !== id && (this.#id !== undefined || this.#others.has(id))) {
      this.#others.set(id, value);
      return;
    }
    this.#id = id;
    this.#value = value;
  }

  /** Whether there was one. */
  delete(id: Id): boolean {
    if (this.#id !== id) return this.#others.size > 0 && this.#others.delete(id);
    this.#id = undefined;
    this.#value = undefined;
    return true;
  }

  /** All of them, as they are now. */
  values(): readonly Value[] {
    const others = [...this.#others.values()];
    return this.#id === undefined ? others : [this.#value as Value, ...others];
  }
}
