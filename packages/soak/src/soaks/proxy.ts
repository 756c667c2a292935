import { type KillsReport, killsOf, victims } from "../proxy/kills.ts";
import { type LoadReport, underLoad } from "../proxy/load.ts";
import type { Soak, SoakResult } from "../soak.ts";

/** How much more memory may be held at the end of the load than at its beginning, after a collection. */
const GROWTH = 0.1;
/** Seconds of load from which on that is judged: before, code is still being compiled. */
const JUDGED = 30;

/** The gateway under a steady load, and with each of the three that take part killed in the middle of calls. */
export const proxy: Soak = {
  name: "proxy",
  summary:
    "the gateway at 200 calls a second from 100 connections; server, gateway and client killed in the middle of calls",
  needsShared: false,
  async run({ seconds, quick, seed }): Promise<SoakResult> {
    const load = await underLoad(seconds);
    const kills: KillsReport[] = [];
    for (const victim of victims) kills.push(await killsOf(victim, killsFor(victim, quick), seed));
    const [early, late] = load.memory;
    const growth = late / early - 1;
    const problems = [
      ...load.problems,
      ...(seconds >= JUDGED && growth > GROWTH ? [`memory grew by ${(100 * growth).toFixed(1)} %`] : []),
      ...kills.flatMap((each) => each.problems),
    ];
    return {
      ok: problems.length === 0,
      lines: [
        loadLine(load),
        `memory after a collection: ${mebibytes(early)} after ${(seconds / 6).toFixed(0)} s, ${mebibytes(late)} after ${seconds} s (${(100 * growth).toFixed(1)} %${seconds < JUDGED ? `; judged from ${JUDGED} s on` : ""})`,
        ...kills.map(killsLine),
        ...problems.slice(0, 50).map((problem) => `PROBLEM ${problem}`),
      ],
      data: { load, kills, problems },
    };
  },
};

function killsFor(victim: (typeof victims)[number], quick: boolean): number {
  if (quick) return 3;
  return victim === "gateway" ? 50 : 10;
}

function loadLine({ calls, perSecond, denied, p50, p99, cpu, problems }: LoadReport): string {
  const wrong = problems.length === 0 ? "each had its own answer, and the log says so" : `${problems.length} PROBLEMS`;
  return `${calls} calls from 100 connections, ${perSecond.toFixed(0)} a second, ${denied} of them denied: ${wrong}; p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, ${cpu.toFixed(2)} ms of one core a call`;
}

function killsLine({ victim, kills, ended }: KillsReport): string {
  const counts = Object.entries(ended).filter(([, count]) => count > 0);
  return `${victim} killed ${kills} times in the middle of calls: ${counts.map(([kind, count]) => `${count} ${words[kind as keyof typeof words]}`).join(", ")}`;
}

const words = {
  result: "ended with their result",
  denied: "denied",
  error: "with an error that says so",
  broken: "with a broken connection",
  never: "NEVER ENDED",
} as const;

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
