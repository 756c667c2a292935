import {
  advance,
  asOf,
  type CallerKey,
  type CommitResult,
  emptyState,
  type HeldLabel,
  isCarried,
  type LimitNeed,
  type PastCall,
  type State,
  type StateDriver,
  type StateEvent,
  type StateNeed,
  type StateRead,
  type Take,
  type TenantKey,
  type Windows,
} from "@mcpolicy/core";
import { sliceOf } from "./slice.ts";

/**
 * The suite that every state driver is held to: a history of reads and commits, made up of numbers, played on the driver and on the pure
 * state of each tenant side by side. Reads stay open while others commit, so that decisions cross.
 */
export interface DriversUnderTest {
  /** Instances on one fresh store that look back as far as `driverWindows`. Numbers of commits go round among them. */
  readonly instances: readonly StateDriver[];
  /** Sets the clock of the store, in epoch milliseconds. */
  readonly setTime: (now: number) => void;
}

/** What the drivers look back at, in milliseconds. */
export const driverWindows: Windows = Object.freeze({ calls: 100, takes: 100, proofs: 80, labels: 40, flight: 60 });

/** What the pure state looks back at: takes are kept for decisions that are older than what others commit meanwhile. */
const pureWindows: Windows = { ...driverWindows, takes: 10_000 };

const tenants: readonly TenantKey[] = ["null", "null", "null", '"acme"'];
const callers: readonly CallerKey[] = ['[null,"ann",null]', '[null,"ann",null]', '[null,"böb",null]'];
const operation = { kind: "tool", server: "s", name: "do" } as const;

// biome-ignore format: table
const limits: readonly LimitNeed[] = [
  { rule: "two",    key: '["everyone"]', amount: 2,  duration: 100,       sums: false },
  { rule: "three",  key: '["ann"]',      amount: 3,  duration: 50,        sums: false },
  { rule: "budget", key: '["everyone"]', amount: 10, duration: 70,        sums: true },
  { rule: "open",   key: '["everyone"]', amount: 2,  duration: undefined, sums: false },
];
const proofs = ["p", "q"] as const;
const labels = ["hot", "e:1"] as const;
/** Milliseconds; a clock goes back as well. */
const waits = [0, 0, 0, 1, 9, 29, 30, 50, 59, 60, 100, -7] as const;

/** A read that is open, what it was of, and what has changed since. */
interface Open {
  readonly read: StateRead;
  readonly driver: StateDriver;
  readonly need: StateNeed;
  /** Calls or labels that were read have changed; or only may have. */
  changed: boolean;
  touched: boolean;
}

/** A call that has no answer yet. */
interface Flying {
  readonly tenant: TenantKey;
  readonly caller: CallerKey;
  readonly id: string;
  readonly at: number;
}

/**
 * Plays a history: each number is one step. Rejects where the driver shows something else than the pure state, commits what it must not, or
 * refuses what nothing speaks against.
 */
export async function playDriver({ instances, setTime }: DriversUnderTest, steps: readonly number[]): Promise<void> {
  const states = new Map<TenantKey, State>();
  const latest = new Map<TenantKey, number>();
  const open: Open[] = [];
  const flying: Flying[] = [];
  /** Proofs, by tenant and id, that may be forgotten from this instant on: nothing is said of them any more. */
  const spentUntil = new Map<string, number>();
  let time = 1_000_000;
  let count = 0;
  setTime(time);

  const isOver = (tenant: TenantKey, proof: string): boolean =>
    (spentUntil.get(tenant + proof) ?? Number.POSITIVE_INFINITY) <= nowOf(tenant);
  const nowOf = (tenant: TenantKey): number => Math.max(time, latest.get(tenant) ?? Number.NEGATIVE_INFINITY);
  const stateOf = (tenant: TenantKey): State => states.get(tenant) ?? emptyState;

  async function read(pick: Pick, isAnswer: boolean, of: { tenant: TenantKey; caller: CallerKey }): Promise<Open> {
    const driver = pick(instances);
    const calls = pick(["none", "own", "own", "anyone"] as const);
    const need: StateNeed = {
      ...of,
      now: time,
      calls,
      last: calls === "none" ? 0 : pick([100, 100, 40, 1]),
      labels: pick([true, true, false]),
      limits: isAnswer
        ? limits.filter(({ duration }) => duration === undefined)
        : limits.filter(() => pick([true, false])),
      proofs: isAnswer ? [] : proofs.filter((id) => pick([true, false]) && !isOver(of.tenant, id)),
    };
    const got = await driver.read(need);
    const now = nowOf(need.tenant);
    const wanted = sliceOf(stateOf(need.tenant), { ...need, now }, driverWindows);
    same("the instant of a read", got.now, now);
    same(`what a read shows, of ${JSON.stringify(need)}`, shownBy(got.state, need, now), shownBy(wanted, need, now));
    return { read: got, driver, need, changed: false, touched: false };
  }

  async function commit(at: Open, event: StateEvent, mustFit: boolean): Promise<CommitResult> {
    const { need } = at;
    const result = await at.driver.commit(at.read, event);
    const isAttempt = event.kind === "request" && event.call.called === undefined;
    const mayNot = !isAttempt && at.changed;
    const about = `a commit of ${JSON.stringify(event)} on ${JSON.stringify(need)}`;
    if (result === "committed" && (mayNot || !mustFit)) throw new Error(`${about} should have been a conflict`);
    if (result === "conflict" && mustFit && (isAttempt || !at.touched))
      throw new Error(`${about} should have been taken`);
    if (result === "conflict") return result;
    if (event.kind === "request") {
      for (const id of event.proofs) spentUntil.set(need.tenant + id, event.call.attempted + driverWindows.proofs!);
    }
    const before = stateOf(need.tenant);
    const after = advance(before, event, pureWindows);
    states.set(need.tenant, after);
    const instant = event.kind === "request" ? event.call.attempted : event.at;
    latest.set(need.tenant, Math.max(instant, latest.get(need.tenant) ?? instant));
    note(open, need, event, before);
    return result;
  }

  async function request(pick: Pick): Promise<void> {
    const at = open.splice(pick([...open.keys()]), 1)[0]!;
    const { need } = at;
    const { now, state } = at.read;
    count += 1;
    const id = `call ${count}`;
    const takes = need.limits.map(({ rule, key, duration, sums }): Take => {
      return { rule, key, at: now, amount: sums ? pick([0, 1, 4, 9]) : 1, call: id, atOnce: duration === undefined };
    });
    const spends = need.proofs.filter(() => pick([true, false]));
    const isDenied =
      pick([true, false, false, false]) ||
      spends.some((proof) => state.spent.includes(proof)) ||
      takes.some((take) => !hasRoom(state, need, take));
    const isAwaited = pick([true, true, false]);
    const call: PastCall = {
      id,
      caller: need.caller,
      operation,
      arguments: { n: count, "é\n": ["x", {}, []] },
      attempted: now,
      ...(isDenied ? {} : { called: now, ...(isAwaited ? {} : { ended: now }) }),
    };
    const sets = isDenied ? [] : labels.filter(() => pick([true, false, false]));
    const event: StateEvent = {
      kind: "request",
      call,
      ...(pick([true, false, false]) ? { unseen: true } : {}),
      takes: isDenied ? [] : takes,
      labels: sets.map((label) => ({ caller: need.caller, label, since: now, call: id, duration: pick([10, 40]) })),
      proofs: isDenied ? [] : spends,
    };
    const whole = stateOf(need.tenant);
    const fits =
      isDenied ||
      (takes.every((take) => hasRoom(whole, need, take)) && spends.every((each) => !whole.spent.includes(each)));
    const result = await commit(at, event, fits);
    // One that is not awaited has open labels and takes all the same.
    if (result === "committed" && !isDenied) flying.push({ tenant: need.tenant, caller: need.caller, id, at: now });
  }

  async function answer(pick: Pick): Promise<void> {
    const { tenant, caller, id, at: since } = flying.splice(pick([...flying.keys()]), 1)[0]!;
    const at = await read(pick, true, { tenant, caller });
    const { now } = at.read;
    // What the store holds for lost is another matter.
    if (since <= now - driverWindows.flight!) return;
    const call = stateOf(tenant).calls.find((each) => each.id === id);
    const isAwaited = call !== undefined && call.ended === undefined;
    const completed = isAwaited && pick([true, true, false]);
    const sets = labels.filter(() => pick([true, false, false, false]));
    const event: StateEvent = {
      kind: "answer",
      id,
      at: now,
      completed,
      ...(completed && pick([true, false]) ? { result: { ok: true, list: [], ü: null } } : {}),
      labels: sets.map((label) => ({ caller, label, since: now, until: now + 20, call: id, duration: 20 })),
    };
    if (pick([true, false])) open.push(await read(pick, false, { tenant, caller }));
    await commit(at, event, true);
  }

  for (const step of steps) {
    const pick = picker(step);
    const kind = pick(["wait", "read", "read", "read", "request", "request", "request", "answer"] as const);
    if (kind === "wait" || (kind === "request" && open.length === 0) || (kind === "answer" && flying.length === 0)) {
      time += pick(waits);
      setTime(time);
      // A host does not decide on what it read so long ago.
      const recent = open.filter(({ read: { now } }) => now > time - driverWindows.proofs!);
      open.splice(0, open.length, ...recent);
    } else if (kind === "read") {
      open.push(await read(pick, false, { tenant: pick(tenants), caller: pick(callers) }));
      if (open.length > 4) open.shift();
    } else if (kind === "request") await request(pick);
    else await answer(pick);
  }
}

/** A thing that every driver must do, with a name. Rejects where it does not. */
export interface DriverCase {
  readonly name: string;
  readonly run: (under: DriversUnderTest) => Promise<void>;
}

const ann = callers[0]!;
const start = 1_000_000;

/** What a played history does not come to: calls that no answer ever came for, and answers that come too late. */
export const driverCases: readonly DriverCase[] = [
  {
    name: "a call that was lost gives back what it took at once, and its labels end",
    async run(under) {
      const open = limits.filter(({ rule }) => rule === "open");
      await called(under, "lost", start, {
        takes: open.map(({ rule, key }) => ({ rule, key, at: start, amount: 1, call: "lost", atOnce: true })),
        labels: [{ caller: ann, label: "hot", since: start, call: "lost", duration: 40 }],
      });
      // biome-ignore format: table
      const moments = [
        [start + 59, { takes: 1, labels: 1 }],
        [start + 60, { takes: 0, labels: 1 }],
        [start + 99, { takes: 0, labels: 1 }],
        [start + 100, { takes: 0, labels: 0 }],
      ] as const;
      for (const [now, wanted] of moments) {
        const { state } = await readAt(under, now, { limits: open });
        const carried = state.labels.filter((label) => isCarried(label, now));
        same(`what is held at ${now - start} ms`, { takes: state.takes.length, labels: carried.length }, wanted);
      }
    },
  },
  {
    name: "an answer to a call that was lost is known to be one, while the call is remembered",
    async run(under) {
      await called(under, "late", start, {});
      await answered(under, "late", start + 90);
      same(
        "the call",
        (await readAt(under, start + 95, {})).state.calls.map(({ completed }) => completed),
        [start + 90],
      );
    },
  },
  {
    name: "that a call was completed which was forgotten is unknown",
    async run(under) {
      await called(under, "forgotten", start, {});
      for (const id of ["a", "b"]) await called(under, id, start + 300, { caller: id === "a" ? ann : callers[2]! });
      await answered(under, "forgotten", start + 301);
      const [own, other, anyone] = [
        await readAt(under, start + 310, {}),
        await readAt(under, start + 310, { caller: callers[2]! }),
        await readAt(under, start + 310, { calls: "anyone" }),
      ].map(({ state }) => state.forgottenBefore > start + 210);
      same("whether something may be missing", { own, other, anyone }, { own: true, other: false, anyone: true });
    },
  },
  {
    name: "a decision that is carried out late counts what others no longer look at",
    async run(under) {
      const three = limits.filter(({ rule }) => rule === "three");
      const takenAt = (at: number, call: string): { readonly takes: readonly Take[] } => {
        return { takes: three.map(({ rule, key }) => ({ rule, key, at, amount: 1, call, atOnce: false })) };
      };
      for (const id of ["a", "b"]) await called(under, id, start, takenAt(start, id));
      const late = await readAt(under, start + 49, { limits: three, calls: "none", labels: false });
      await called(under, "c", start + 49, takenAt(start + 49, "c"));
      await called(under, "d", start + 51, takenAt(start + 51, "d"));
      const call: PastCall = {
        id: "e",
        caller: ann,
        operation,
        arguments: {},
        attempted: start + 49,
        called: start + 49,
      };
      const event: StateEvent = { kind: "request", call, ...takenAt(start + 49, "e"), labels: [], proofs: [] };
      same("a fourth call within 50 ms", await under.instances[0]!.commit(late, event), "conflict");
    },
  },
  {
    name: "a tenant knows nothing of another",
    async run(under) {
      const two = limits.filter(({ rule }) => rule === "two");
      await called(under, "here", start, {
        takes: two.map(({ rule, key }) => ({ rule, key, at: start, amount: 1, call: "here", atOnce: false })),
        labels: [{ caller: ann, label: "hot", since: start, call: "here", duration: 40 }],
        proofs: ["p"],
      });
      const over = { calls: "anyone", limits: two, proofs: ["p"] } as const;
      const sizes = ({ state }: StateRead): object => {
        return {
          calls: state.calls.length,
          labels: state.labels.length,
          takes: state.takes.length,
          spent: state.spent.length,
        };
      };
      same("here", sizes(await readAt(under, start + 1, over)), { calls: 1, labels: 1, takes: 1, spent: 1 });
      const elsewhere = await readAt(under, start + 1, { ...over, tenant: '"acme"' });
      same("elsewhere", sizes(elsewhere), { calls: 0, labels: 0, takes: 0, spent: 0 });
    },
  },
  {
    name: "odd names and arguments come back as they went in",
    async run(under) {
      const caller = JSON.stringify([null, 'a\u0000 {}:é"', "\ud800"]);
      const id = "a b\n{}:1";
      const args = { "": [[], {}, null], "é\n": '\u0000 "', n: 0.1 + 0.2, big: 2 ** 53 - 1 };
      await called(under, id, start, {
        caller,
        args,
        labels: [{ caller, label: "e:1 x", since: start, call: id, duration: 40 }],
      });
      const { state } = await readAt(under, start + 1, { caller });
      const [call] = state.calls;
      same("the call", { id: call?.id, caller: call?.caller, args: call?.arguments }, { id, caller, args });
      same(
        "its label",
        state.labels.map(({ label, call: by }) => [label, by]),
        [["e:1 x", id]],
      );
    },
  },
];

/** A call that is let through at an instant, by the first instance. */
async function called(
  under: DriversUnderTest,
  id: string,
  at: number,
  over: {
    readonly caller?: CallerKey;
    readonly args?: PastCall["arguments"];
    readonly takes?: readonly Take[];
    readonly labels?: readonly HeldLabel[];
    readonly proofs?: readonly string[];
  },
): Promise<void> {
  const { caller = ann, args = {}, takes = [], labels: sets = [], proofs: spends = [] } = over;
  const read = await readAt(under, at, { caller, limits, calls: "none", labels: false });
  const call: PastCall = { id, caller, operation, arguments: args, attempted: at, called: at };
  const event: StateEvent = { kind: "request", call, takes, labels: sets, proofs: spends };
  same("the commit of a call", await under.instances[0]!.commit(read, event), "committed");
}

async function answered(under: DriversUnderTest, id: string, at: number): Promise<void> {
  const read = await readAt(under, at, { calls: "none", labels: false });
  const event: StateEvent = { kind: "answer", id, at, completed: true, labels: [] };
  same("the commit of an answer", await under.instances[0]!.commit(read, event), "committed");
}

async function readAt(
  { instances, setTime }: DriversUnderTest,
  now: number,
  over: Partial<StateNeed>,
): Promise<StateRead> {
  setTime(now);
  const need: StateNeed = {
    tenant: "null",
    caller: ann,
    now,
    calls: "own",
    last: 100,
    labels: true,
    limits: [],
    proofs: [],
    ...over,
  };
  return instances[0]!.read(need);
}

/** One of several, by what is left of a number. */
type Pick = <Value>(values: readonly Value[]) => Value;

function picker(step: number): Pick {
  let left = step;
  return (values) => {
    const value = values[left % values.length]!;
    // Digits of its own for each choice, and never the end of them: xorshift32.
    left ^= left << 13;
    left ^= left >>> 17;
    left ^= left << 5;
    left >>>= 0;
    return value;
  };
}

/** Notes what a commit changes of what is read. */
function note(
  open: readonly Open[],
  { tenant, caller, limits: looked }: StateNeed,
  event: StateEvent,
  before: State,
): void {
  const addsCall = event.kind === "request" ? !event.unseen : event.completed || event.result !== undefined;
  const isFlying = (id: string): boolean =>
    before.labels.some((label) => label.call === id && label.until === undefined);
  const setsLabels = event.labels.length > 0 || (event.kind === "answer" && isFlying(event.id));
  for (const each of open) {
    if (each.need.tenant !== tenant) continue;
    const isTheirs = each.need.caller === caller;
    const readsCalls = each.need.calls === "anyone" || (each.need.calls === "own" && isTheirs);
    // Of limits that others look at, takes may go that only an older decision asks for.
    if (readsCalls || (each.need.labels && isTheirs) || each.need.limits.some((limit) => looked.includes(limit))) {
      each.touched = true;
    }
    if ((readsCalls && addsCall) || (each.need.labels && isTheirs && setsLabels)) each.changed = true;
  }
}

function takesOf({ takes }: State, limit: LimitNeed): readonly Take[] {
  return takes.filter(({ rule, key }) => rule === limit.rule && key === limit.key);
}

/** Whether a take has room beside all that a window which it lies in may hold. */
function hasRoom(state: State, { limits: asked }: StateNeed, take: Take): boolean {
  const limit = asked.find(({ rule, key }) => rule === take.rule && key === take.key)!;
  const since = take.at - (limit.duration ?? driverWindows.flight!);
  const taken = takesOf(state, limit).filter(({ at }) => at > since);
  return taken.reduce((sum, { amount }) => sum + amount, 0) + take.amount <= limit.amount;
}

/** All that a decision could tell of a slice: two that show the same decide the same. */
function shownBy(state: State, need: StateNeed, now: number): object {
  const { last } = need;
  const seen = asOf(state, now, driverWindows);
  const isWithin = (at: number | undefined): boolean => at !== undefined && at > now - last && at <= now;
  const calls = seen.calls
    .filter(({ attempted, called, completed }) => [attempted, called, completed].some(isWithin))
    .map(({ ended: _, id, caller, operation: of, arguments: args, attempted, called, completed, result }) => {
      const instants = { attempted, called, completed };
      return { id, caller, of, args, ...instants, ...(result === undefined ? {} : { result }) };
    });
  const ends = labels.map((label) => {
    const carried = seen.labels.filter(
      (held) => held.label === label && held.caller === need.caller && isCarried(held, now),
    );
    return Math.max(0, ...carried.map(({ until = Number.POSITIVE_INFINITY }) => until));
  });
  return {
    calls: calls.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    isForgotten: need.calls !== "none" && seen.forgottenBefore > now - last,
    labels: ends,
    limits: need.limits.map((limit) => told(limit, takesOf(seen, limit), now)),
    spent: need.proofs.filter((id) => seen.spent.includes(id)),
  };
}

/** What a limit tells of its takes: how much, and when there is room for each amount. */
function told({ amount, duration, sums }: LimitNeed, takes: readonly Take[], now: number): object {
  const within = duration === undefined ? takes : takes.filter(({ at }) => at > now - duration);
  const sum = within.reduce((all, take) => all + take.amount, 0);
  if (duration === undefined) return { sum };
  const roomFor = (more: number): number | undefined => {
    let left = sum;
    for (const take of within.toSorted((a, b) => a.at - b.at)) {
      if (left + more <= amount) return undefined;
      left -= take.amount;
      if (left + more <= amount) return take.at + duration;
    }
    return undefined;
  };
  return { sum, room: (sums ? [0, 1, 4, 9] : [1]).map(roomFor) };
}

function same(what: string, got: unknown, wanted: unknown): void {
  const [a, b] = [got, wanted].map((each) => JSON.stringify(each));
  if (a !== b) throw new Error(`${what} is\n${a}\nand should be\n${b}`);
}
