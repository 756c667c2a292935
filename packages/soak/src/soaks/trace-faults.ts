import type { Fault } from "../faults/fault.ts";
import { importSeeded } from "../faults/inject.ts";
import { inParallel } from "../in-parallel.ts";
import type { Soak, SoakResult } from "../soak.ts";
import { traceFaults as table } from "../traces/faults.ts";
import type { TracesReport, traces } from "./traces.ts";

/** Policies that a run with a fault gets to notice it. */
const policiesPerFault = 600;

/** Each of the three tests of promise 3 must fail with each of these faults. */
export const traceFaults: Soak = {
  name: "trace-faults",
  summary: "limit and require change places, `attempted` is let into an allow: each test of `traces` fails",
  needsShared: false,
  async run({ seed, jobs }): Promise<SoakResult> {
    const tasks = table.map((fault) => ({ fault, seed }));
    const tried = await inParallel<Trial, Tried>(new URL(import.meta.url), "tracesWith", tasks, jobs);
    const outcomes = tasks.map(({ fault }, index) => ({ fault, ...tried[index]! }));
    const lines = outcomes.flatMap(({ fault, isSeeded, caughtBy, tests }) => [
      `${fault.name}: ${isSeeded ? "" : "NOT SEEDED, "}caught by ${Object.keys(caughtBy).join(", ") || "NOTHING"} of ${tests.join(", ")}`,
      ...Object.values(caughtBy).map((failure) => `  ${failure.split("\n")[0]}`),
    ]);
    const ok = outcomes.every(
      ({ isSeeded, caughtBy, tests }) => isSeeded && tests.length === 3 && tests.every((name) => name in caughtBy),
    );
    return { ok, lines, data: outcomes };
  },
};

interface Trial {
  readonly fault: Fault;
  readonly seed: number;
}

interface Tried {
  readonly isSeeded: boolean;
  /** Tests that were tried. */
  readonly tests: readonly string[];
  readonly caughtBy: TracesReport["failures"];
}

/** The tests of promise 3 over everything of ours loaded once more, with a fault in it. */
export async function tracesWith({ fault, seed }: Trial): Promise<Tried> {
  const module = new URL("./traces.ts", import.meta.url);
  const { loaded, isSeeded } = await importSeeded<{ readonly traces: typeof traces }>(module, fault);
  const { tried, failures } = loaded.traces(policiesPerFault, seed);
  return { isSeeded, tests: Object.keys(tried), caughtBy: failures };
}
