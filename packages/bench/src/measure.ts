import { inOwnProcess } from "./processes.ts";
import type { Report } from "./worker.ts";
import type { Workload } from "./workload.ts";

/** What came of an engine at a workload. Times in nanoseconds of CPU for each answer, or waited for it; memory in bytes. */
export type Measured =
  | {
      readonly checked: number;
      readonly ns: number;
      readonly median: number;
      /** To the time of the workload's base; undefined where the base has none. */
      readonly ratio: number | undefined;
      readonly heap: number;
      readonly resident: number;
    }
  | { readonly failed: string };

/** How long each process checks and times, in milliseconds, and how many of the rounds of a workload there are: a part of them, once at least. */
export interface Effort {
  readonly ofRounds: number;
  readonly checking: number;
  readonly timing: number;
}

/** An engine that is to be run, and whether a target is about it. */
export interface Contestant {
  readonly name: string;
  readonly isAimedAt: boolean;
}

/** How often an engine is run: what no target is about less often than what one is, so that the time goes where a figure is held against something. */
export function roundsOf(workload: Workload<unknown>, { isAimedAt }: Contestant, ofRounds: number): number {
  const { rounds = 3, otherRounds = Math.max(1, rounds - 1) } = workload;
  return Math.max(1, Math.floor((isAimedAt ? rounds : otherRounds) * ofRounds));
}

/**
 * Runs the engines of a workload in turn, each in a process of its own, forwards and backwards. Answers are checked before they are timed: as many as
 * can be in the first round, some again in each later one; what gives a wrong answer is not run any more. `worker` is the bundle of `worker.ts`.
 */
export function measure(
  workload: Workload<unknown>,
  engines: readonly Contestant[],
  { ofRounds, checking, timing }: Effort,
  worker: string,
  environment: Readonly<Record<string, string>>,
  say: (what: string) => void,
): ReadonlyMap<string, Measured> {
  const reports = new Map<string, Report[]>(engines.map(({ name }) => [name, []]));
  const count = Math.max(0, ...engines.map((each) => roundsOf(workload, each, ofRounds)));
  for (let round = 0; round < count; round++) {
    for (const engine of round % 2 === 0 ? engines : engines.toReversed()) {
      const before = reports.get(engine.name) as Report[];
      if (round >= roundsOf(workload, engine, ofRounds) || before.some((report) => !("checked" in report))) continue;
      say(`${workload.name}, round ${round + 1} of ${count}, ${engine.name}`);
      const task = {
        workload: workload.name,
        engine: engine.name,
        checking: round === 0 ? checking : checking / 10,
        timing: Math.max(timing, workload.timing ?? 0),
      };
      before.push(inOwnProcess(task, worker, environment));
    }
  }
  const measured = new Map([...reports].map(([engine, of]) => [engine, merged(of)]));
  const base = measured.get(workload.base ?? (workload.engines[0]?.name as string));
  return new Map([...measured].map(([engine, of]) => [engine, withRatio(of, base)]));
}

function merged(reports: readonly Report[]): Measured {
  for (const report of reports) {
    if ("error" in report) return { failed: report.error };
    if ("wrong" in report) {
      const { input, got, expected } = report.wrong;
      return { failed: `answers ${show(got)} where ${show(expected)} is right, to ${show(input)}` };
    }
  }
  const all = reports.filter((report) => "checked" in report);
  const middle = (numbers: readonly number[]): number =>
    [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
  return {
    checked: Math.max(...all.map(({ checked }) => checked)),
    ns: Math.min(...all.map(({ best }) => best)),
    median: middle(all.map(({ median }) => median)),
    ratio: undefined,
    heap: middle(all.map(({ heap }) => heap)),
    resident: middle(all.map(({ resident }) => resident)),
  };
}

function withRatio(of: Measured, base: Measured | undefined): Measured {
  return "ns" in of && base !== undefined && "ns" in base ? { ...of, ratio: of.ns / base.ns } : of;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
