import {
  canonicalJson,
  type LimitIr,
  type LimitKeyIr,
  type Operation,
  type State,
  type Take,
  type Value,
} from "@mcpolicy/core";
import type { Caller } from "./caller.ts";

/** What a limit answers to one call. */
export interface Asked {
  /** What the call takes where it is let through; undefined where what is summed cannot be read. */
  readonly take: Take | undefined;
  readonly spent: boolean;
  /** When there is room again, in milliseconds from now; undefined where there is room, or where waiting does not help. */
  readonly retryAfterMs: number | undefined;
}

/** One call as a limit sees it. `amount` is the value of `of`, or 1; undefined where it cannot be read. */
export interface Asking {
  readonly call: string;
  readonly key: string;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly amount: number | undefined;
}

/**
 * Holds one call against a limit and what was taken of it. Exact: in no window `(t - duration, t]` is more taken than the limit's
 * amount. What cannot be read, or is negative, counts as spent.
 */
export function askLimit(limit: LimitIr, { call, key, now, amount }: Asking, state: State): Asked {
  const takes = state.takes.filter((take) => take.rule === limit.id && take.key === key);
  const { window } = limit;

  if (window.kind === "at once") {
    const open = takes.reduce((sum, each) => sum + (each.atOnce ? each.amount : 0), 0);
    const take = { rule: limit.id, key, at: now, amount: 1, call, atOnce: true };
    return { take, spent: open + 1 > limit.amount, retryAfterMs: undefined };
  }

  if (amount === undefined || !(amount >= 0)) return { take: undefined, spent: true, retryAfterMs: undefined };
  // What is later than now, since a clock went back, lies in one window with this call all the same.
  const counted = takes.filter((take) => !take.atOnce && take.at > now - window.duration);
  const taken = counted.reduce((sum, each) => sum + each.amount, 0);
  const take = { rule: limit.id, key, at: now, amount, call, atOnce: false };
  if (taken + amount <= limit.amount) return { take, spent: false, retryAfterMs: undefined };
  const blocking = newestTooMany(counted, limit.amount - amount);
  return { take, spent: true, retryAfterMs: blocking && blocking.at + window.duration - now };
}

/** Counting back from the newest take, the one that is too many: once it has left the window there is room. */
function newestTooMany(takes: readonly Take[], room: number): Take | undefined {
  if (room < 0) return undefined;
  let sum = 0;
  for (const take of takes.toSorted((a, b) => b.at - a.at)) {
    sum += take.amount;
    if (sum > room) return take;
  }
  return undefined;
}

/** The text under which a limit counts: calls with the same values of its KEYs share it. A value that is not there is null. */
export function limitKey(keys: readonly LimitKeyIr[], caller: Caller, operation: Operation): string {
  return canonicalJson(
    keys.map((key) => (key.kind === "attribute" ? attribute(caller, key.name) : keyed[key.kind](caller, operation))),
  );
}

type Keyed = (caller: Caller, operation: Operation) => Value;

const keyed: Readonly<Record<Exclude<LimitKeyIr["kind"], "attribute">, Keyed>> = {
  principal: (caller) => [attribute(caller, "tenant"), caller.id],
  client: (caller) => attribute(caller, "client"),
  server: (_, { server }) => server,
  tool: (_, operation) => ("name" in operation ? `${operation.server}.${operation.name}` : operation.server),
  everyone: () => "everyone",
};

function attribute(caller: Caller, name: string): Value {
  return Object.hasOwn(caller, name) ? ((caller[name] as Value | undefined) ?? null) : null;
}
