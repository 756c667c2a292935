import { resolve } from "node:path";
import type { AuditLog, LogOptions } from "@mcpolicy/audit/node";
import { openAuditLog } from "@mcpolicy/audit/node";
import { durationText } from "@mcpolicy/core";
import { type Command, Option } from "commander";
import { UsageError } from "../exit-codes.ts";
import { duration } from "../flags.ts";
import type { Session } from "../session.ts";
import { secretIn, signerIn } from "./keys.ts";

/** The flags that say which log a host writes to, and how. */
export interface AuditSinkFlags {
  readonly audit?: string;
  readonly auditKey?: string;
  readonly auditSecret?: string;
  readonly auditSync: LogOptions["durability"];
  readonly auditKeep?: number;
  readonly auditWhenAway: "refuse" | "go-on";
}

/** Adds them to a command. */
export function withAuditSink(command: Command): Command {
  return command
    .option("--audit <folder>", "the log that decisions go to, made by `policy audit init`; standard error unless said")
    .option("--audit-key <file>", "the private key that signs it; FOLDER.key unless said")
    .option("--audit-secret <file>", "the secret that salts its digests; FOLDER.secret unless said")
    .addOption(
      new Option(
        "--audit-sync <when>",
        "when a record counts as kept: `every` record on the disk, or at once and on the disk within a time such as 100ms",
      )
        .default({ sync: "every record" }, "every")
        .argParser(durabilityOf),
    )
    .option(
      "--audit-keep <duration>",
      "how long records are kept, such as 90d; for ever unless said",
      duration("--audit-keep"),
    )
    .addOption(
      new Option("--audit-when-away <what>", "what becomes of calls that cannot be recorded")
        .choices(["refuse", "go-on"])
        .default("refuse"),
    );
}

/**
 * The log that the flags name, open; undefined where they name none. What operators must know goes to `say`. Throws a UsageError, or a
 * `LogError` where the log cannot be opened.
 */
export async function auditSinkOf(
  session: Session,
  flags: AuditSinkFlags,
  say: (text: string) => void,
): Promise<AuditLog | undefined> {
  const { audit: folder } = flags;
  if (folder === undefined) return undefined;
  const { auditKey = `${folder}.key`, auditSecret = `${folder}.secret`, auditSync, auditKeep, auditWhenAway } = flags;
  const log = await openAuditLog(resolve(session.cwd, folder), {
    signer: await signerIn(session, "--audit-key", auditKey),
    secret: secretIn(session, "--audit-secret", auditSecret),
    durability: auditSync,
    whenAway: auditWhenAway === "go-on" ? "go on" : "refuse",
    ...(auditKeep === undefined ? {} : { keep: auditKeep }),
    report: ({ kind, text }) => say(`audit log, ${kind}: ${text}`),
  });
  const loss =
    auditSync.sync === "every record"
      ? "each record is on the disk before its call goes on"
      : `a crash loses at most ${durationText(auditSync.ms)} of records`;
  say(`records decisions in ${folder}, which has ${log.size} records: ${loss}`);
  return log;
}

function durabilityOf(text: string): LogOptions["durability"] {
  if (text === "every") return { sync: "every record" };
  const ms = duration("--audit-sync")(text);
  if (ms < 1) throw new UsageError("--audit-sync takes `every`, or a time from 1ms on");
  return { sync: "interval", ms };
}
