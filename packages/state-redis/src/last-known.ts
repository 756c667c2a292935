import {
  advance,
  messageOf,
  type State,
  type StateDriver,
  type StateEvent,
  type StateNeed,
  type StateRead,
  type Windows,
} from "@mcpolicy/core";
import type { StoreNotice } from "./notice.ts";
import { StoreError } from "./within.ts";

/** A driver that can also commit whatever has changed since. */
export interface AppendingDriver extends StateDriver {
  readonly append: (need: StateNeed, event: StateEvent) => Promise<void>;
}

export interface LastKnownOptions {
  /** How long after a read what it gave may be gone by, in milliseconds. */
  readonly bound: number;
  /** How long to leave a store alone that failed, in milliseconds. */
  readonly pause: number;
  readonly windows: () => Windows;
  readonly notice: (notice: StoreNotice) => void;
  /** A clock that only runs on, in milliseconds. */
  readonly elapsed: () => number;
}

/** What was known of a need, what came on top of it here, and when. */
interface Known {
  state: State;
  readonly at: number;
  /** How far the store's clock is ahead of the host's. */
  readonly ahead: number;
}

/** How many needs are known, and how many events wait for the store. */
const most = 10_000;

/**
 * Goes by what was known last while the store is away: of history and labels, never of limits and proofs, and no longer than the bound. What
 * is decided so is committed once the store is back, before anything is read again; it is lost if the process ends first. What other
 * instances committed meanwhile is not known.
 */
export function lastKnown(store: AppendingDriver, options: LastKnownOptions): StateDriver {
  const { bound, pause, windows, notice, elapsed } = options;
  const known = new Map<string, Map<string, Known>>();
  const waiting: { readonly need: StateNeed; readonly event: StateEvent }[] = [];
  let away: { readonly why: string; until: number } | undefined;
  let flushing: Promise<void> | undefined;

  async function read(need: StateNeed): Promise<StateRead> {
    if (away !== undefined && elapsed() < away.until) return fromMemory(need, away.why);
    try {
      await flush();
      const read = await store.read(need);
      if (away !== undefined) notice({ what: "store-back", text: "the store answers again" });
      away = undefined;
      remember(need, read);
      return read;
    } catch (error) {
      const why = messageOf(error);
      if (away === undefined) {
        notice({ what: "store-away", text: `${why}; what was known last is gone by, for at most ${bound} ms` });
      }
      away = { why, until: elapsed() + pause };
      return fromMemory(need, why);
    }
  }

  function fromMemory(need: StateNeed, why: string): StateRead {
    if (need.limits.length + need.proofs.length > 0) {
      throw new StoreError(`${why}; no limit or proof is taken on what was known last`);
    }
    const last = known.get(placeOf(need))?.get(kindOf(need));
    if (last === undefined || elapsed() - last.at > bound) {
      throw new StoreError(`${why}; nothing is known of this caller that is not older than ${bound} ms`);
    }
    return { need, state: last.state, version: fromHere, now: need.now + last.ahead };
  }

  async function commit(read: StateRead, event: StateEvent): Promise<"committed" | "conflict"> {
    if (read.version !== fromHere) {
      const result = await store.commit(read, event);
      if (result === "committed") fold(read.need, event);
      return result;
    }
    if (waiting.length >= most) throw new StoreError(`${most} events wait for the store: there is no room for more`);
    waiting.push({ need: read.need, event });
    fold(read.need, event);
    return "committed";
  }

  /** What waited goes to the store first, in its order; by one, while the others wait. */
  function flush(): Promise<void> {
    if (waiting.length === 0) return Promise.resolve();
    flushing ??= flushAll().finally(() => {
      flushing = undefined;
    });
    return flushing;
  }

  async function flushAll(): Promise<void> {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      await store.append(next.need, next.event);
      waiting.shift();
    }
  }

  function remember(need: StateNeed, { state, now }: StateRead): void {
    if (need.limits.length + need.proofs.length > 0) return;
    const place = placeOf(need);
    const kinds = known.get(place) ?? new Map<string, Known>();
    // The one that was asked for longest ago goes first.
    known.delete(place);
    known.set(place, kinds.set(kindOf(need), { state, at: elapsed(), ahead: now - need.now }));
    for (const oldest of known.keys()) {
      if (known.size <= most) break;
      known.delete(oldest);
    }
  }

  /** What is committed here is known here. */
  function fold(need: StateNeed, event: StateEvent): void {
    for (const place of [placeOf({ ...need, calls: "own" }), placeOf({ ...need, calls: "anyone" })]) {
      for (const each of known.get(place)?.values() ?? []) each.state = advance(each.state, event, windows());
    }
  }

  return { read, commit, lookBack: store.lookBack };
}

/** The version of what was not read from the store. */
const fromHere = Symbol("last known");

function placeOf({ tenant, caller, calls }: StateNeed): string {
  return JSON.stringify([tenant, calls === "anyone" ? null : caller]);
}

function kindOf({ caller, calls, last, labels }: StateNeed): string {
  return JSON.stringify([caller, calls, last, labels]);
}
