import { verifyLog } from "@mcpolicy/audit/node";
import { randomOf } from "../agreement/random.ts";
import { memoryDisk } from "./memory-disk.ts";
import { keyOf, type LogFiles, logOf, sampleRecords } from "./sample-log.ts";
import { type Loot, tamperings } from "./tamperings.ts";

/** What a run found, by the name of the tampering. */
export interface TamperingReport {
  readonly tried: Readonly<Record<string, number>>;
  readonly found: Readonly<Record<string, number>>;
  /** What verifying did not find, and what it found where there was nothing. */
  readonly problems: readonly string[];
}

/** Calls of the log that is tampered with: two full tiles and a part of one. */
const CALLS = 350;

/** One part of a run: tampers with one log again and again, and verifies it against its last checkpoint, kept apart. */
export async function part({
  cases,
  seed,
}: {
  readonly cases: number;
  readonly seed: number;
}): Promise<TamperingReport> {
  const random = randomOf(seed);
  const [own, stranger] = await Promise.all([keyOf(1), keyOf(2)]);
  const records = sampleRecords(random, CALLS);
  const { files, checkpoints } = await logOf(records, own.signer);
  const { files: earlier } = await logOf(records.slice(0, random.int(1, records.length - 1)), own.signer);
  const loot: Loot = { files, records, earlier, signer: own.signer, stranger: stranger.signer };
  const kept = [{ name: "kept", bytes: checkpoints.at(-1) as Buffer }];
  const holds = async (given: LogFiles): Promise<boolean> => {
    const report = await verifyLog("", { trusted: [own.verifier], kept, disk: memoryDisk(new Map(given)) });
    return report.holds;
  };

  const tried: Record<string, number> = {};
  const found: Record<string, number> = {};
  const problems: string[] = [];
  for (let count = 0; count < cases; count += 1) {
    const { name, tamper } = tamperings[count % tamperings.length] as (typeof tamperings)[number];
    let changed = await tamper(loot, random);
    // Records exchanged for their equals are no tampering: drawn again.
    while (isSame(changed, files)) changed = await tamper(loot, random);
    tried[name] = (tried[name] ?? 0) + 1;
    if (!(await holds(changed))) found[name] = (found[name] ?? 0) + 1;
    else problems.push(`seed ${seed}, case ${count}: not found: ${name}`);
    if (count % 500 === 0 && !(await holds(files)))
      problems.push(`seed ${seed}, case ${count}: found where there is nothing`);
  }
  return { tried, found, problems };
}

function isSame(one: LogFiles, other: LogFiles): boolean {
  return one.size === other.size && [...one].every(([path, bytes]) => other.get(path)?.equals(bytes) === true);
}
