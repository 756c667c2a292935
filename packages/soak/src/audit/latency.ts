import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAuditLog, type LogOptions, openAuditLog } from "@mcpolicy/audit/node";
import type { AuditSink } from "@mcpolicy/core";
import { Enforcer } from "@mcpolicy/mcp";
import type { LoadedPolicy } from "@mcpolicy/runtime";
import { keyOf, origin } from "./sample-log.ts";

/** How long guarded calls took from being asked to having their outcome recorded, by the wall clock. Milliseconds. */
export interface Latency {
  readonly what: string;
  readonly calls: number;
  readonly p50: number;
  readonly p99: number;
}

const result = { content: [{ type: "text", text: "x".repeat(200) }] } as const;
/** Calls under way at the same time. */
const AT_ONCE = 16;

/** The latency of guarded calls without records, and with each durability. */
export async function latencies(policy: LoadedPolicy, calls: number): Promise<readonly Latency[]> {
  const durabilities: readonly LogOptions["durability"][] = [{ sync: "interval", ms: 100 }, { sync: "every record" }];
  const all = [await latency("without audit", { append: () => {} }, policy, calls)];
  for (const durability of durabilities) {
    const folder = mkdtempSync(join(tmpdir(), "policy-soak-"));
    const { signer } = await keyOf(1);
    await createAuditLog(folder, { origin, signer });
    const log = await openAuditLog(folder, { signer, durability, secret: new Uint8Array(32).fill(1) });
    all.push(await latency(`with audit, sync ${durability.sync}`, log, policy, calls));
    await log.close();
    rmSync(folder, { recursive: true });
  }
  return all;
}

async function latency(what: string, audit: AuditSink, policy: LoadedPolicy, calls: number): Promise<Latency> {
  const enforcer = new Enforcer({ policy, server: "fs", audit });
  const times: number[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < calls) {
      next += 1;
      const began = performance.now();
      const decided = await enforcer.decide({
        ...{ from: "client", method: "tools/call", era: "legacy", notes: [] },
        caller: { principal: { id: "dev@example.com", roles: ["developer"] } },
        operation: { kind: "tool", server: "fs", name: "read_text_file" },
        arguments: { path: "/workspace/README.md" },
      });
      const judged = await enforcer.judge(decided, result);
      await enforcer.ended(decided, { ended: "result", decision: judged.decision, result });
      times.push(performance.now() - began);
      // As between messages of a connection.
      if (next % AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.floor(times.length * share)] ?? Number.NaN;
  return { what, calls, p50: at(0.5), p99: at(0.99) };
}
