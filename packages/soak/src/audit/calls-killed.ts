import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createAuditLog, readRecords } from "@mcpolicy/audit/node";
import { compile } from "@mcpolicy/compiler";
import { randomOf } from "../agreement/random.ts";
import { loadOver } from "../one-server.ts";
import type { KillReport } from "./appends-killed.ts";
import { afterKill, killedAtRandom, linesOf, runScript } from "./killed.ts";
import { keyOf, origin } from "./sample-log.ts";
import { END, witnessTool } from "./witness-tool.ts";

/** Lets calls of the witness through, but for some numbers, and writes down their arguments. */
export const witnessPolicy = `mcpolicy 1
server files from "server.json"
audit { arguments full }
allow "all but sevens" anyone to files.note
deny "sevens" files.note when args.n in [7, 17, 27, 37, 47, 57, 67, 77, 87, 97]
`;

/** Calls that wait for their answers at the same time. */
const AT_ONCE = 8;
/** How long the server may take to see that nothing more comes. Milliseconds. */
const PATIENCE = 20_000;

/** One part of a run: kills a proxy under load, and holds what its server saw, and what was answered, against the log. */
export async function part({ kills, seed }: { readonly kills: number; readonly seed: number }): Promise<KillReport> {
  const random = randomOf(seed);
  const folder = mkdtempSync(join(tmpdir(), "policy-soak-"));
  const [log, artifact] = [join(folder, "log"), join(folder, "policy.json")];
  const { checked } = loadOver(witnessPolicy, JSON.stringify({ tools: [witnessTool] }));
  writeFileSync(artifact, JSON.stringify(compile(checked)));
  const { signer } = await keyOf(1);
  await createAuditLog(log, { origin, signer });
  const problems: string[] = [];
  let told = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    const about = `seed ${seed}, kill ${kill}`;
    const seen = join(folder, `seen-${kill}`);
    const proxy = runScript("proxy-until-killed.ts", [log, artifact, seen], "pipe");
    const answers = callAgainAndAgain(proxy, 1_000_000 * kill);
    await killedAtRandom(proxy, random);
    if (!(await isOver(seen))) problems.push(`${about}: the server never saw the end`);
    const { findings } = await afterKill(log);
    problems.push(...findings.map((finding) => `${about}: ${finding}`));
    const { allowed, ended } = await callsIn(log);
    const reached = existsSync(seen) ? readFileSync(seen, "utf8").split("\n").slice(0, -1) : [];
    const answered = answers();
    for (const n of reached) {
      if (n !== END && !allowed.has(Number(n))) problems.push(`${about}: call ${n} was let through unrecorded`);
    }
    for (const n of answered) {
      if (!ended.has(allowed.get(n) ?? "")) problems.push(`${about}: the answer to call ${n} was given out unrecorded`);
    }
    told += answered.length;
  }
  rmSync(folder, { recursive: true });
  return { kills, told, lost: 0, problems };
}

/** Calls the tool with number after number; gives the numbers of the calls that were answered with a result. */
function callAgainAndAgain(proxy: ChildProcess, first: number): () => readonly number[] {
  const { stdin, stdout } = proxy;
  if (stdin === null || stdout === null) throw new Error("the proxy has no pipes");
  const send = (message: object): void => void stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  let next = first;
  const call = (): void => {
    next += 1;
    const n = (next % 1_000_000) % 100 === 0 ? 7 : next;
    send({ id: next, method: "tools/call", params: { name: witnessTool.name, arguments: { n } } });
  };
  const lines = linesOf(proxy);
  stdin.on("error", () => {});
  const clientInfo = { name: "soak", version: "1" };
  send({ id: 0, method: "initialize", params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo } });
  send({ method: "notifications/initialized" });
  for (let count = 0; count < AT_ONCE; count += 1) call();
  stdout.on("data", (chunk: Buffer) => {
    for (const byte of chunk) if (byte === 10) call();
  });
  return () =>
    lines().flatMap((line) => {
      const { id, result } = JSON.parse(line);
      return id > 0 && result !== undefined && result.isError !== true ? [id] : [];
    });
}

/** Waits until the server has seen that nothing more comes; so it does where it never ran. */
async function isOver(seen: string): Promise<boolean> {
  for (let waited = 0; waited < PATIENCE; waited += 20) {
    if (existsSync(seen) && readFileSync(seen, "utf8").endsWith(`${END}\n`)) return true;
    await sleep(20);
  }
  return !existsSync(seen);
}

/** The ids of decisions that let calls through, by the calls' numbers; and those of outcomes. */
export async function callsIn(
  log: string,
): Promise<{ readonly allowed: ReadonlyMap<number, string>; readonly ended: ReadonlySet<string> }> {
  const allowed = new Map<number, string>();
  const ended = new Set<string>();
  await readRecords(log, (record) => {
    if (record.kind === "outcome") ended.add(record.id);
    if (record.kind !== "decision" || record.effect !== "allow" || record.arguments?.kept !== "full") return;
    allowed.set(Number(record.arguments.values["n"]), record.id);
  });
  return { allowed, ended };
}
