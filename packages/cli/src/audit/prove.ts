import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Disclosure, disclose } from "@mcpolicy/audit";
import { findRecord, proveRecord, verifyLog } from "@mcpolicy/audit/node";
import type { AuditRecord, Value } from "@mcpolicy/core";
import { printable } from "@mcpolicy/diagnostics";
import { Command } from "commander";
import { type ExitCode, exitCodes, UsageError } from "../exit-codes.ts";
import { several, wholeNumber } from "../flags.ts";
import type { Session } from "../session.ts";
import { secretIn, verifiersOf, withKeys } from "./keys.ts";
import { withLog } from "./with-log.ts";

interface Flags {
  readonly key: readonly string[];
  readonly record?: number;
  readonly id?: string;
  readonly outcome?: boolean;
  readonly disclose: readonly string[];
  readonly secret?: string;
  readonly out?: string;
}

/** `policy audit prove`: a proof of one record, in one file, for somebody who has nothing but the log's public key. */
export function proveCommand(session: Session): Command {
  return withKeys(new Command("prove"))
    .description("prove to an outsider, in one file, that a record is in a log")
    .argument("<folder>", "the log")
    .option("--record <index>", "which record, by its index", wholeNumber("--record"))
    .option("--id <id>", "which record, by the id of its call: the decision")
    .option("--outcome", "with --id: what the call came to, in place of the decision")
    .option(
      "--disclose <path=json>",
      'a value behind a digest, such as /arguments/path="/etc/passwd"; needs --secret; may stand several times',
      several,
      [],
    )
    .option("--secret <file>", "the secret that the log's digests are salted with")
    .option("-o, --out <file>", "where the proof goes; standard output unless said")
    .addHelpText(
      "after",
      "\nExample: policy audit prove var/audit --key audit.pub --id 6f1c3b2a -o 6f1c3b2a.tlog-proof\n  then policy audit verify --proof 6f1c3b2a.tlog-proof --key audit.pub",
    )
    .action(async (folder: string, flags: Flags) =>
      session.exit(await withLog(session, () => prove(session, folder, flags))),
    );
}

async function prove(session: Session, given: string, flags: Flags): Promise<ExitCode> {
  const folder = resolve(session.cwd, given);
  const found = await findRecord(folder, wanted(flags), searchOf(flags));
  if (found === undefined) {
    session.err.write("error: there is no such record in the log, or its body was deleted\n");
    return exitCodes.findings;
  }
  const disclosed = disclosures(session, found.record, flags);
  const trusted = await verifiersOf(session, flags.key);
  const proof = await proveRecord(folder, found, trusted.length > 0 ? trusted : await ownKeys(session, folder), {
    disclosed,
  });
  if (flags.out === undefined) session.out.write(proof);
  else save(resolve(session.cwd, flags.out), flags.out, proof);
  return exitCodes.fine;
}

function wanted({ record, id, outcome }: Flags): (record: AuditRecord, index: number) => boolean {
  if ((record === undefined) === (id === undefined)) {
    throw new UsageError("which record? give either --record INDEX or --id ID");
  }
  if (record !== undefined) return (_record, index) => index === record;
  const kind = outcome === true ? "outcome" : "decision";
  return (each) => each.kind === kind && each.id === id;
}

/** What need not be read as a record to be passed over. */
function searchOf({ record, id }: Flags): { readonly from?: number; readonly accepts?: (line: string) => boolean } {
  if (record !== undefined) return { from: record };
  // Ids of other texts than this are escaped in a line; then each line is read.
  return id !== undefined && /^[\w-]+$/.test(id) ? { accepts: (line) => line.includes(id) } : {};
}

function disclosures(session: Session, record: AuditRecord, flags: Flags): readonly Disclosure[] {
  if (flags.disclose.length === 0) return [];
  if (flags.secret === undefined) throw new UsageError("--disclose needs --secret: the salts come from it");
  const secret = secretIn(session, "--secret", flags.secret);
  return flags.disclose.map((text) => {
    const [, path, json] = /^(\/[^=]+)=(.*)$/s.exec(text) ?? [];
    if (path === undefined || json === undefined) {
      throw new UsageError(`--disclose takes PATH=JSON, such as /arguments/path="/a", not \`${text}\``);
    }
    const value = toJson(json);
    const disclosed = record.kind === "decision" ? disclose(secret, record, path, value) : undefined;
    if (disclosed === undefined) {
      throw new UsageError(
        `--disclose: the record has no digest of ${JSON.stringify(value)} at ${path}, by this secret`,
      );
    }
    return disclosed;
  });
}

/** A value as JSON; what is none is a text. */
export function toJson(text: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return text;
  }
}

/** The keys that the log says are its own. */
async function ownKeys(session: Session, folder: string): ReturnType<typeof verifiersOf> {
  const { keys } = await verifyLog(folder, { trusted: [], isLive: true });
  session.err.write("note: no --key was given: the proof is made with the key that the log says is its own\n");
  return verifiersOf(session, keys);
}

function save(path: string, shown: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (problem) {
    throw new UsageError(`--out cannot write ${printable(shown)}: ${(problem as Error).message}`);
  }
}
