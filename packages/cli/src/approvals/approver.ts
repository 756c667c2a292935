import type { Principal } from "@mcpolicy/core";
import { printable } from "@mcpolicy/diagnostics";
import { SettingsError } from "@mcpolicy/identity";
import { environmentCredentials } from "@mcpolicy/identity/node";
import type { Answering } from "@mcpolicy/mcp";
import type { Command } from "commander";
import { type AuthenticatorFlags, authenticatorFrom, withAuthenticatorFlags } from "../authenticator-flags.ts";
import { type ExitCode, exitCodes, UsageError } from "../exit-codes.ts";
import { several } from "../flags.ts";
import { type Ready, readyPolicy } from "../load-policy.ts";
import { type Destination, formatOption } from "../output.ts";
import { requestOf, strangers } from "../request-flags.ts";
import type { Session } from "../session.ts";
import { openStore, type StoreFlags, withStoreFlags } from "./store.ts";

/** The flags of each `policy approve …`. */
export interface ApproverFlags extends StoreFlags, AuthenticatorFlags {
  readonly policy: readonly string[];
  readonly as?: string;
  readonly format: readonly Destination[];
}

/** Adds them to a command. */
export function withApproverFlags(command: Command): Command {
  return withAuthenticatorFlags(withStoreFlags(command))
    .option("--policy <path>", "policy, folder or glob; all of them are one policy", several, [])
    .option("--as <approver>", "who answers, unverified, for development: id=lead@example.com,roles=lead")
    .addOption(formatOption(["text", "json"]))
    .addHelpText(
      "after",
      "\nThe approver's token is taken from MCPOLICY_TOKEN or MCPOLICY_TOKEN_FILE, and verified by --keys or --development-clients.",
    );
}

/** Whoever answers, and where. */
export interface Approver {
  readonly answering: Answering;
  readonly by: Principal;
}

/** What an approver does; or the exit code, after standard error was told why nobody is known to answer. */
export async function asApprover(
  session: Session,
  flags: ApproverFlags,
  action: (approver: Approver) => Promise<ExitCode>,
): Promise<ExitCode> {
  try {
    const ready = await readyPolicy(session, flags.policy);
    if (typeof ready === "number") return ready;
    const by = await approverOf(session, flags, ready);
    if (by === undefined) return exitCodes.findings;
    const { approvals, close } = await openStore(session, flags);
    try {
      return await action({ answering: { approvals, policy: ready.policy.ir }, by });
    } catch (problem) {
      if (problem instanceof UsageError) throw problem;
      session.err.write(`error: the questions cannot be read or answered: ${printable((problem as Error).message)}\n`);
      return exitCodes.findings;
    } finally {
      await close();
    }
  } catch (problem) {
    if (!(problem instanceof SettingsError)) throw problem;
    session.err.write(`error: ${printable(problem.message)}\n`);
    return exitCodes.invalid;
  }
}

async function approverOf(
  session: Session,
  flags: ApproverFlags,
  { checked, policy }: Ready,
): Promise<Principal | undefined> {
  const isVerified = flags.keys.length > 0 || flags.developmentClients !== undefined;
  if (flags.as !== undefined) {
    if (isVerified) throw new UsageError("either --as or a token: --keys and --development-clients verify who answers");
    const request = requestOf({ policy: [], as: flags.as, sampling: "" }, checked, session.cwd);
    for (const stranger of strangers(request, checked).filter((each) => each.includes("role"))) {
      session.err.write(`note: ${printable(stranger)}\n`);
    }
    session.err.write("note: nothing proves who answers, as --as says: for development only\n");
    return request.principal;
  }
  if (!isVerified) {
    throw new UsageError(
      "who answers? give --keys or --development-clients for a token, or --as id=lead@example.com,roles=lead (for development)",
    );
  }
  const authenticator = await authenticatorFrom(flags, policy.ir, session, "stdio");
  const found = await authenticator.authenticate(environmentCredentials(session.env)(), Date.now());
  if (found.kind === "authenticated") return found.principal;
  session.err.write(
    `error: nobody is known to answer: ${printable(found.detail || "there is no token in MCPOLICY_TOKEN or MCPOLICY_TOKEN_FILE")}\n`,
  );
  return undefined;
}
