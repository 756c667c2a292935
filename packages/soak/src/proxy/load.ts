import { setTimeout as sleep } from "node:timers/promises";
import { callsIn } from "../audit/calls-killed.ts";
import { afterKill } from "../audit/killed.ts";
import { ClientConnection, type Ended } from "./connection.ts";
import { newPlace, startGateway, startWitness } from "./processes.ts";

/** What a gateway did under a steady load. Memory in bytes, times in milliseconds. */
export interface LoadReport {
  readonly seconds: number;
  readonly calls: number;
  readonly perSecond: number;
  readonly denied: number;
  readonly p50: number;
  readonly p99: number;
  /** After a collection: a sixth into the load, and at its end. */
  readonly memory: readonly [number, number];
  /** Milliseconds that the gateway computed for a call, its log with it. */
  readonly cpu: number;
  readonly problems: readonly string[];
}

const CONNECTIONS = 100;
const PER_SECOND = 200;
/** Calls of this number are denied. */
const DENIED = 7;

/**
 * Calls through a gateway from 100 connections, half of them of each era, 200 times a second. Each answer must be that of its call, and each call must
 * reach the server once, or be denied and never reach it; what reached it must be in the log, with its outcome.
 */
export async function underLoad(seconds: number): Promise<LoadReport> {
  const place = await newPlace();
  const witness = await startWitness(place);
  const gateway = await startGateway(place, `http://127.0.0.1:${witness.said}/mcp`, "100");
  const problems: string[] = [];
  const took: number[] = [];
  let [denied, next] = [0, 1_000];
  const allowed: number[] = [];

  const connections = Array.from(
    { length: CONNECTIONS },
    (_, n) => new ClientConnection(gateway.said, n % 2 === 0 ? "legacy" : "modern"),
  );
  for (const connection of connections) await connection.open();

  async function one(connection: ClientConnection): Promise<void> {
    next += 1;
    const id = next;
    const n = id % 10 === 0 ? DENIED : id;
    const began = performance.now();
    const ended = await connection.call(n, id);
    took.push(performance.now() - began);
    if (n === DENIED) denied += 1;
    else allowed.push(n);
    const wrong = wrongIn(ended, n, id);
    if (wrong !== undefined) problems.push(`call ${id}: ${wrong}`);
  }

  const asked = async (): Promise<{ readonly memory: number; readonly cpu: number }> => JSON.parse(await gateway.ask());
  const { cpu: before } = await asked();
  const pause = (1_000 * CONNECTIONS) / PER_SECOND;
  const began = performance.now();
  const end = began + seconds * 1_000;
  const loads = connections.map(async (connection, index) => {
    // Each keeps to its own times, so that a late answer does not slow the load down for long.
    for (let at = began + (pause * index) / CONNECTIONS; at < end; at += pause) {
      await sleep(Math.max(0, at - performance.now()));
      await one(connection);
    }
  });
  await sleep((seconds * 1_000) / 6);
  const early = await asked();
  await Promise.all(loads);
  const elapsed = (performance.now() - began) / 1_000;
  const late = await asked();

  for (const connection of connections) connection.cut();
  await gateway.stop();
  await witness.stop();
  problems.push(...(await differences(place.reached(), allowed, place.log)));
  place.remove();
  const sorted = took.toSorted((a, b) => a - b);
  return {
    ...{ seconds, calls: took.length, perSecond: took.length / elapsed, denied, problems },
    memory: [early.memory, late.memory],
    cpu: (late.cpu - before) / took.length,
    p50: sorted[Math.floor(sorted.length / 2)] ?? 0,
    p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
  };
}

function wrongIn(ended: Ended, n: number, id: number): string | undefined {
  if (ended.kind === "broken" || ended.kind === "never") return `no answer: ${ended.text}`;
  if (ended.id !== id) return `the answer is that of call ${ended.id}`;
  if (n === DENIED) return ended.kind === "denied" ? undefined : `it should be denied, and came to ${ended.text}`;
  return ended.kind === "result" && ended.text === `noted ${n}` ? undefined : `it came to: ${ended.text}`;
}

/** What reached the server, held against what was to reach it, and against the log. */
async function differences(
  reached: readonly number[],
  sent: readonly number[],
  folder: string,
): Promise<readonly string[]> {
  const { findings } = await afterKill(folder);
  const { allowed, ended } = await callsIn(folder);
  const once = new Set(reached);
  return [
    ...findings,
    ...(once.size === reached.length ? [] : [`${reached.length - once.size} calls reached the server twice`]),
    ...sent.filter((n) => !once.has(n)).map((n) => `call ${n} never reached the server`),
    ...reached.filter((n) => n === DENIED).map(() => "a denied call reached the server"),
    ...reached.filter((n) => !ended.has(allowed.get(n) ?? "")).map((n) => `call ${n} is not in the log as it went`),
  ];
}
