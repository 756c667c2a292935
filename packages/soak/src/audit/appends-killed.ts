import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAuditLog } from "@mcpolicy/audit/node";
import { randomOf } from "../agreement/random.ts";
import { afterKill, killedAtRandom, linesOf, runScript } from "./killed.ts";
import { keyOf, origin } from "./sample-log.ts";

/** What a run of kills came to. */
export interface KillReport {
  readonly kills: number;
  /** Records, or calls, of which somebody was told that they were kept. */
  readonly told: number;
  /** Of those the ones that a log by interval lost, as it may. */
  readonly lost: number;
  readonly problems: readonly string[];
}

const INTERVAL = 20;
/** Between the instant that is told and the one that the log goes by. */
const SLACK = 50;

/** One part of a run: kills a process that appends, and looks at what it left; by turns with each durability. */
export async function part({ kills, seed }: { readonly kills: number; readonly seed: number }): Promise<KillReport> {
  const random = randomOf(seed);
  const folder = mkdtempSync(join(tmpdir(), "policy-soak-"));
  const { signer } = await keyOf(1);
  await createAuditLog(folder, { origin, signer });
  const problems: string[] = [];
  let [told, lost] = [0, 0];
  for (let kill = 0; kill < kills; kill += 1) {
    const sync = kill % 4 === 3 ? String(INTERVAL) : "every";
    const child = runScript("append-until-killed.ts", [folder, sync, String(seed * 1_000 + kill)], "ignore");
    const lines = linesOf(child);
    await killedAtRandom(child, random);
    const kept = lines().map((line) => line.split(" ") as [string, string]);
    const { findings, ids } = await afterKill(folder);
    const about = `seed ${seed}, kill ${kill}, sync ${sync}`;
    problems.push(...findings.map((finding) => `${about}: ${finding}`));
    const missing = kept.filter(([id]) => !ids.has(`decision ${id}`)).map(([, at]) => Number(at));
    told += kept.length;
    lost += missing.length;
    if (sync === "every" && missing.length > 0)
      problems.push(`${about}: ${missing.length} records that were kept are not there`);
    const span = Math.max(...missing) - Math.min(...missing);
    if (span > INTERVAL + SLACK) problems.push(`${about}: what was lost came over ${span} ms`);
  }
  rmSync(folder, { recursive: true });
  return { kills, told, lost, problems };
}
