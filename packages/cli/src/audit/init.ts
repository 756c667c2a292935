import { randomBytes } from "node:crypto";
import { existsSync, openSync, writeFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { isOrigin, keyPairOf, type Signer, signerOf } from "@mcpolicy/audit";
import { createAuditLog } from "@mcpolicy/audit/node";
import { printable } from "@mcpolicy/diagnostics";
import { Command } from "commander";
import { type ExitCode, exitCodes, UsageError } from "../exit-codes.ts";
import type { Session } from "../session.ts";
import { secretIn, signerIn } from "./keys.ts";
import { withLog } from "./with-log.ts";

interface Flags {
  readonly origin: string;
  readonly key?: string;
  readonly secret?: string;
}

/** `policy audit init`: a new log, with a key to sign and a secret to salt with. */
export function initCommand(session: Session): Command {
  return new Command("init")
    .description("make a log, with a key that signs it and a secret that salts its digests")
    .argument("<folder>", "where the log goes")
    .requiredOption("--origin <name>", "the log's name for all its life, such as example.com/audit")
    .option("--key <file>", "the private key; made where there is none; FOLDER.key unless said")
    .option("--secret <file>", "the secret for salts; made where there is none; FOLDER.secret unless said")
    .addHelpText("after", "\nExample: policy audit init var/audit --origin example.com/audit > audit.pub")
    .action(async (folder: string, flags: Flags) =>
      session.exit(await withLog(session, () => init(session, folder, flags))),
    );
}

async function init(session: Session, folder: string, flags: Flags): Promise<ExitCode> {
  const { origin, key = `${folder}.key`, secret = `${folder}.secret` } = flags;
  if (!isOrigin(origin)) throw new UsageError(`--origin is a name without white space and +, not \`${origin}\``);
  const signer = await keyIn(session, key, origin);
  await createAuditLog(resolve(session.cwd, folder), { origin, signer });
  if (existsSync(resolve(session.cwd, secret))) secretIn(session, "--secret", secret);
  else writeNew(session, "--secret", secret, `${randomBytes(32).toString("hex")}\n`);
  for (const line of [
    `made the log ${origin} in ${folder}`,
    `it is signed with ${key}, and its digests are salted with ${secret}: keep both apart from it, for their owner alone`,
    "what follows is the public key, by which others verify the log; keep its checkpoints apart from it too",
  ]) {
    session.err.write(`${printable(line)}\n`);
  }
  session.out.write(`${signer.key}\n`);
  return exitCodes.fine;
}

/** The key in a file, which is made where it is not there. */
async function keyIn(session: Session, file: string, name: string): Promise<Signer> {
  if (existsSync(resolve(session.cwd, file))) return signerIn(session, "--key", file);
  const { signing } = await keyPairOf(name, randomBytes(32));
  writeNew(session, "--key", file, `${signing}\n`);
  return signerOf(signing);
}

/** Writes a file for its owner alone, never over another. Throws a UsageError. */
export function writeNew(session: Session, flag: string, file: string, text: string): void {
  try {
    writeFileSync(openSync(resolve(session.cwd, file), "wx", 0o600), text);
  } catch (problem) {
    throw new UsageError(`${flag} cannot write ${basename(file)}: ${(problem as Error).message}`);
  }
}
