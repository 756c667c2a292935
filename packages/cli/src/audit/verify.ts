import { resolve } from "node:path";
import { type ProofVerdict, verifyProof } from "@mcpolicy/audit";
import { findingCodes, type KeptCheckpoint, type LogReport, verifyLog } from "@mcpolicy/audit/node";
import { printable } from "@mcpolicy/diagnostics";
import { Command } from "commander";
import { type ExitCode, exitCodes, UsageError } from "../exit-codes.ts";
import { several } from "../flags.ts";
import { type Destination, formatOption, report } from "../output.ts";
import type { Session } from "../session.ts";
import { bytesOf, verifiersOf, withKeys } from "./keys.ts";
import { recordText } from "./record-text.ts";
import { withLog } from "./with-log.ts";

interface Flags {
  readonly key: readonly string[];
  readonly checkpoint: readonly string[];
  readonly live?: boolean;
  readonly proof?: string;
  readonly format: readonly Destination[];
}

/** `policy audit verify`: whether a log, or a proof of one record, holds. */
export function verifyCommand(session: Session): Command {
  return withKeys(new Command("verify"))
    .description("say whether a log, or the proof of a record, holds (exit code 1 where not)")
    .argument("[folder]", "the log")
    .option("--checkpoint <file>", "a checkpoint that was kept apart; may stand several times", several, [])
    .option("--live", "the log is written to meanwhile: what nobody has signed yet is no finding")
    .option("--proof <file>", "the proof of one record, in place of a log")
    .addOption(formatOption(["text", "json"]))
    .addHelpText(
      "after",
      "\nExit codes here: 0 it holds, 1 it does not, 2 there is no log.\nExample: policy audit verify var/audit --key audit.pub --checkpoint kept/2026-11-22.checkpoint",
    )
    .action(async (folder: string | undefined, flags: Flags) =>
      session.exit(
        await withLog(session, () =>
          flags.proof === undefined ? verify(session, folder, flags) : ofProof(session, flags.proof, flags),
        ),
      ),
    );
}

async function verify(session: Session, folder: string | undefined, flags: Flags): Promise<ExitCode> {
  if (folder === undefined) throw new UsageError("which log? give its folder, or --proof with the proof of a record");
  const trusted = await verifiersOf(session, flags.key);
  const kept = flags.checkpoint.map(
    (name): KeptCheckpoint => ({ name, bytes: bytesOf(session, "--checkpoint", name) }),
  );
  const found = await verifyLog(resolve(session.cwd, folder), { trusted, kept, isLive: flags.live === true });
  if (found.records === 0 && found.findings.some(({ code }) => code === "checkpoint-missing")) {
    session.err.write(`error: there is no log in ${printable(folder)}\n`);
    return exitCodes.invalid;
  }
  report(session, flags.format, {
    text: () => reportText(found, kept.length),
    json: () => `${JSON.stringify(reportJson(found), null, 2)}\n`,
  });
  return found.holds ? exitCodes.fine : exitCodes.findings;
}

function reportText({ holds, head, records, pruned, keys, isOwnKey, findings }: LogReport, kept: number): string {
  const lines = [
    holds ? "the log holds" : `the log does NOT hold: ${findings.length} findings`,
    `  ${head?.origin ?? "of a name that nobody vouches for"}: ${head?.size ?? 0} records are signed, ${records} are there`,
    ...(pruned === 0 ? [] : [`  the first ${pruned} are there as hashes only: their bodies were deleted`]),
    ...keys.map((key) => `  signed by ${key}`),
    ...(isOwnKey
      ? ["  no --key was given: the key is the log's own word, which whoever rewrote the log could have changed too"]
      : []),
    ...(kept === 0
      ? ["  no --checkpoint was given: a log that was cut back or rewritten by whoever holds its key is not found out"]
      : []),
    ...findings.map(({ code, where, text }) => `  ${code}  ${where}: ${text}\n      ${findingCodes[code]}`),
  ];
  return lines.map((line) => `${line.split("\n").map(printable).join("\n")}\n`).join("");
}

function reportJson({ head, findings, ...found }: LogReport): object {
  return {
    ...found,
    head: head === undefined ? null : { ...head, root: Buffer.from(head.root).toString("base64") },
    findings: findings.map((finding) => ({ ...finding, means: findingCodes[finding.code] })),
  };
}

async function ofProof(session: Session, file: string, flags: Flags): Promise<ExitCode> {
  const trusted = await verifiersOf(session, flags.key);
  if (trusted.length === 0) throw new UsageError("whose signature? a proof needs --key with the log's public key");
  const verdict = await verifyProof(bytesOf(session, "--proof", file), trusted);
  report(session, flags.format, {
    text: () => proofText(verdict),
    json: () => `${JSON.stringify(proofJson(verdict), null, 2)}\n`,
  });
  return verdict.kind === "holds" ? exitCodes.fine : exitCodes.findings;
}

function proofText(verdict: ProofVerdict): string {
  if (verdict.kind === "refused") return `the proof does NOT hold: ${printable(verdict.why)}\n`;
  const { index, record, disclosed, head, by } = verdict;
  const lines = [
    "the proof holds",
    `  record ${index} of the ${head.size} of ${head.origin}`,
    ...by.map(({ key }) => `  signed by ${key}`),
    `  ${recordText(index, record)}`,
    ...disclosed.map(({ path, value }) => `  ${path} is ${JSON.stringify(value)}`),
  ];
  return lines.map((line) => `${printable(line)}\n`).join("");
}

function proofJson(verdict: ProofVerdict): object {
  if (verdict.kind === "refused") return { holds: false, why: verdict.why };
  const { index, record, disclosed, head, by } = verdict;
  const root = Buffer.from(head.root).toString("base64");
  return { holds: true, index, record, disclosed, head: { ...head, root }, keys: by.map(({ key }) => key) };
}
