import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Principal } from "@mcpolicy/core";
import { printable } from "@mcpolicy/diagnostics";
import { SettingsError } from "@mcpolicy/identity";
import { environmentCredentials } from "@mcpolicy/identity/node";
import type { Answering } from "@mcpolicy/mcp";
import type { Command } from "commander";
import {
  type AuthenticatorFlags,
  authenticatorFrom,
  takesTokens,
  withAuthenticatorFlags,
} from "../authenticator-flags.ts";
import { configAt } from "../config/read-config.ts";
import { type ExitCode, exitCodes, UsageError } from "../exit-codes.ts";
import { shownPath } from "../files.ts";
import { several } from "../flags.ts";
import { type Ready, readyPolicy } from "../load-policy.ts";
import { type Destination, formatOption } from "../output.ts";
import { projectFolder } from "../paths.ts";
import { type ApproverSettings, approverSettingsOf } from "../proxy/settings.ts";
import { requestOf, strangers } from "../request-flags.ts";
import type { Session } from "../session.ts";
import { withSettings } from "../settings.ts";
import { type OpenStore, openStore, type StorePlace } from "./store.ts";

/** The flags of each `policy approve …`. */
export interface ApproverFlags extends AuthenticatorFlags {
  readonly config?: string;
  readonly approvals?: string;
  readonly redis?: string;
  readonly redisName?: string;
  readonly redisPrefix?: string;
  readonly policy: readonly string[];
  readonly as?: string;
  readonly format: readonly Destination[];
}

/** Adds them to a command. */
export function withApproverFlags(command: Command): Command {
  return withAuthenticatorFlags(command)
    .option("--config <file>", "what flags leave out; the nearest mcpolicy.config.json unless said")
    .option("--approvals <folder>", "the folder that `policy proxy --approvals` asks in")
    .option(
      "--redis <variable>",
      "the environment variable that holds the URL of the Redis or Valkey that instances share",
    )
    .option("--redis-name <name>", "what their state is kept under there")
    .option("--redis-prefix <prefix>", "before all keys; `mcpolicy` unless said")
    .option("--policy <path>", "policy, folder or glob; all of them are one policy", several, [])
    .option("--as <approver>", "who answers, unverified, for development: id=lead@example.com,roles=lead")
    .addOption(formatOption(["text", "json"]))
    .addHelpText(
      "after",
      "\nThe approver's token is taken from MCPOLICY_TOKEN or MCPOLICY_TOKEN_FILE, and verified as callers' tokens are.",
    );
}

/** Whoever answers, and where. */
export interface Approver {
  readonly answering: Answering;
  readonly by: Principal;
}

/** What an approver does; or the exit code, after standard error was told why nobody is known to answer. */
export function asApprover(
  session: Session,
  flags: ApproverFlags,
  action: (approver: Approver) => Promise<ExitCode>,
): Promise<ExitCode> {
  return withSettings(session, async () => {
    const settings = configured(session, flags);
    if (typeof settings === "number") return settings;
    const ready = await readyPolicy(session, flags.policy.length > 0 ? flags.policy : (settings?.policies ?? []));
    if (typeof ready === "number") return ready;
    const identify = identifying(session, flags, settings, ready);
    const store = await openStore(placeOf(session, flags, settings));
    try {
      const by = await identify(store);
      if (by === undefined) return exitCodes.findings;
      return await action({ answering: { approvals: store.approvals, policy: ready.policy.ir }, by });
    } catch (problem) {
      if (problem instanceof UsageError || problem instanceof SettingsError) throw problem;
      session.err.write(`error: the questions cannot be read or answered: ${printable((problem as Error).message)}\n`);
      return exitCodes.findings;
    } finally {
      await store.close();
    }
  });
}

/** What the configuration says, where one counts. */
function configured(session: Session, { config }: ApproverFlags): ApproverSettings | undefined | ExitCode {
  const path =
    config === undefined ? join(projectFolder(session.cwd), "mcpolicy.config.json") : resolve(session.cwd, config);
  if (config === undefined && !existsSync(path)) return undefined;
  const read = configAt(session, shownPath(path, session.cwd));
  return typeof read === "number" ? read : approverSettingsOf(session, path, read);
}

function placeOf(session: Session, flags: ApproverFlags, settings: ApproverSettings | undefined): StorePlace {
  const { approvals, redis: variable, redisName: name, redisPrefix: prefix } = flags;
  if (approvals !== undefined && variable !== undefined)
    throw new UsageError("either --approvals or --redis, not both");
  if (approvals !== undefined) return { kind: "folder", folder: resolve(session.cwd, approvals) };
  if (variable !== undefined) {
    const url = session.env[variable] ?? "";
    if (!/^rediss?:\/\//.test(url)) {
      throw new UsageError(`--redis: the variable ${variable} holds no redis:// or rediss:// URL`);
    }
    if (name === undefined) throw new UsageError("--redis needs --redis-name, what the state is kept under");
    return { kind: "redis", url, name, prefix };
  }
  if (settings?.approvals.folder !== undefined) return { kind: "folder", folder: settings.approvals.folder };
  if (settings?.state !== undefined) return { kind: "redis", ...settings.state };
  throw new UsageError("where do the questions stand? give --approvals FOLDER, or --redis VARIABLE with --redis-name");
}

/** How it is found out who answers. Throws a UsageError where it could not be. */
function identifying(
  session: Session,
  flags: ApproverFlags,
  settings: ApproverSettings | undefined,
  { checked, policy }: Ready,
): (store: OpenStore) => Promise<Principal | undefined> {
  if (flags.as !== undefined) {
    if (takesTokens(flags))
      throw new UsageError("either --as or a token: --keys and --development-clients verify who answers");
    const request = requestOf({ policy: [], as: flags.as, sampling: "" }, checked, session.cwd);
    for (const stranger of strangers(request, checked).filter((each) => each.includes("role"))) {
      session.err.write(`note: ${printable(stranger)}\n`);
    }
    session.err.write("note: nothing proves who answers, as --as says: for development only\n");
    return async () => request.principal;
  }
  const caller = settings?.caller;
  const tokens = takesTokens(flags) ? flags : caller?.kind === "tokens" ? caller.flags : undefined;
  if (tokens === undefined) {
    throw new UsageError(
      "who answers? give --keys or --development-clients for a token, or --as id=lead@example.com,roles=lead (for development)",
    );
  }
  return async ({ revocations }) => {
    const authenticator = await authenticatorFrom(tokens, policy.ir, session, "stdio", revocations);
    const found = await authenticator.authenticate(environmentCredentials(session.env)(), Date.now());
    if (found.kind === "authenticated") return found.principal;
    const why = found.detail || "there is no token in MCPOLICY_TOKEN or MCPOLICY_TOKEN_FILE";
    session.err.write(`error: nobody is known to answer: ${printable(why)}\n`);
    return undefined;
  };
}
