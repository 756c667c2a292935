import { resolve } from "node:path";
import { openAuditLog } from "@mcpolicy/audit/node";
import { Command } from "commander";
import { type ExitCode, exitCodes, UsageError } from "../exit-codes.ts";
import { duration, instant } from "../flags.ts";
import type { Session } from "../session.ts";
import { signerIn } from "./keys.ts";
import { withLog } from "./with-log.ts";

interface Flags {
  readonly key: string;
  readonly before?: string;
  readonly olderThan?: number;
}

/** `policy audit prune`: deletes old records, whole files of them; their hashes stay, so that what is left is still proved. */
export function pruneCommand(session: Session): Command {
  return new Command("prune")
    .description("delete old records, whole files of them; their hashes stay. Nobody may write to the log meanwhile")
    .argument("<folder>", "the log")
    .requiredOption("--key <file>", "the private key that signs the log")
    .option("--before <instant>", "records from before when, as 2026-11-22T10:00:00Z")
    .option("--older-than <duration>", "records of what age, such as 90d", duration("--older-than"))
    .addHelpText("after", "\nExample: policy audit prune var/audit --key audit.key --older-than 90d")
    .action(async (folder: string, flags: Flags) =>
      session.exit(await withLog(session, () => prune(session, folder, flags))),
    );
}

async function prune(session: Session, folder: string, { key, before, olderThan }: Flags): Promise<ExitCode> {
  if ((before === undefined) === (olderThan === undefined))
    throw new UsageError("give either --before or --older-than");
  const limit = before === undefined ? Date.now() - (olderThan as number) : instant("--before", before);
  const signer = await signerIn(session, "--key", key);
  const log = await openAuditLog(resolve(session.cwd, folder), { signer, durability: { sync: "every record" } });
  try {
    const gone = await log.prune(limit);
    session.out.write(`${gone} records were deleted${gone === 0 ? ": no file holds none but older ones" : ""}\n`);
  } finally {
    await log.close();
  }
  return exitCodes.fine;
}
