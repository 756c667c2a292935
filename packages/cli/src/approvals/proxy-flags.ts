import { resolve } from "node:path";
import type { Command } from "commander";
import { UsageError } from "../exit-codes.ts";
import { duration, wholeNumber } from "../flags.ts";
import type { Session } from "../session.ts";
import type { ApprovalSettings } from "./config.ts";

/** The flags of `policy proxy` that say how calls get the proofs that they lack. */
export interface ApprovalFlags {
  readonly approvals?: string;
  readonly approvalWait?: number;
  readonly approvalMost?: number;
  readonly approvalPage?: string;
  readonly approvalWebhook?: string;
  readonly approvalWebhookSecret?: string;
}

/** Adds them to a command. */
export function withApprovalFlags(command: Command): Command {
  return command
    .option(
      "--approvals <folder>",
      "a folder of this proxy alone, in which `policy approve` answers what others have to approve",
    )
    .option(
      "--approval-wait <duration>",
      "how long a call waits for such an answer; 0s unless said",
      duration("--approval-wait"),
    )
    .option(
      "--approval-most <number>",
      "how many open questions one caller may have; 5 unless said",
      wholeNumber("--approval-most"),
    )
    .option("--approval-page <url>", "the https page where questions are answered, with {id} in it")
    .option("--approval-webhook <url>", "is told of each new question")
    .option("--approval-webhook-secret <file>", "what signs that: `whsec_` and its base64");
}

/** What the flags say. Throws a UsageError where they do not fit each other. */
export function approvalFlags(session: Session, flags: ApprovalFlags): ApprovalSettings {
  const { approvals, approvalWait, approvalMost, approvalPage, approvalWebhook, approvalWebhookSecret } = flags;
  if ((approvalWebhook === undefined) !== (approvalWebhookSecret === undefined)) {
    throw new UsageError("--approval-webhook and --approval-webhook-secret go together");
  }
  if (approvalPage !== undefined && !/^https:\/\/.*\{id\}/.test(approvalPage)) {
    throw new UsageError("--approval-page takes an https URL with {id} in it");
  }
  return {
    ...(approvals === undefined ? {} : { folder: resolve(session.cwd, approvals) }),
    ...(approvalWait === undefined ? {} : { wait: approvalWait }),
    ...(approvalMost === undefined ? {} : { most: approvalMost }),
    ...(approvalPage === undefined ? {} : { page: approvalPage }),
    ...(approvalWebhook === undefined || approvalWebhookSecret === undefined
      ? {}
      : { webhook: { url: approvalWebhook, secret: resolve(session.cwd, approvalWebhookSecret) } }),
  };
}
