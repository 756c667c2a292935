import type { LimitNeed, Take } from "@mcpolicy/core";

/** What was taken of one limit under one of its keys, in memory. */
export class Takes {
  /** Of windows, in the order of their instants. */
  readonly #past: Take[] = [];
  /** What lies at or before this instant may be forgotten. */
  #prunedTo = Number.NEGATIVE_INFINITY;
  /** Of calls in flight, by the call: since when. */
  readonly #open = new Map<string, number>();

  /** How many takes are held. */
  get size(): number {
    return this.#past.length + this.#open.size;
  }

  /** As the limit reads it at an instant, added up where it counts. `flight`: how long a call may be in flight, in milliseconds. */
  read(need: LimitNeed, now: number, flight: number): readonly Take[] {
    const { rule, key, amount, duration, sums } = need;
    if (duration === undefined) {
      const flying = this.#flying(now - flight);
      return flying === 0 ? [] : [{ rule, key, at: now, amount: flying, call: "", atOnce: true }];
    }
    const first = this.#firstAfter(now - duration);
    if (sums) return first === 0 ? this.#past : this.#past.slice(first);
    const count = this.#past.length - first;
    if (count === 0) return [];
    // A limit asks how many there are, and which of them has to leave the window for there to be room: two say as much as all.
    const room = Math.min(count, Math.floor(amount) - 1);
    const newest = { rule, key, at: this.#timeAt(this.#past.length - 1), amount: room, call: "", atOnce: false };
    if (room === count) return [newest];
    const blocking = { ...newest, at: this.#timeAt(this.#past.length - 1 - room), amount: count - room };
    return room === 0 ? [blocking] : [blocking, newest];
  }

  /** Whether a take has room: with all that a window which it lies in may hold. */
  hasRoom(need: LimitNeed, take: Take, flight: number): boolean {
    const { amount, duration } = need;
    if (duration === undefined) return this.#flying(take.at - flight) + take.amount <= amount;
    // A decision that is older than what was pruned for cannot tell any more.
    if (take.at - duration < this.#prunedTo) return false;
    let sum = 0;
    for (let at = this.#firstAfter(take.at - duration); at < this.#past.length; at += 1) sum += this.#past[at]!.amount;
    return sum + take.amount <= amount;
  }

  add(take: Take): void {
    if (take.atOnce) this.#open.set(take.call, take.at);
    else this.#past.splice(this.#firstAfter(take.at), 0, take);
  }

  /** Gives back what a call took at once. */
  giveBack(call: string): void {
    this.#open.delete(call);
  }

  /** Forgets what no window reaches that ends at `now` or later, and what came before, by as much again for decisions that are older. */
  prune(now: number, duration: number, lostSince: number): void {
    for (const [call, at] of this.#open) {
      if (at > lostSince) break;
      this.#open.delete(call);
    }
    const since = now - 2 * duration;
    const stale = this.#firstAfter(since);
    // The move has to be worth it.
    if (stale === 0 || stale * 4 < this.#past.length) return;
    this.#prunedTo = Math.max(this.#prunedTo, since);
    this.#past.splice(0, stale);
  }

  #flying(lostSince: number): number {
    if (lostSince === Number.NEGATIVE_INFINITY) return this.#open.size;
    let flying = 0;
    for (const at of this.#open.values()) if (at > lostSince) flying += 1;
    return flying;
  }

  #timeAt(index: number): number {
    return this.#past[index]!.at;
  }

  /** Where the first of what is later than an instant stands. */
  #firstAfter(instant: number): number {
    let [low, high] = [0, this.#past.length];
    // Nearly always it is later than all.
    if (high === 0 || this.#timeAt(high - 1) <= instant) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#timeAt(middle) <= instant) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
