import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openAuditLog, readRecords, verifyLog } from "@mcpolicy/audit/node";
import type { Random } from "../agreement/random.ts";
import { keyOf } from "./sample-log.ts";

/** Runs a script of this folder with Node, as this process was run. */
export function runScript(script: string, args: readonly string[], stdin: "pipe" | "ignore"): ChildProcess {
  return spawn(process.execPath, [...process.execArgv, join(import.meta.dirname, script), ...args], {
    stdio: [stdin, "pipe", "inherit"],
  });
}

/** Gathers what a child writes, line by line; a last line that is not whole is left out. */
export function linesOf(child: ChildProcess): () => readonly string[] {
  let text = "";
  child.stdout?.on("data", (chunk) => {
    text += chunk;
  });
  return () => text.split("\n").slice(0, -1);
}

/** Kills a child with SIGKILL, a random while after it has something to say. */
export async function killedAtRandom(child: ChildProcess, random: Random): Promise<void> {
  await Promise.race([once(child.stdout as NonNullable<typeof child.stdout>, "data"), once(child, "close")]);
  await sleep(random.int(1, 250));
  const closed = child.exitCode === null && child.signalCode === null ? once(child, "close") : undefined;
  child.kill("SIGKILL");
  await closed;
}

/** The log of a folder after its writer was killed: opened, closed, verified against the checkpoint that was there before. */
export async function afterKill(
  folder: string,
): Promise<{ readonly findings: readonly string[]; readonly ids: ReadonlySet<string> }> {
  const { signer, verifier } = await keyOf(1);
  const kept = [{ name: "of before", bytes: readFileSync(join(folder, "checkpoint")) }];
  const log = await openAuditLog(folder, { signer, durability: { sync: "every record" } });
  await log.close();
  const { findings } = await verifyLog(folder, { trusted: [verifier], kept });
  const ids = new Set<string>();
  await readRecords(folder, (record) => void (record.kind === "notice" || ids.add(`${record.kind} ${record.id}`)));
  return { findings: findings.map(({ code, where, text }) => `${code} ${where}: ${text}`), ids };
}
