import { readFileSync } from "node:fs";
import { clock } from "./clock.ts";
import type { Loaded } from "./engine.ts";

/**
 * CPU time of one answer in nanoseconds, over all threads of the process: of the best batch, and of the middle one. Where answers are waited for it is
 * the time from question to answer: the least, and the middle one.
 */
export interface Timing {
  readonly best: number;
  readonly median: number;
  readonly batches: number;
}

/** A batch takes at least this long, so that the clock does not show. */
const SHORTEST_BATCH = 4e6;

/** Batches are three at least, unless that takes so much longer than the budget, in milliseconds. */
const MOST_OVER = 5_000;

/** An answer that takes longer than this, in milliseconds, is warm once it was given. */
const LONG_ANSWER = 2_000;

/**
 * Times an engine for `budget` milliseconds of work, in batches: of the whole stream of inputs, several times where that is short, or of as many of
 * its inputs as fit, from its beginning, where it is long. Before that it is warmed up for half of that time.
 */
export async function timed<Input>(
  { answer, isAsync, isWaitedFor, server }: Loaded<Input>,
  inputs: readonly Input[],
  budget: number,
): Promise<Timing> {
  if (isWaitedFor) return waitedFor(answer, inputs, budget);
  const estimate = await estimated({ answer, isAsync: isAsync === true }, inputs, budget / 2);
  const fitting = Math.max(1, Math.floor((budget * 1e6) / 4 / estimate));
  const stream = inputs.slice(0, fitting);
  const repeats = Math.max(1, Math.ceil(SHORTEST_BATCH / (estimate * stream.length)));
  const each = repeats * stream.length;
  const times: number[] = [];
  const before = server === undefined ? 0 : cpuOf(server);
  const end = clock(isAsync) + budget;
  do {
    const start = process.cpuUsage();
    for (let repeat = 0; repeat < repeats; repeat++) {
      if (isAsync) for (const input of stream) kept = await answer(input);
      else for (const input of stream) kept = answer(input);
    }
    const { user, system } = process.cpuUsage(start);
    times.push(((user + system) * 1000) / each);
  } while (clock(isAsync) < end || (times.length < 3 && clock(isAsync) < end + MOST_OVER));
  times.sort((a, b) => a - b);
  const ofServer = server === undefined ? 0 : (cpuOf(server) - before) / (each * times.length);
  return {
    best: (times[0] as number) + ofServer,
    median: (times[times.length >> 1] as number) + ofServer,
    batches: times.length,
  };
}

/** Each answer timed by itself. Warmed up for half of the time. */
async function waitedFor<Input>(
  answer: Loaded<Input>["answer"],
  inputs: readonly Input[],
  budget: number,
): Promise<Timing> {
  const times: number[] = [];
  const warm = performance.now() + budget / 2;
  for (let at = 0; performance.now() < warm + budget || times.length < 3; at = (at + 1) % inputs.length) {
    const start = performance.now();
    kept = await answer(inputs[at] as Input);
    if (start >= warm) times.push((performance.now() - start) * 1e6);
  }
  times.sort((a, b) => a - b);
  return { best: times[0] as number, median: times[times.length >> 1] as number, batches: times.length };
}

/**
 * About how long an answer takes once it is warm, in nanoseconds: the mean of the second half of `budget` milliseconds of work; of a long one, how long
 * the first took.
 */
async function estimated<Input>(
  { answer, isAsync }: Pick<Loaded<Input>, "answer" | "isAsync">,
  inputs: readonly Input[],
  budget: number,
): Promise<number> {
  const start = clock(isAsync);
  let [half, since, count] = [start, 0, 0];
  for (let at = 0; ; at = (at + 1) % inputs.length) {
    kept = answer(inputs[at] as Input);
    if (isAsync) await kept;
    count += 1;
    if (count % 16 !== 0 && count > 16) continue;
    const now = clock(isAsync);
    if (count === 1 && now > start + LONG_ANSWER) return (now - start) * 1e6;
    if (since === 0 && now > start + budget / 2) [half, since] = [now, count];
    if (since > 0 && count > since && now > start + budget) return ((now - half) * 1e6) / (count - since);
  }
}

/** Answers go here, so that no engine can be optimized away. */
export let kept: unknown;

/** CPU time of a process in nanoseconds, in steps of ten milliseconds (Linux). */
function cpuOf(process_: number): number {
  const fields = readFileSync(`/proc/${process_}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 1e7;
}
