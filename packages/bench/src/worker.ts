import { messageOf } from "@mcpolicy/core";
import { checked } from "./checking.ts";
import type { Engine } from "./engine.ts";
import { timed } from "./timing.ts";
import type { Workload } from "./workload.ts";
import { workloads } from "./workloads/index.ts";

/** What a worker is asked, as one argument of JSON: an engine at a workload, with milliseconds to check and to time. */
export interface Task {
  readonly workload: string;
  readonly engine: string;
  readonly checking: number;
  readonly timing: number;
}

/** What it prints: one line of JSON. Times in nanoseconds of CPU, memory in bytes. */
export type Report =
  | {
      readonly checked: number;
      readonly best: number;
      readonly median: number;
      /** What is held in memory once the engine is loaded, and what the process then takes more. */
      readonly heap: number;
      readonly resident: number;
      /** To load the engine. */
      readonly load: number;
    }
  | { readonly wrong: { readonly input: unknown; readonly got: unknown; readonly expected: unknown } }
  | { readonly error: string };

if (process.argv[2] !== undefined) {
  const report = await run(JSON.parse(process.argv[2]) as Task).catch(
    (failure: unknown): Report => ({ error: messageOf(failure) }),
  );
  process.stdout.write(`${JSON.stringify(report)}\n`);
  process.exit(0);
}

/** Checks one engine at one workload, then times it. */
export async function run({ workload: name, engine: of, checking, timing }: Task): Promise<Report> {
  const workload = workloads.find((each) => each.name === name) as Workload<unknown> | undefined;
  const engine = workload?.engines.find((each) => each.name === of);
  if (workload === undefined || engine === undefined) throw new Error(`there is no ${of} at ${name}`);
  const inputs = workload.inputs();

  collect();
  const before = process.memoryUsage();
  const started = process.cpuUsage();
  const loaded = await engine.load();
  const { user, system } = process.cpuUsage(started);
  collect();
  const after = process.memoryUsage();
  const facts = {
    heap: held(after) - held(before),
    resident: after.rss - before.rss,
    load: (user + system) * 1000,
  };

  try {
    const { checked: count, wrong } = engine.isYardstick
      ? { checked: 0, wrong: undefined }
      : await checked(loaded, await expectedOf(workload), inputs, checking);
    if (wrong !== undefined) return { wrong };
    const { best, median } = await timed(loaded, inputs, timing);
    return { checked: count, best, median, ...facts };
  } finally {
    await loaded.close?.();
  }
}

async function expectedOf({ expected, engines }: Workload<unknown>): Promise<(input: unknown) => unknown> {
  return expected ?? (await (engines[0] as Engine<unknown>).load()).answer;
}

function held({ heapUsed, external, arrayBuffers }: NodeJS.MemoryUsage): number {
  return heapUsed + external + arrayBuffers;
}

/** Needs `--expose-gc`. */
function collect(): void {
  globalThis.gc?.();
  globalThis.gc?.();
}
