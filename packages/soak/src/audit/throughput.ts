import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Replay } from "@mcpolicy/audit";
import { type AuditLog, createAuditLog, openAuditLog, readRecords, verifyLog } from "@mcpolicy/audit/node";
import { compile, generatedEngine } from "@mcpolicy/compiler";
import type { DecisionRecord, Principal, Request } from "@mcpolicy/core";
import { checkPolicy } from "@mcpolicy/language";
import { everyAbility, type LoadedPolicy, loadPolicy, memoryDriver, withState } from "@mcpolicy/runtime";
import { type Random, randomOf } from "../agreement/random.ts";
import { repository } from "../shared.ts";
import { type Latency, latencies } from "./latency.ts";
import { keyOf, origin } from "./sample-log.ts";

/** What something took. Rates are a second of the wall clock, and a second of one core. */
export interface Rate {
  readonly what: string;
  readonly count: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly perCoreSecond: number;
}

export interface Throughput {
  readonly rates: readonly Rate[];
  readonly latencies: readonly Latency[];
  readonly problems: readonly string[];
}

/** What the throughput of a log of so many decisions came to. */
export async function throughput(decisions: number, seed: number): Promise<Throughput> {
  const folder = mkdtempSync(join(tmpdir(), "policy-soak-"));
  const { signer, verifier } = await keyOf(1);
  await createAuditLog(folder, { origin, signer });
  const [was, next] = ["", `deny "no notes" fs.read_text_file when args.path like "**/*.md"\n`].map(examplePolicy) as [
    LoadedPolicy,
    LoadedPolicy,
  ];
  const recordAt = recorder(was, randomOf(seed));
  const warming = Math.round(decisions / 5);
  const kept = warming + decisions;
  const problems: string[] = [];
  const rates: Rate[] = [];

  const byInterval = await openAuditLog(folder, { signer, durability: { sync: "interval", ms: 100 } });
  // What is timed is compiled, and has its memory.
  await appendOneByOne(byInterval, recordAt, warming);
  rates.push(await rate("appends, sync by interval", decisions, () => appendOneByOne(byInterval, recordAt, decisions)));
  await byInterval.close();

  const syncs = Math.min(20_000, decisions);
  const other = mkdtempSync(join(tmpdir(), "policy-soak-"));
  await createAuditLog(other, { origin, signer });
  const everyRecord = await openAuditLog(other, { signer, durability: { sync: "every record" } });
  rates.push(
    await rate("appends, sync every record, 64 at once", syncs, () => appendTogether(everyRecord, recordAt, syncs, 64)),
  );
  await everyRecord.close();
  rmSync(other, { recursive: true });

  rates.push(
    await rate("records verified", kept, async () => {
      const { findings } = await verifyLog(folder, { trusted: [verifier] });
      problems.push(...findings.map(({ code, where, text }) => `${code} ${where}: ${text}`));
    }),
  );
  rates.push(
    await rate("decisions replayed by a changed policy", kept, async () => {
      const replay = new Replay({
        policy: next,
        memory: withState(next, memoryDriver(next.windows)),
        attributes: [],
        facts: ["ip"],
      });
      await readRecords(folder, (record, _line, index) => replay.take(record, index));
      const { decisions: all, changed, unchanged } = replay.report();
      if (all !== kept || changed === 0 || changed + unchanged !== kept) {
        problems.push(`replaying: of ${kept} decisions ${changed} would change and ${unchanged} would not`);
      }
    }),
  );
  rmSync(folder, { recursive: true });
  return { rates, latencies: await latencies(was, Math.min(5_000, decisions)), problems };
}

async function rate(what: string, count: number, run: () => Promise<void>): Promise<Rate> {
  const [cpu, wall] = [process.cpuUsage(), performance.now()];
  await run();
  const seconds = (performance.now() - wall) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return { what, count, seconds, perSecond: count / seconds, perCoreSecond: count / ((user + system) / 1e6) };
}

async function appendOneByOne(log: AuditLog, recordAt: (n: number) => DecisionRecord, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const kept = log.append(recordAt(n));
    if (kept !== undefined) await kept;
  }
  await log.checkpoint();
}

async function appendTogether(
  log: AuditLog,
  recordAt: (n: number) => DecisionRecord,
  count: number,
  workers: number,
): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    for (; next < count; ) await log.append(recordAt(next++));
  };
  await Promise.all(Array.from({ length: workers }, work));
}

/** The example policy over the filesystem server, keeping all arguments, with another statement. */
function examplePolicy(more: string): LoadedPolicy {
  const folder = resolve(repository, "policies/filesystem");
  const read = (path: string): string | undefined => {
    if (path === "filesystem.mcpolicy") {
      return `${readFileSync(join(folder, path), "utf8")}\naudit { arguments full }\n${more}`;
    }
    return path.endsWith(".json") ? readFileSync(join(folder, path), "utf8") : undefined;
  };
  const { policy, diagnostics } = checkPolicy(["filesystem.mcpolicy"], { read, join: (_, path) => path });
  if (policy === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return loadPolicy(compile(policy), { engine: generatedEngine, abilities: everyAbility });
}

/** The records of random calls, as a host makes them. */
function recorder({ decide, record, digest, servers }: LoadedPolicy, random: Random): (n: number) => DecisionRecord {
  const callers: readonly Principal[] = [
    { id: "dev@example.com", client: "ide", roles: ["developer"] },
    { id: "reader@example.com", client: "chat", roles: ["reader"] },
  ];
  const paths = [
    "/workspace/README.md",
    "/workspace/src/index.ts",
    "/workspace/.env",
    "/etc/passwd",
    "/workspace/docs/a.md",
  ];
  const calls = Array.from({ length: 200 }, () => {
    const principal = random.pick(callers);
    const name = random.pick(["read_text_file", "read_text_file", "list_directory", "write_file"]);
    const args = { path: random.pick(paths), ...(name === "write_file" ? { content: "text" } : {}) };
    const operation = { kind: "tool", server: "fs", name } as const;
    const context = { time: Date.UTC(2026, 10, 22) };
    const request: Request = { principal, operation, arguments: args, context };
    const { effect, reason, rules } = decide(request);
    return {
      kind: "decision" as const,
      ...{ server: "fs", from: "client" as const, method: "tools/call", era: "legacy" as const },
      caller: record.caller(principal),
      ...{ operation, effect, reason, policy: digest },
      rules: rules.map(({ id, matched }) => ({ id, matched })),
      pin: servers[0]?.tools[name]?.digest ?? "",
      arguments: record.arguments(args),
    };
  });
  return (n) => ({
    ...(calls[n % calls.length] as (typeof calls)[number]),
    at: Date.UTC(2026, 10, 22) + n,
    id: `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`,
  });
}
