import { hasRedisServer } from "@mcpolicy/state-redis/local";
import type { Soak, SoakResult } from "../soak.ts";
import { onCluster, onOneServer, type Part, revoking, slidingWindow, withCrashes } from "../state/parts.ts";
import { startProcesses } from "../state/processes.ts";

/** How many processes share a store. */
const count = 4;

/** State that processes share on a real Redis: limits, crashes, revocations. */
export const state: Soak = {
  name: "state",
  summary: "four processes on one Redis, on a cluster, through crashes: limits hold exactly, revocations in time",
  needsShared: false,
  async run({ quick }): Promise<SoakResult> {
    if (!hasRedisServer()) {
      const line = "there is no `redis-server` on the path: NOTHING WAS TESTED";
      return { ok: process.env["CI"] !== "true", lines: [line], data: null };
    }
    const size = quick
      ? { attempts: 10_000, crashes: 2, revocations: 5 }
      : { attempts: 10_000, crashes: 10, revocations: 40 };
    const parts: readonly ((processes: ReturnType<typeof startProcesses>) => Promise<Part>)[] = [
      (processes) => onOneServer(processes, size),
      (processes) => onCluster(processes, size),
      slidingWindow,
      (processes) => withCrashes(processes, size),
      (processes) => revoking(processes, size, false),
      (processes) => revoking(processes, size, true),
    ];
    const processes = startProcesses(count);
    const found: Part[] = [];
    try {
      for (const part of parts) found.push(await part(processes));
    } finally {
      processes.stop();
    }
    return {
      ok: found.every(({ ok }) => ok),
      lines: found.map(({ ok, line }) => `${ok ? "" : "FAILED: "}${line}`),
      data: found,
    };
  },
};
