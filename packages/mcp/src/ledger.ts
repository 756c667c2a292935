/**
 * Requests in flight in one direction, by the ids under which we sent them on. Ours count up from 1, so that two callers' ids never
 * meet and an answer matches one request or none.
 */
export class Ledger<Entry> {
  readonly #entries = new Map<number, Entry>();
  readonly #most: number;
  #next = 1;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Notes a request and gives the id to send it under; `undefined` where too many are in flight. */
  open(entry: Entry): number | undefined {
    if (this.#entries.size >= this.#most) return undefined;
    const id = this.#next++;
    this.#entries.set(id, entry);
    return id;
  }

  /** Takes out the request that an answer is for. */
  close(id: unknown): Entry | undefined {
    if (typeof id !== "number") return undefined;
    const entry = this.#entries.get(id);
    this.#entries.delete(id);
    return entry;
  }

  /** The id and entry of the first request that `is` holds of. */
  find(is: (entry: Entry) => boolean): readonly [number, Entry] | undefined {
    for (const [id, entry] of this.#entries) if (is(entry)) return [id, entry];
    return undefined;
  }

  /** Takes out all. */
  drain(): readonly Entry[] {
    const all = [...this.#entries.values()];
    this.#entries.clear();
    return all;
  }
}
