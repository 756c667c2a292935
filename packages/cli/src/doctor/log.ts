import type { Verifier } from "@mcpolicy/audit";
import { type KeptCheckpoint, readRecords, verifyLog } from "@mcpolicy/audit/node";

/** What a log of decisions shows. */
export interface LogSeen {
  /** Why it does not verify, one sentence each; none where it does. */
  readonly wrong: readonly string[];
  /** A key from outside vouches for it. */
  readonly isVouchedFor: boolean;
  readonly decisions: number;
  /** Calls that were let through and of which no outcome is written. */
  readonly open: number;
  /** Rules that made a decision, by id. */
  readonly rules: ReadonlySet<string>;
  /** The policy that made the last decision, by its digest; undefined where there is none. */
  readonly lastPolicy: string | undefined;
  /** What a server offers differed from its pin, in the operator's words, each once; since the policy of the last decision was loaded. */
  readonly moved: readonly string[];
}

export interface LogKeys {
  readonly trusted: readonly Verifier[];
  readonly kept: readonly KeptCheckpoint[];
}

/** Verifies a log and reads its records. Rejects where the disk does; undefined where there is no log in the folder. */
export async function seeLog(folder: string, { trusted, kept }: LogKeys): Promise<LogSeen | undefined> {
  const report = await verifyLog(folder, { trusted, kept, isLive: true });
  if (report.records === 0 && report.findings.some(({ code }) => code === "checkpoint-missing")) return undefined;
  const open = new Set<string>();
  const rules = new Set<string>();
  let decisions = 0;
  let lastPolicy: string | undefined;
  const moved = new Set<string>();
  await readRecords(folder, (record) => {
    if (record.kind === "outcome") open.delete(record.id);
    if (record.kind === "notice" && record.what === "policy-loaded") moved.clear();
    if (record.kind === "notice" && record.what === "pin-difference") moved.add(record.text);
    if (record.kind !== "decision") return;
    decisions += 1;
    lastPolicy = record.policy;
    for (const { id } of record.rules) rules.add(id);
    if (record.effect === "allow" && record.operation?.kind === "tool") open.add(record.id);
  });
  return {
    wrong: report.findings.map(({ where, text }) => `${where}: ${text}`),
    isVouchedFor: !report.isOwnKey,
    decisions,
    open: open.size,
    rules,
    lastPolicy,
    moved: [...moved],
  };
}
