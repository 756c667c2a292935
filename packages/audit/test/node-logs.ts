import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AuditRecord } from "@mcpolicy/core";
import { onTestFinished } from "vitest";
import { keyPairOf, recordOf, type Signer, signerOf, type Verifier, verifierOf } from "../src/index.ts";
import { type AuditLog, createAuditLog, type Disk, diskAt, type LogOptions, openAuditLog } from "../src/node/index.ts";
import { segmentsOf } from "../src/node/layout.ts";
import { readLines } from "../src/node/lines.ts";
import { origin } from "./records.ts";

export { decision, origin } from "./records.ts";

/** A key that is the same in every run. */
export async function key(n: number): Promise<{ readonly signer: Signer; readonly verifier: Verifier }> {
  const { signing, verifying } = await keyPairOf(origin, new Uint8Array(32).fill(n));
  return { signer: await signerOf(signing), verifier: await verifierOf(verifying) };
}

/** A folder that is gone after the test. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "policy-audit-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A new log in a folder, open. */
export async function freshLog(
  options: Partial<LogOptions> = {},
): Promise<{ readonly folder: string; readonly log: AuditLog }> {
  const folder = freshFolder();
  const { signer } = await key(1);
  await createAuditLog(folder, { origin, signer, ...only(options, ["now", "disk"]) });
  return { folder, log: await reopened(folder, options) };
}

/** The log in a folder, open again; it is closed after the test. */
export async function reopened(folder: string, options: Partial<LogOptions> = {}): Promise<AuditLog> {
  const { signer } = await key(1);
  const log = await openAuditLog(folder, { signer, durability: { sync: "every record" }, ...options });
  onTestFinished(() => log.close().catch(() => {}));
  return log;
}

/** All records of a log, as they are read. */
export async function recordsOf(disk: Disk | string): Promise<readonly (AuditRecord | undefined)[]> {
  const from = typeof disk === "string" ? diskAt(disk) : disk;
  const records: (AuditRecord | undefined)[] = [];
  for (const { path } of await segmentsOf(from)) {
    await readLines(from, path, (buffer, start, end) => records.push(recordOf(buffer.toString("utf8", start, end))));
  }
  return records;
}

/** The ids of the calls that a log holds, in order. */
export async function callsOf(disk: Disk | string): Promise<readonly string[]> {
  return (await recordsOf(disk)).flatMap((record) => (record?.kind === "decision" ? [record.id] : []));
}

function only<Given extends object, Name extends keyof Given>(given: Given, names: readonly Name[]): Pick<Given, Name> {
  return Object.fromEntries(names.flatMap((name) => (name in given ? [[name, given[name]]] : []))) as Pick<Given, Name>;
}
