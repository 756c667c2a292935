import { randomUUID } from "node:crypto";
import { issuedBeforeOf, nameOfRevocation, namesOfToken, type RevocableToken, type Revocations } from "@mcpolicy/core";
import type { RedisClient, Reply } from "./client.ts";
import { changesScript, onceScript, revokeScript } from "./lua/revocations.ts";
import { type Naming, partOf, tagOf } from "./names.ts";
import type { StoreNotice, WhenAway } from "./notice.ts";
import { StoreError, within } from "./within.ts";

export interface RedisRevocationsOptions extends Naming {
  readonly client: RedisClient;
  /**
   * Milliseconds after which a revocation is honoured by every instance, pushed or not: what is known is never older, or nobody is let in.
   * 5,000 unless said.
   */
  readonly bound?: number;
  /** Milliseconds that any command may take; 1,000 unless said. */
  readonly timeout?: number;
  /** What is done while the store is away: `deny` unless said. The bound is then that much longer. */
  readonly away?: WhenAway;
  /** How many revocations there may be; beyond it `revoke` rejects. 100,000 unless said. */
  readonly most?: number;
  readonly notice?: (notice: StoreNotice) => void;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/** Of revocations that name the same tokens the widest, in epoch milliseconds. */
interface Held {
  readonly issuedBefore: number;
  readonly until: number;
}

/** How many changes are asked for at once. */
const page = 5_000;

/**
 * Revocations in Redis or Valkey. Each instance holds all of them in its memory, so that asking costs nothing: they are pushed to it, and it
 * asks for what has changed four times within the bound. `isRevoked` throws or rejects where what is known is older than the bound.
 */
export function redisRevocations(options: RedisRevocationsOptions): Revocations {
  const {
    client,
    bound = 5_000,
    timeout = 1_000,
    away = "deny",
    most = 100_000,
    notice = () => {},
    now = Date.now,
  } = options;
  const part = partOf(options, "revoked");
  const [meta, revoked, changes, ends] = ["meta", "revoked", "changes", "ends"].map((name) => part + name) as [
    string,
    string,
    string,
    string,
  ];
  const channel = `${part}pushed`;
  const patience = Math.min(timeout, bound / 2);
  const trusted = bound + (away === "deny" ? 0 : away.lastKnown);

  const held = new Map<string, Held>();
  /** Where the store's changes were read up to. */
  let read = { mark: "", change: "0" };
  /** The highest number of a change that was ever seen: a store that is behind it has lost something. */
  let highest = 0;
  /** When what is known was surely true, on a clock that only runs on; undefined where nothing is known. */
  let knownAt: number | undefined;
  let isAway = false;
  let stop: (() => Promise<void>) | undefined;
  let isClosed = false;

  function hold(name: string, value: string): void {
    const [issuedBefore, until] = value
      .split(" ")
      .map((each) => (each === "inf" ? Number.POSITIVE_INFINITY : Number(each)));
    if (issuedBefore === undefined || until === undefined || Number.isNaN(issuedBefore + until)) return;
    const before = held.get(name);
    held.set(name, {
      issuedBefore: Math.max(issuedBefore, before?.issuedBefore ?? issuedBefore),
      until: Math.max(until, before?.until ?? until),
    });
  }

  async function write(name: string, { issuedBefore, until }: Held): Promise<void> {
    const before = issuedBefore === Number.POSITIVE_INFINITY ? "inf" : String(issuedBefore);
    const args = [name, before, String(until), randomUUID(), channel, String(most)];
    const change = await within(timeout, () => client.run(revokeScript, [meta, revoked, changes, ends], args));
    highest = Math.max(highest, Number(change));
    hold(name, `${before} ${until}`);
  }

  /** Reads what has changed, and writes back what the store has lost. */
  async function sync(): Promise<void> {
    const began = performance.now();
    const found = new Set<string>();
    let isAnew = false;
    for (let isMore = true; isMore; ) {
      const args = [read.mark, read.change, String(page), String(highest)];
      const reply = await within(patience, () => client.run(changesScript, [meta, revoked, changes], args));
      const [mark, anew, ...rows] = reply as readonly Reply[];
      isAnew ||= Number(anew) === 1;
      let { change } = Number(anew) === 1 ? { change: "0" } : read;
      for (let index = 0; index < rows.length; index += 3) {
        const [name, value] = [String(rows[index]), String(rows[index + 1])];
        change = String(rows[index + 2]);
        found.add(name);
        hold(name, value);
      }
      read = { mark: String(mark), change };
      highest = Number(anew) === 1 ? Number(change) : Math.max(highest, Number(change));
      isMore = rows.length === 3 * page;
    }
    for (const [name, each] of held) {
      if (each.until <= now()) held.delete(name);
      else if (isAnew && !found.has(name)) await write(name, each);
    }
    knownAt = began;
  }

  async function poll(): Promise<void> {
    try {
      await sync();
      if (isAway) notice({ what: "store-back", text: "what is revoked is known again" });
      isAway = false;
    } catch (error) {
      if (!isAway) notice({ what: "store-away", text: `what is revoked cannot be read: ${(error as Error).message}` });
      isAway = true;
      throw error;
    }
  }

  let isListening = false;
  /** Listens; where that fails, what is asked for has to do, and it is tried again with the next asking. */
  function listen(): void {
    if (isListening) return;
    isListening = true;
    const heard = (message: string): void => {
      const [issuedBefore, until, ...name] = message.split(" ");
      hold(name.join(" "), `${issuedBefore} ${until}`);
    };
    client.subscribe(channel, heard).then(
      async (stopListening) => {
        if (isClosed) await stopListening();
        else stop = stopListening;
      },
      () => {
        isListening = false;
      },
    );
  }

  listen();
  let polling: Promise<void> | undefined;
  /** The asking that is under way, or a new one. */
  function polled(): Promise<void> {
    if (polling !== undefined) return polling;
    const asking = poll().finally(() => {
      polling = undefined;
    });
    polling = asking;
    // Whoever waits for it hears of its failure; nobody has to.
    asking.catch(() => {});
    return asking;
  }
  polled();
  const timer = setInterval(() => {
    listen();
    polled();
  }, bound / 4);
  timer.unref();

  function answer(token: RevocableToken): boolean {
    const age = knownAt === undefined ? undefined : performance.now() - knownAt;
    if (age === undefined || age > trusted) {
      throw new StoreError(`who is revoked is not known${age === undefined ? "" : ` since ${Math.round(age)} ms`}`);
    }
    if (held.size === 0) return false;
    const at = now();
    return namesOfToken(token).some((name) => {
      const each = held.get(name);
      return each !== undefined && each.until > at && token.issuedAt < each.issuedBefore;
    });
  }

  return {
    isRevoked: (token) => (knownAt === undefined ? polled().then(() => answer(token)) : answer(token)),
    async revoke(revocation) {
      if (revocation.until <= now()) return;
      await write(nameOfRevocation(revocation), { issuedBefore: issuedBeforeOf(revocation), until: revocation.until });
    },
    async seenOnce(id, until) {
      const left = Math.ceil(until - now());
      if (left <= 0) return true;
      // Each id is a slot of its own.
      const key = partOf(options, tagOf(id));
      return Number(await within(timeout, () => client.run(onceScript, [`${key}seen`], [String(left)]))) === 1;
    },
    async close() {
      isClosed = true;
      clearInterval(timer);
      await stop?.();
    },
  };
}
