import {
  asOf,
  type CallerKey,
  type CommitResult,
  defaultStateBounds,
  isRecord,
  type JsonObject,
  type LimitNeed,
  type PastCall,
  type State,
  type StateBounds,
  type StateDriver,
  type StateEvent,
  type StateNeed,
  type StateRead,
  type Take,
  type TenantKey,
  type Value,
  type Windows,
} from "@mcpolicy/core";
import { CallerMemory } from "./memory-caller.ts";
import { Takes } from "./memory-takes.ts";

/** A driver whose answers need not be waited for. */
export interface MemoryDriver extends StateDriver {
  readonly read: (need: StateNeed) => StateRead;
  /** Throws where there is no room left for what must not be forgotten; the host then lets nothing through. */
  readonly commit: (read: StateRead, event: StateEvent) => CommitResult;
}

/** What a commit is held against: undefined where it was not read. */
interface Version {
  readonly calls: number | undefined;
  readonly labels: number | undefined;
}

type RequestEvent = Extract<StateEvent, { kind: "request" }>;

/** What is remembered of one tenant. */
class Tenant {
  readonly callers = new Map<CallerKey, CallerMemory>();
  readonly takes = new Map<string, Takes>();
  /** Ids of proofs, and when they were spent; oldest first. */
  readonly spent = new Map<string, number>();
  /** Changes with every call and every end of one. */
  version = 0;
  /** The latest instant that is recorded: no decision is made before it. */
  latest = Number.NEGATIVE_INFINITY;
  /** What was forgotten of callers of whom nothing is known any more. */
  forgottenBefore = Number.NEGATIVE_INFINITY;

  read(need: StateNeed, windows: Windows): StateRead {
    const now = Math.max(need.now, this.latest);
    const caller = this.callers.get(need.caller);
    const isAnyone = need.calls === "anyone";
    const state: State = {
      calls: isAnyone ? this.#calls() : need.calls === "own" ? (caller?.calls ?? []) : [],
      labels: need.labels ? (caller?.labels ?? []) : [],
      takes: need.limits.flatMap((limit) => this.takes.get(nameOf(limit))?.read(limit, now, flightOf(windows)) ?? []),
      spent: need.proofs.filter((id) => this.spent.has(id)),
      forgottenBefore: isAnyone ? this.#forgottenBefore() : (caller?.forgottenBefore ?? this.forgottenBefore),
    };
    return { need, state: asOf(state, now, windows), version: this.versionOf(need), now };
  }

  versionOf({ calls, caller, labels }: StateNeed): Version {
    const own = this.callers.get(caller);
    return {
      calls: calls === "none" ? undefined : calls === "anyone" ? this.version : (own?.callsVersion ?? 0),
      labels: labels ? (own?.labelsVersion ?? 0) : undefined,
    };
  }

  /** Whether limits have room for what is taken, and no proof was spent. */
  bearsOut({ takes, proofs }: RequestEvent, need: StateNeed, windows: Windows): boolean {
    return (
      proofs.every((id) => !this.spent.has(id)) &&
      takes.every((take) => {
        const limit = limitOf(take, need);
        const taken = this.takes.get(nameOf(limit)) ?? new Takes();
        return taken.hasRoom(limit, take, flightOf(windows));
      })
    );
  }

  /** Everybody's calls, in the order in which they were asked for. */
  #calls(): readonly PastCall[] {
    return [...this.callers.values()].flatMap(({ calls }) => calls).sort((a, b) => a.order - b.order);
  }

  #forgottenBefore(): number {
    let latest = this.forgottenBefore;
    for (const { forgottenBefore } of this.callers.values()) latest = Math.max(latest, forgottenBefore);
    return latest;
  }
}

/**
 * Keeps state in memory, for one process: it is gone when the process ends. It forgets what no window looks back at. A decision looks at
 * its own caller alone, and at the limits under its keys, however many others there are. What a read gives is what is held: it goes on
 * changing with later commits.
 */
export function memoryDriver(initial: Windows, bounds: StateBounds = defaultStateBounds): MemoryDriver {
  let windows = initial;
  const tenants = new Map<TenantKey, Tenant>();
  /** How many of each there are; `places` are callers and keys of limits. */
  const held = { calls: 0, takes: 0, labels: 0, spent: 0, places: 0 };
  /** How many places were left when all of them were last looked through, and when that was. */
  let swept = { places: 0, at: Number.NEGATIVE_INFINITY };

  function commit({ need, version }: StateRead, event: StateEvent): CommitResult {
    const tenant = tenants.get(need.tenant) ?? new Tenant();
    const isAttempt = event.kind === "request" && event.call.called === undefined;
    if (!isAttempt && !isSame(tenant.versionOf(need), version as Version)) return "conflict";
    if (event.kind === "request" && !tenant.bearsOut(event, need, windows)) return "conflict";
    const now = event.kind === "request" ? event.call.attempted : event.at;
    makeRoom(event, now);
    // Making room may have forgotten a tenant of whom nothing was left.
    tenants.set(need.tenant, tenant);
    write(tenant, need, event, now);
    return "committed";
  }

  function write(tenant: Tenant, need: StateNeed, event: StateEvent, now: number): void {
    held.places -= tenant.callers.size + tenant.takes.size;
    const caller = entry(tenant.callers, need.caller, () => new CallerMemory(tenant.forgottenBefore));
    const limits = need.limits.map((limit) => ({
      limit,
      taken: entry(tenant.takes, nameOf(limit), () => new Takes()),
    }));
    held.places += tenant.callers.size + tenant.takes.size;
    count(-1);
    caller.prune(now, windows);
    for (const { limit, taken } of limits) taken.prune(now, limit.duration ?? 0, now - flightOf(windows));
    pruneSpent(tenant, now);
    const before = caller.callsVersion;
    if (event.kind === "request") {
      if (!event.unseen) caller.add({ ...event.call, arguments: copyOf(event.call.arguments) });
      for (const take of event.takes) tenant.takes.get(nameOf(limitOf(take, need)))?.add(take);
      for (const id of event.proofs) tenant.spent.set(id, now);
    } else {
      caller.answer(event.result === undefined ? event : { ...event, result: copyOf(event.result) });
      caller.endLabels(event.id, now);
      for (const { taken } of limits) taken.giveBack(event.id);
    }
    caller.setLabels(event.labels, now, windows);
    if (caller.callsVersion !== before) tenant.version += 1;
    tenant.latest = Math.max(tenant.latest, now);
    count(1);

    function count(sign: 1 | -1): void {
      held.calls += sign * caller.calls.length;
      held.labels += sign * caller.labels.length;
      held.spent += sign * tenant.spent.size;
      for (const { taken } of limits) held.takes += sign * taken.size;
    }
  }

  function pruneSpent({ spent }: Tenant, now: number): void {
    for (const [id, at] of spent) {
      if (windows.proofs === undefined || now - at < windows.proofs) return;
      spent.delete(id);
    }
  }

  /** Makes room for what an event brings: forgets what is past, then the oldest calls; throws where that does not do. */
  function makeRoom(event: StateEvent, now: number): void {
    const isRequest = event.kind === "request";
    const more = {
      calls: isRequest && !event.unseen ? 1 : 0,
      takes: isRequest ? event.takes.length : 0,
      labels: event.labels.length,
      spent: isRequest ? event.proofs.length : 0,
    };
    const names = ["calls", "takes", "labels", "spent"] as const;
    const isFull = (name: (typeof names)[number]): boolean => held[name] + more[name] > bounds[name];
    if (held.places > 2 * swept.places + 1_000 || (names.some(isFull) && now > swept.at)) sweep(now);
    while (more.calls > 0 && isFull("calls")) forgetOldest();
    for (const name of names) {
      if (more[name] > 0 && isFull(name)) throw new Error(`there is no room for more ${name} in memory: ${held[name]}`);
    }
  }

  /** Forgets what no window looks back at, of all. */
  function sweep(now: number): void {
    Object.assign(held, { calls: 0, takes: 0, labels: 0, spent: 0, places: 0 });
    for (const [key, tenant] of tenants) {
      pruneSpent(tenant, now);
      for (const [name, caller] of tenant.callers) {
        caller.prune(now, windows);
        held.calls += caller.calls.length;
        held.labels += caller.labels.length;
        if (caller.calls.length + caller.labels.length > 0) continue;
        tenant.forgottenBefore = Math.max(tenant.forgottenBefore, caller.forgottenBefore);
        tenant.callers.delete(name);
      }
      for (const [name, taken] of tenant.takes) {
        taken.prune(now, windows.takes, now - flightOf(windows));
        held.takes += taken.size;
        if (taken.size === 0) tenant.takes.delete(name);
      }
      held.spent += tenant.spent.size;
      held.places += tenant.callers.size + tenant.takes.size;
      if (tenant.callers.size + tenant.takes.size + tenant.spent.size === 0) tenants.delete(key);
    }
    swept = { places: held.places, at: now };
  }

  /** Forgets calls of the caller who has most: whoever floods the memory floods out what is known of himself. */
  function forgetOldest(): void {
    const callers = [...tenants.values()].flatMap((tenant) => [...tenant.callers.values()]);
    const largest = callers.reduce<CallerMemory | undefined>(
      (most, each) => (most === undefined || each.endedCalls > most.endedCalls ? each : most),
      undefined,
    );
    if (largest === undefined || largest.endedCalls === 0) {
      throw new Error(`there are too many calls in flight: ${held.calls}`);
    }
    held.calls -= largest.forgetOldest(Math.max(1, Math.ceil(bounds.calls / 20)));
  }

  return {
    lookBack(wider) {
      windows = wider;
    },
    read(need) {
      const tenant = tenants.get(need.tenant);
      return (tenant ?? nobody).read(need, windows);
    },
    commit,
  };
}

/** A tenant of whom nothing is remembered. */
const nobody = new Tenant();

function flightOf({ flight = Number.POSITIVE_INFINITY }: Windows): number {
  return flight;
}

function isSame(a: Version, b: Version): boolean {
  return a.calls === b.calls && a.labels === b.labels;
}

function nameOf({ rule, key }: Pick<LimitNeed, "rule" | "key">): string {
  return JSON.stringify([rule, key]);
}

/** The limit that a take is of. Throws where the need does not name it. */
function limitOf(take: Take, { limits }: StateNeed): LimitNeed {
  const limit = limits.find(({ rule, key }) => rule === take.rule && key === take.key);
  if (limit === undefined) throw new Error(`the limit \`${take.rule}\` is taken from and was not read`);
  return limit;
}

function entry<Key, Entry>(map: Map<Key, Entry>, key: Key, make: () => Entry): Entry {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/** A copy, so that a host which changes its object later changes nothing here. */
function copyOf(record: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, copyOfValue(value)]));
}

function copyOfValue(value: Value): Value {
  if (Array.isArray(value)) return value.map(copyOfValue);
  return isRecord(value) ? copyOf(value) : value;
}
