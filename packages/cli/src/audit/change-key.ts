import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { keyPairOf } from "@mcpolicy/audit";
import { openAuditLog } from "@mcpolicy/audit/node";
import { printable } from "@mcpolicy/diagnostics";
import { Command } from "commander";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import type { Session } from "../session.ts";
import { writeNew } from "./init.ts";
import { signerIn } from "./keys.ts";
import { withLog } from "./with-log.ts";

interface Flags {
  readonly key: string;
  readonly next: string;
}

/** `policy audit change-key`: another key signs from now on. */
export function changeKeyCommand(session: Session): Command {
  return new Command("change-key")
    .description("let another key sign from now on; nobody may write to the log meanwhile")
    .argument("<folder>", "the log")
    .requiredOption("--key <file>", "the private key that signs now")
    .requiredOption("--next <file>", "the private key that is to sign; made where there is none")
    .addHelpText("after", "\nExample: policy audit change-key var/audit --key audit.key --next audit-2027.key")
    .action(async (folder: string, flags: Flags) =>
      session.exit(await withLog(session, () => changeKey(session, folder, flags))),
    );
}

async function changeKey(session: Session, folder: string, flags: Flags): Promise<ExitCode> {
  const signer = await signerIn(session, "--key", flags.key);
  if (!existsSync(resolve(session.cwd, flags.next))) {
    const { signing } = await keyPairOf(signer.name, randomBytes(32));
    writeNew(session, "--next", flags.next, `${signing}\n`);
  }
  const next = await signerIn(session, "--next", flags.next);
  const log = await openAuditLog(resolve(session.cwd, folder), { signer, durability: { sync: "every record" } });
  try {
    await log.changeKey(next);
  } finally {
    await log.close();
  }
  session.err.write(`${printable(flags.next)} signs from now on; what follows is its public key\n`);
  session.out.write(`${next.key}\n`);
  return exitCodes.fine;
}
