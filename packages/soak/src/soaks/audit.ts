import type { KillReport } from "../audit/appends-killed.ts";
import type { Latency } from "../audit/latency.ts";
import type { TamperingReport } from "../audit/tampering-run.ts";
import { type Rate, throughput } from "../audit/throughput.ts";
import { inParallel } from "../in-parallel.ts";
import type { Soak, SoakOptions, SoakResult } from "../soak.ts";

const CASES_PER_PART = 500;
const KILLS = 200;
const KILLS_PER_PART = 10;

/** The audit log under tampering, crashes and load. */
export const audit: Soak = {
  name: "audit",
  summary: "the audit log: random tamperings are found, kills lose nothing that was kept, and how fast it is",
  needsShared: false,
  async run(options): Promise<SoakResult> {
    const { quick, seed } = options;
    const tampering = await tamperedWith(options);
    const appends = await killed(options, "appends-killed.ts");
    const calls = await killed(options, "calls-killed.ts");
    const speed = await throughput(quick ? 50_000 : 1_000_000, seed);
    const problems = [tampering, appends, calls, speed].flatMap((each) => each.problems);
    return {
      ok: problems.length === 0,
      lines: [
        ...tamperingLines(tampering),
        `${appends.kills} kills of a process that appends: ${appends.told} records were kept, ${appends.lost} of them lost by interval, none otherwise`,
        `${calls.kills} kills of a proxy under load: ${calls.told} calls were answered, each recorded with its outcome before; no call reached the server unrecorded`,
        ...speed.rates.map(rateLine),
        ...speed.latencies.map(latencyLine),
        ...problems.map((problem) => `PROBLEM ${problem}`),
      ],
      data: { tampering, appends, calls, rates: speed.rates, latencies: speed.latencies, problems },
    };
  },
};

async function tamperedWith({ cases, seed, jobs }: SoakOptions): Promise<TamperingReport> {
  const tasks = Array.from({ length: Math.ceil(cases / CASES_PER_PART) }, (_, index) => ({
    seed: seed + index,
    cases: Math.min(CASES_PER_PART, cases - index * CASES_PER_PART),
  }));
  const module = new URL("../audit/tampering-run.ts", import.meta.url);
  const parts = await inParallel<(typeof tasks)[number], TamperingReport>(module, "part", tasks, jobs);
  const sum = (of: (part: TamperingReport) => Readonly<Record<string, number>>): Record<string, number> => {
    const total: Record<string, number> = {};
    for (const [name, count] of parts.flatMap((each) => Object.entries(of(each))))
      total[name] = (total[name] ?? 0) + count;
    return total;
  };
  return {
    tried: sum(({ tried }) => tried),
    found: sum(({ found }) => found),
    problems: parts.flatMap((each) => each.problems),
  };
}

async function killed({ quick, seed, jobs }: SoakOptions, script: string): Promise<KillReport> {
  const parts = quick ? 1 : KILLS / KILLS_PER_PART;
  const tasks = Array.from({ length: parts }, (_, index) => ({ seed: seed + index, kills: KILLS_PER_PART }));
  const module = new URL(`../audit/${script}`, import.meta.url);
  const reports = await inParallel<(typeof tasks)[number], KillReport>(module, "part", tasks, jobs);
  const sum = (of: (report: KillReport) => number): number => reports.reduce((total, each) => total + of(each), 0);
  return {
    kills: sum(({ kills }) => kills),
    told: sum(({ told }) => told),
    lost: sum(({ lost }) => lost),
    problems: reports.flatMap(({ problems }) => problems),
  };
}

function tamperingLines({ tried, found }: TamperingReport): readonly string[] {
  const total = (counts: Readonly<Record<string, number>>): number =>
    Object.values(counts).reduce((sum, each) => sum + each, 0);
  return [
    `${total(tried)} tamperings, each verified against a checkpoint that was kept apart: ${total(found)} found`,
    ...Object.entries(tried).map(([name, count]) => `  ${name}: ${found[name] ?? 0} of ${count}`),
  ];
}

function rateLine({ what, count, seconds, perSecond, perCoreSecond }: Rate): string {
  return `${what}: ${count} in ${seconds.toFixed(1)} s, ${Math.round(perSecond)} a second, ${Math.round(perCoreSecond)} a second of one core`;
}

function latencyLine({ what, calls, p50, p99 }: Latency): string {
  return `a guarded call ${what}, 16 at once: p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms, of ${calls}`;
}
