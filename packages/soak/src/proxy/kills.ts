import { setTimeout as sleep } from "node:timers/promises";
import { type Random, randomOf } from "../agreement/random.ts";
import { callsIn } from "../audit/calls-killed.ts";
import { afterKill } from "../audit/killed.ts";
import { ClientConnection, type Ended } from "./connection.ts";
import { newPlace, type Place, type Running, startGateway, startWitness } from "./processes.ts";

export const victims = ["server", "gateway", "client"] as const;
export type Victim = (typeof victims)[number];

/** What became of calls while one of the three was killed. */
export interface KillsReport {
  readonly victim: Victim;
  readonly kills: number;
  /** How calls ended. */
  readonly ended: Readonly<Record<Ended["kind"], number>>;
  readonly problems: readonly string[];
}

/** Connections that call again and again, each as soon as it has an answer. */
const AT_ONCE = 16;

/** Kills one of the three at random moments in the middle of calls, and looks at how each call ended, what reached the server and what the log says. */
export async function killsOf(victim: Victim, kills: number, seed: number): Promise<KillsReport> {
  const random = randomOf(seed);
  const place = await newPlace();
  const problems: string[] = [];
  const count = { result: 0, denied: 0, error: 0, broken: 0, never: 0 };
  let witness = await startWitness(place);
  const port = Number(witness.said);
  const url = `http://127.0.0.1:${port}/mcp`;
  let gateway = await startGateway(place, url);
  for (let kill = 0; kill < kills; kill += 1) {
    const about = (problem: string): string => `seed ${seed}, ${victim} killed, ${kill}: ${problem}`;
    const load = await callAgainAndAgain(gateway, 1_000_000 * (kill + 1));
    await sleep(random.int(1, 250));
    if (victim === "client") load.cut(random);
    if (victim === "server") {
      await witness.kill();
      // Calls that come meanwhile end too.
      await sleep(random.int(0, 200));
      witness = await startWitness(place, port);
    }
    if (victim === "gateway") await gateway.kill();
    const calls = await load.ended();
    for (const { ended } of calls) count[ended.kind] += 1;
    problems.push(...calls.flatMap((call) => wrongIn(call, victim)).map(about));
    if (victim === "gateway") {
      problems.push(...(await inTheLog(place, calls)).map(about));
      gateway = await startGateway(place, url);
    }
    // It serves again, whatever was killed.
    const after = await servesAgain(gateway, 1_000_000 * (kill + 1) + 999_999);
    if (after !== undefined) problems.push(about(`no call is served afterwards: ${after}`));
  }
  await gateway.stop();
  await witness.stop();
  problems.push(
    ...(await inTheLog(place, [])).map((problem) => `seed ${seed}, ${victim} killed, at the end: ${problem}`),
  );
  place.remove();
  return { victim, kills, ended: count, problems };
}

interface Called {
  readonly n: number;
  readonly ended: Ended;
}

/** Every connection calls until it breaks, or it is over; given once the first call has ended. */
async function callAgainAndAgain({ said: url }: Running, first: number) {
  const calls: Called[] = [];
  const connections = Array.from(
    { length: AT_ONCE },
    (_, n) => new ClientConnection(url, n % 2 === 0 ? "legacy" : "modern"),
  );
  let next = first;
  let isOver = false;
  const { promise: flowing, resolve: flows } = Promise.withResolvers<void>();
  await Promise.all(connections.map((connection) => connection.open()));
  const loads = connections.map(async (connection) => {
    while (!isOver) {
      next += 1;
      const n = next;
      const ended = await connection.call(n, n);
      calls.push({ n, ended });
      flows();
      if (ended.kind === "broken" || ended.kind === "never") return;
      if (ended.kind === "error") await sleep(20);
    }
  });
  await flowing;
  return {
    /** Cuts half of the connections. */
    cut(random: Random): void {
      for (const connection of connections) if (random.chance(0.5)) connection.cut();
    },
    async ended(): Promise<readonly Called[]> {
      await sleep(100);
      isOver = true;
      await Promise.all(loads);
      for (const connection of connections) connection.cut();
      return calls;
    },
  };
}

/** Each call ends with its own answer or an error; a connection breaks only where it or the gateway was killed. */
function wrongIn({ n, ended }: Called, victim: Victim): readonly string[] {
  if (ended.kind === "never") return [`call ${n} never ended`];
  if (ended.kind === "broken") return victim === "server" ? [`call ${n} got no answer: ${ended.text}`] : [];
  if (ended.kind === "result" && (ended.id !== n || ended.text !== `noted ${n}`))
    return [`call ${n} got another answer`];
  if (ended.kind === "error" && victim !== "server") return [`call ${n} failed: ${ended.text}`];
  if (ended.kind === "denied") return [`call ${n} was denied: ${ended.text}`];
  return [];
}

/** What reached the server is in the log; so is how each call ended of which a client has the result. */
async function inTheLog({ log, reached }: Place, calls: readonly Called[]): Promise<readonly string[]> {
  const { findings } = await afterKill(log);
  const { allowed, ended } = await callsIn(log);
  const all = reached();
  return [
    ...findings,
    ...(new Set(all).size === all.length ? [] : ["a call reached the server twice"]),
    ...all.filter((n) => !allowed.has(n)).map((n) => `call ${n} was let through unrecorded`),
    ...calls
      .filter(({ n, ended: end }) => end.kind === "result" && !ended.has(allowed.get(n) ?? ""))
      .map(({ n }) => `the answer to call ${n} was given out unrecorded`),
  ];
}

/** Why a call does not succeed, after a moment for what was killed to be there again; undefined where it does. */
async function servesAgain({ said: url }: Running, n: number): Promise<string | undefined> {
  let why: string | undefined;
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const connection = new ClientConnection(url, "modern");
    const ended = await connection.call(n - attempt, n);
    connection.cut();
    if (ended.kind === "result") return undefined;
    why = ended.text;
    await sleep(100);
  }
  return why;
}
