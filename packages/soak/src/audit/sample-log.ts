import { keyPairOf, type Signer, signerOf, type Verifier, verifierOf } from "@mcpolicy/audit";
import { createAuditLog, openAuditLog } from "@mcpolicy/audit/node";
import type { AuditRecord } from "@mcpolicy/core";
import type { Random } from "../agreement/random.ts";
import { memoryDisk } from "./memory-disk.ts";

/** The files of a log, by path. */
export type LogFiles = ReadonlyMap<string, Buffer>;

export const origin = "example.com/soak";

/** A key that is the same in every run. */
export async function keyOf(n: number): Promise<{ readonly signer: Signer; readonly verifier: Verifier }> {
  const { signing, verifying } = await keyPairOf(origin, new Uint8Array(32).fill(n));
  return { signer: await signerOf(signing), verifier: await verifierOf(verifying) };
}

/** The records of calls: for each a decision, and for most an outcome. */
export function sampleRecords(random: Random, calls: number): readonly AuditRecord[] {
  return Array.from({ length: calls }, (_, n) => n).flatMap((n): readonly AuditRecord[] => {
    const at = Date.UTC(2026, 10, 22) + 1_000 * n;
    const id = `call-${n}-${random.int(0, 1e9)}`;
    const isAllowed = random.chance(0.8);
    const decision: AuditRecord = {
      kind: "decision",
      ...{ at, id, server: "fs", from: "client", method: "tools/call", era: "legacy" },
      caller: { id: random.pick(["ann", "bob", "dev@example.com"]), roles: ["developer"] },
      operation: { kind: "tool", server: "fs", name: random.pick(["read_text_file", "write_file"]) },
      effect: isAllowed ? "allow" : "deny",
      reason: isAllowed ? "rule" : random.pick(["rule", "default", "limit"]),
      rules: [{ id: "a rule", matched: "true" }],
      policy: `sha256-${"0".repeat(64)}`,
      arguments: { kept: "keys", names: ["path", "x".repeat(random.int(0, 60))] },
    };
    const outcome: AuditRecord = {
      ...{ kind: "outcome", at: at + 5, id, server: "fs", ended: "result", rules: [], duration: 5 },
      result: { kept: "size", size: random.int(0, 5_000) },
    };
    return isAllowed && random.chance(0.9) ? [decision, outcome] : [decision];
  });
}

/** A log of these records in memory, in several files, with a checkpoint now and then. */
export async function logOf(
  records: readonly AuditRecord[],
  signer: Signer,
): Promise<{ readonly files: LogFiles; readonly checkpoints: readonly Buffer[] }> {
  const files = new Map<string, Buffer>();
  const disk = memoryDisk(files);
  const now = () => Date.UTC(2026, 10, 22);
  await createAuditLog("", { origin, signer, now, disk });
  const log = await openAuditLog("", {
    ...{
      signer,
      now,
      disk,
      durability: { sync: "interval", ms: 10_000 },
      checkpointEvery: 1e9,
      segment: { bytes: 40_000 },
    },
  });
  const checkpoints: Buffer[] = [];
  for (const [at, record] of records.entries()) {
    await log.append(record);
    if (at % 100 === 99) checkpoints.push(Buffer.from(await log.checkpoint()));
  }
  checkpoints.push(Buffer.from(await log.checkpoint()));
  await log.close();
  return { files, checkpoints };
}
