import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { redisRevocations } from "@mcpolicy/state-redis";
import { ask, startCluster, startServer } from "@mcpolicy/state-redis/local";
import { connect } from "./connect.ts";
import type { Attempted, Store } from "./orders.ts";
import type { Processes } from "./processes.ts";

/** What one part of the soak found. */
export interface Part {
  readonly name: string;
  readonly ok: boolean;
  readonly line: string;
  readonly data: unknown;
}

/** How many calls there are, and how often a server is killed and tokens are revoked. */
export interface Size {
  readonly attempts: number;
  readonly crashes: number;
  readonly revocations: number;
}

const limit = 100;
const policyOf = (window: string): string =>
  `mcpolicy 1\nserver s untyped\nallow anyone to s.*\nlimit "calls" s.do to ${limit} per ${window} per everyone`;
const clients = ["ioredis", "ioredis", "iovalkey", "@redis/client"] as const;

function storeOf(index: number, port: number, over: Partial<Store> = {}): Store {
  const client = clients[index % clients.length]!;
  return { client, port, isCluster: false, prefix: "soak", timeout: 30_000, ...over };
}

/** All attempts at once on one server. */
export async function onOneServer(processes: Processes, { attempts }: Size): Promise<Part> {
  const server = await startServer();
  try {
    return await exactly("one server", processes, attempts, ["one"], (index) => storeOf(index, server.port));
  } finally {
    await server.stop();
  }
}

/** The same on a cluster: of one tenant, which is one slot, and of several, which are spread. */
export async function onCluster(processes: Processes, { attempts }: Size): Promise<Part> {
  const { servers, stop } = await startCluster(3);
  const store = (index: number): Store => storeOf(index, servers[index % 3]!.port, { isCluster: true });
  try {
    const one = await exactly("a cluster of three", processes, attempts, ["one"], store);
    const several = ["a", "b", "c", "d", "e", "f"];
    const many = await exactly("six tenants on a cluster of three", processes, attempts / 10, several, store);
    return { name: one.name, ok: one.ok && many.ok, line: `${one.line}\n${many.line}`, data: [one.data, many.data] };
  } finally {
    await stop();
  }
}

async function exactly(
  name: string,
  processes: Processes,
  attempts: number,
  tenants: readonly string[],
  store: (index: number) => Store,
): Promise<Part> {
  const each = Math.ceil(attempts / processes.count);
  const began = performance.now();
  processes.tell((index) => {
    return { kind: "attempts", store: store(index), policy: policyOf("1m"), tenants, each, atOnce: each };
  });
  const reports = await processes.each("attempted");
  const seconds = (performance.now() - began) / 1_000;
  const found = tenants.map((tenant) => {
    const all = reports.flatMap((report) => report.tenants[tenant] ?? []);
    const most = mostWithin(
      all.flatMap(({ takenAt }) => takenAt),
      60_000,
    );
    return { allowed: sumOf(all.map((each) => each.allowed)), most };
  });
  const denied = reasonsOf(reports.flatMap((report) => Object.values(report.tenants)));
  // Where a loaded machine takes longer than the window, more may pass; never more within any minute.
  const isOneWindow = seconds < 55;
  const ok = found.every(({ allowed, most }) => most === limit && (allowed === limit || !isOneWindow));
  const allowed = found.map((each) => each.allowed).join(", ");
  const line = `${name}: of ${each * processes.count} attempts${tenants.length > 1 ? " each" : ""} by ${processes.count} processes ${allowed} passed, in ${seconds.toFixed(1)} s; denied: ${textOf(denied)}`;
  return { name, ok, line, data: { found, denied, seconds } };
}

/** Attempts without a pause for some seconds against a short window: no window of that length holds more, wherever it begins. */
export async function slidingWindow(processes: Processes): Promise<Part> {
  const server = await startServer();
  const window = 1_000;
  try {
    processes.tell((index) => {
      const store = storeOf(index, server.port);
      return { kind: "attempts", store, policy: policyOf("1s"), tenants: ["one"], each: "until halted", atOnce: 25 };
    });
    const reports = processes.each("attempted");
    await wait(6 * window);
    processes.tell(() => ({ kind: "halt" }));
    const takenAt = (await reports).flatMap((report) => report.tenants["one"]?.takenAt ?? []);
    const most = mostWithin(takenAt, window);
    const ok = most === limit && takenAt.length >= 4 * limit;
    const line = `sliding window: of ${takenAt.length} calls in 6 s never more than ${most} within any second`;
    return { name: "sliding window", ok, line, data: { calls: takenAt.length, most } };
  } finally {
    await server.stop();
  }
}

/** The server is killed and restarted in the middle, at random; every write is on its disk before it answers. */
export async function withCrashes(processes: Processes, { crashes }: Size): Promise<Part> {
  const server = await startServer({ appendonly: "yes", appendfsync: "always" });
  const rounds: {
    readonly passed: number;
    readonly before: number;
    readonly denied: Readonly<Record<string, number>>;
  }[] = [];
  try {
    for (let round = 0; round < crashes; round += 1) {
      let passed = 0;
      const stop = processes.onReport((report) => {
        if (report.kind === "passed") passed += 1;
      });
      processes.tell((index) => {
        const store = storeOf(index, server.port, { prefix: `crash-${round}`, timeout: 500 });
        return { kind: "attempts", store, policy: policyOf("1m"), tenants: ["one"], each: "until halted", atOnce: 4 };
      });
      const reports = processes.each("attempted");
      const moment = 5 + Math.floor(Math.random() * 80);
      while (passed < moment) await wait(1);
      await server.kill();
      const before = passed;
      await wait(200);
      await server.restart();
      // Until it is spent: most of what is asked is denied by then.
      for (let still = 0, last = passed; still < 20; still = passed === last ? still + 1 : 0, last = passed)
        await wait(100);
      processes.tell(() => ({ kind: "halt" }));
      const all = (await reports).flatMap((report) => Object.values(report.tenants));
      stop();
      rounds.push({ passed: sumOf(all.map(({ allowed }) => allowed)), before, denied: reasonsOf(all) });
    }
  } finally {
    await server.stop();
  }
  // A commit of which the answer was lost has taken its place: a few less may pass, never more; and it goes on.
  const ok = rounds.every(
    ({ passed, before, denied }) => passed <= limit && passed > before && (denied["limit"] ?? 0) > 0,
  );
  const line = `killed and restarted ${crashes} times with appendfsync always: ${rounds.map(({ passed, before }) => `${passed} passed (${before} before)`).join(", ")}; all processes live`;
  return { name: "crashes", ok, line, data: rounds };
}

/** Tokens are revoked at random moments; `isCut`: nothing is pushed, since whoever listens is cut off and may not listen again. */
export async function revoking(processes: Processes, { revocations: count }: Size, isCut: boolean): Promise<Part> {
  const bound = 1_500;
  const server = await startServer();
  const here = await connect(storeOf(0, server.port));
  const revocations = redisRevocations({ client: here.client, policy: "soak", prefix: "soak", bound });
  const name = isCut ? "revocations, nothing pushed" : "revocations, pushed";
  try {
    processes.tell((index) => ({ kind: "watch", store: storeOf(index, server.port), bound }));
    await processes.each("watching");
    if (isCut) {
      await ask(server.port, "ACL SETUSER default -subscribe -psubscribe -ssubscribe");
      await ask(server.port, "CLIENT KILL TYPE pubsub");
    }
    const watched = processes.each("watched");
    const revokedAt = new Map<string, number>();
    for (let index = 0; index < count; index += 1) {
      const id = randomUUID();
      processes.tell(() => ({ kind: "token", id }));
      await wait(50 + Math.random() * 300);
      await revocations.revoke({ kind: "id", id, until: Date.now() + 600_000 });
      revokedAt.set(id, Date.now());
    }
    await wait(bound + 1_000);
    processes.tell(() => ({ kind: "halt" }));
    const all = (await watched).flatMap(({ tokens }) => Object.entries(tokens));
    const worst = Math.max(...all.map(([id, { lastLetIn }]) => lastLetIn - revokedAt.get(id)!));
    const honoured = all.flatMap(([id, { firstRevoked }]) =>
      firstRevoked === 0 ? [] : firstRevoked - revokedAt.get(id)!,
    );
    const ok = honoured.length === count * processes.count && worst <= bound;
    const median = honoured.toSorted((a, b) => a - b)[Math.floor(honoured.length / 2)] ?? 0;
    const line = `${name}: ${count} tokens, ${processes.count} processes: last let in ${Math.max(0, worst)} ms after the revocation, of a bound of ${bound} ms; honoured after ${Math.max(0, median)} ms (median)`;
    return { name, ok, line, data: { bound, worst, median } };
  } finally {
    await revocations.close?.();
    here.close();
    await server.stop();
  }
}

/** The most instants that any window of a length holds, wherever it begins; in milliseconds. */
function mostWithin(instants: readonly number[], window: number): number {
  const sorted = instants.toSorted((a, b) => a - b);
  let [first, most] = [0, 0];
  for (const [index, end] of sorted.entries()) {
    while (sorted[first]! <= end - window) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}

function reasonsOf(all: readonly Attempted[]): Readonly<Record<string, number>> {
  const total: Record<string, number> = {};
  for (const [reason, count] of all.flatMap(({ denied }) => Object.entries(denied)))
    total[reason] = (total[reason] ?? 0) + count;
  return total;
}

function textOf(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([reason, count]) => `${reason} ${count}`)
    .join(", ");
}
