import { randomUUID } from "node:crypto";
import type {
  CallerKey,
  CommitResult,
  HeldLabel,
  LimitNeed,
  PastCall,
  State,
  StateEvent,
  StateNeed,
  StateRead,
  Take,
  Windows,
} from "@mcpolicy/core";
import type { RedisClient, Reply } from "./client.ts";
import { commitScript } from "./lua/commit.ts";
import { readScript } from "./lua/read.ts";
import { keysOf, type Naming, tagOf } from "./names.ts";
import { StoreError, within } from "./within.ts";

/** How much the store holds at most. */
export interface RedisBounds {
  /** Calls of one caller: beyond it the oldest are forgotten, and what looks back so far reads as unknown. 10,000 unless said. */
  readonly calls?: number;
  /** Takes of one limit under one key: beyond it nothing is let through. 100,000 unless said. */
  readonly takes?: number;
  /** Labels of one caller, each open call's counted: beyond it nothing is let through. 10,000 unless said. */
  readonly labels?: number;
}

/** What reads and commits are made with. */
export interface Reach extends Naming {
  readonly client: RedisClient;
  /** Milliseconds that any command may take. */
  readonly timeout: number;
  /** Milliseconds that a call may be in flight. */
  readonly flight: number;
  readonly bounds: Required<RedisBounds>;
  /** Epoch milliseconds, where the server's clock is not to be taken. */
  readonly clock: (() => number) | undefined;
}

/** What a commit is held against; undefined where nothing is. */
export interface Version {
  readonly calls: string | undefined;
  readonly labels: string | undefined;
}

/** How long after their last use keys stay beyond what is needed, in milliseconds: clocks, and hosts that are slow. */
const slack = 60_000;

/** How many commits this process made. */
let commits = 0;
const instance = randomUUID();

/** Reads what a need names of its tenant's part. */
export async function readPart(reach: Reach, need: StateNeed): Promise<StateRead> {
  const asked = {
    ...timeOf(reach),
    calls: need.calls,
    who: tagOf(need.caller),
    last: need.last,
    labels: need.labels,
    flight: reach.flight,
    limits: need.limits.map((limit) => ({ kind: kindOf(limit), amount: limit.amount, duration: limit.duration ?? 0 })),
    proofs: need.proofs.length,
  };
  const keys = keysOf(reach, need, need.limits, need.proofs);
  const reply = await within(reach.timeout, () => reach.client.run(readScript, keys, [JSON.stringify(asked)]));
  const [now, calls, labels, forgotten, found, held, taken, spent] = reply as readonly Reply[];
  const state: State = {
    calls: callsOf(found as readonly string[]),
    labels: labelsOf(held as readonly string[], need.caller, Number(now), reach.flight),
    takes: need.limits.flatMap((limit, index) =>
      takesOf(limit, (taken as readonly Reply[])[index] as Reply[], Number(now)),
    ),
    spent: need.proofs.filter((_, index) => Number((spent as readonly Reply[])[index]) === 1),
    forgottenBefore: forgotten === "" ? Number.NEGATIVE_INFINITY : Number(forgotten),
  };
  const version: Version = {
    calls: need.calls === "none" ? undefined : String(calls),
    labels: need.labels ? String(labels) : undefined,
  };
  return { need, state, version, now: Number(now) };
}

/** Commits an event to its tenant's part; `version` undefined: whatever has changed. */
export async function commitPart(
  reach: Reach,
  need: StateNeed,
  version: Version | undefined,
  event: StateEvent,
  windows: Windows,
): Promise<CommitResult> {
  commits += 1;
  const isRequest = event.kind === "request";
  const isAttempt = isRequest && event.call.called === undefined;
  const takes = isRequest ? event.takes : [];
  // An answer gives back; an attempt neither takes nor gives.
  const limits = isRequest
    ? takes.map((take) => limitOf(take, need))
    : need.limits.filter(({ duration }) => duration === undefined);
  const proofs = isRequest ? event.proofs : [];
  const { text, call } = callIn(event, windows, reach.flight);
  const { flight, bounds } = reach;
  const { calls, labels = 0, takes: longest, proofs: proofTtl = 0 } = windows;
  const control = {
    ...timeOf(reach),
    at: isRequest ? event.call.attempted : event.at,
    id: isRequest ? event.call.id : event.id,
    who: tagOf(need.caller),
    token: `${instance} ${commits}`,
    ...(isAttempt || version === undefined
      ? {}
      : {
          held: {
            calls: version.calls,
            anyone: need.calls === "anyone",
            labels: version.labels,
            mayBeStale: !isRequest,
          },
        }),
    // One that was sent long ago has been given up: nobody would carry it out.
    stale: 2 * reach.timeout + 1_000,
    limits: limits.map((limit, index) => ({
      kind: kindOf(limit),
      amount: limit.amount,
      duration: limit.duration ?? 0,
      ...(takes[index] === undefined ? {} : { take: takes[index].amount }),
    })),
    proofs: proofs.length,
    proofTtl: proofTtl + slack,
    ...(call === undefined ? {} : { call }),
    labels: event.labels.map(({ label, since, duration, until }) => {
      return { label, since, duration, ...(until === undefined ? {} : { until }) };
    }),
    ends: !isRequest,
    window: calls,
    flight,
    ttl: Math.max(calls, longest, proofTtl, labels, flight) + flight + slack,
    labelsTtl: labels + flight + slack,
    most: bounds,
  };
  const keys = keysOf(reach, need, limits, proofs);
  const args = [JSON.stringify(control), ...(text === undefined ? [] : [text])];
  const result = await within(reach.timeout, () => reach.client.run(commitScript, keys, args));
  if (result !== "committed" && result !== "conflict")
    throw new StoreError(`the store answered ${JSON.stringify(result)}`);
  return result;
}

function timeOf({ clock }: Reach): { readonly time?: number } {
  return clock === undefined ? {} : { time: clock() };
}

function kindOf({ duration, sums }: LimitNeed): "open" | "count" | "sum" {
  return duration === undefined ? "open" : sums ? "sum" : "count";
}

/** The limit that a take is of. Throws where the need does not name it. */
function limitOf(take: Take, { limits }: StateNeed): LimitNeed {
  const limit = limits.find(({ rule, key }) => rule === take.rule && key === take.key);
  if (limit === undefined) throw new Error(`the limit \`${take.rule}\` is taken from and was not read`);
  return limit;
}

/** What an event says of a call, and as what it is kept; nothing where no rule ever looks at it. */
function callIn(event: StateEvent, { calls }: Windows, flight: number): { text?: string; call?: object } {
  if (event.kind === "request") {
    if (event.unseen) return {};
    const { call } = event;
    const isAwaited = call.called !== undefined && call.ended === undefined;
    const until = call.attempted + (isAwaited ? Math.max(calls, flight) : calls);
    return { text: JSON.stringify(call), call: { kind: "asked", until } };
  }
  const { at, completed, result } = event;
  // That a call came to nothing is nothing that any rule could look at.
  if (!completed && result === undefined) return {};
  return {
    text: JSON.stringify({
      ended: at,
      ...(completed ? { completed: at } : {}),
      ...(result === undefined ? {} : { result }),
    }),
    call: { kind: "answered", completed },
  };
}

function callsOf(found: readonly string[]): readonly PastCall[] {
  const calls: PastCall[] = [];
  for (let index = 0; index < found.length; index += 2) {
    const [call, answer] = [found[index]!, found[index + 1]!];
    calls.push({
      ...(JSON.parse(call) as PastCall),
      ...(answer === "" ? {} : (JSON.parse(answer) as Partial<PastCall>)),
    });
  }
  return calls.sort((a, b) => a.attempted - b.attempted);
}

/** Labels from a hash: `e<label>` to `<until> <since> <duration> <call>`, `o<length>:<call><label>` to `<since> <duration> <call>`. */
function labelsOf(held: readonly string[], caller: CallerKey, now: number, flight: number): readonly HeldLabel[] {
  const labels: HeldLabel[] = [];
  for (let index = 0; index < held.length; index += 2) {
    const [field, value] = [held[index]!, held[index + 1]!];
    const isOpen = field.startsWith("o");
    const numbers = isOpen ? 2 : 3;
    const parts = value.split(" ");
    const call = parts.slice(numbers).join(" ");
    const [since, duration] = parts.slice(numbers - 2, numbers).map(Number) as [number, number];
    const label = isOpen ? field.slice(field.indexOf(":") + 1 + call.length) : field.slice(1);
    const until = !isOpen ? Number(parts[0]) : since <= now - flight ? since + flight + duration : undefined;
    labels.push({ caller, label, since, ...(until === undefined ? {} : { until }), call, duration });
  }
  return labels;
}

/** What was taken of a limit, added up where it counts. */
function takesOf(limit: LimitNeed, reply: readonly Reply[], now: number): readonly Take[] {
  const { rule, key, amount, duration } = limit;
  const take = (at: number, taken: number): Take => {
    return { rule, key, at, amount: taken, call: "", atOnce: duration === undefined };
  };
  const kind = kindOf(limit);
  if (kind === "sum") {
    return Array.from({ length: reply.length / 2 }, (_, index) => {
      return take(Number(reply[2 * index + 1]), Number(String(reply[2 * index]).split(" ")[0]));
    });
  }
  const count = Number(reply[0]);
  if (count === 0) return [];
  if (kind === "open") return [take(now, count)];
  const room = Math.min(count, Math.floor(amount) - 1);
  const [newest, blocking] = [Number(reply[1]), reply[2]];
  if (blocking === undefined) return [take(newest, count)];
  return [take(Number(blocking), count - room), ...(room === 0 ? [] : [take(newest, room)])];
}
