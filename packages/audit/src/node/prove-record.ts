import { type AuditRecord, messageOf } from "@mcpolicy/core";
import { openCheckpoint } from "../checkpoint.ts";
import type { Disclosure } from "../disclosure.ts";
import type { Verifier } from "../keys.ts";
import { proveInclusion } from "../proofs.ts";
import { writeProof } from "../record-proof.ts";
import { extraBytes, verifyProof } from "../verify-proof.ts";
import { type Disk, diskAt } from "./disk.ts";
import { layout } from "./layout.ts";
import { LogError } from "./log-error.ts";
import { nodeHasher } from "./node-hasher.ts";
import { type ReadOptions, readRecords } from "./read-records.ts";
import { TileReader } from "./tile-reader.ts";

/** A record, where it stands. */
export interface FoundRecord {
  readonly index: number;
  readonly record: AuditRecord;
  readonly line: string;
}

/** The first record that fits; undefined where none does, or its body was deleted. */
export async function findRecord(
  folder: string,
  fits: (record: AuditRecord, index: number) => boolean,
  options: ReadOptions = {},
): Promise<FoundRecord | undefined> {
  let found: FoundRecord | undefined;
  await readRecords(
    folder,
    (record, line, index) => {
      if (!fits(record, index)) return true;
      found = { index, record, line };
      return false;
    },
    options,
  );
  return found;
}

/**
 * Proves to an outsider that a record is in a log, in one file (C2SP tlog-proof) that carries the record, the path to the signed head, and what is
 * disclosed. It verifies with the public keys given. Throws a `LogError` where it cannot be proved.
 */
export async function proveRecord(
  folder: string,
  { index, line }: FoundRecord,
  known: readonly Verifier[],
  { disclosed = [], disk = diskAt(folder) }: { readonly disclosed?: readonly Disclosure[]; readonly disk?: Disk } = {},
): Promise<string> {
  const checkpoint = (await disk.read(layout.checkpoint))?.toString("utf8");
  if (checkpoint === undefined) throw new LogError("absent", "there is no log here, so that there is nothing to prove");
  const opened = await openCheckpoint(checkpoint, known);
  if (opened.kind === "refused") throw new LogError("wrong-key", `the log's checkpoint is refused: ${opened.why}`);
  const { size } = opened.head;
  if (index >= size) {
    throw new LogError(
      "record",
      `record ${index} came after the last signature, of ${size} records: there is no proof of it before the next`,
    );
  }
  const reader = new TileReader(disk, nodeHasher);
  const path = await proveInclusion(index, size, reader.nodes(size), nodeHasher).catch((problem: unknown) => {
    throw new LogError(
      "damaged",
      `the hashes that would prove record ${index} are not all there: ${messageOf(problem)}`,
    );
  });
  const extra = extraBytes({ record: line, ...(disclosed.length === 0 ? {} : { disclosed }) });
  const proof = writeProof({ index, path, checkpoint, extra });
  const verdict = await verifyProof(Buffer.from(proof), known);
  if (verdict.kind === "refused")
    throw new LogError("damaged", `the record cannot be proved: ${verdict.why}. \`policy audit verify\` says more`);
  return proof;
}
