import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Command } from "commander";
import { bytesOf, verifiersOf, withKeys } from "../audit/keys.ts";
import { withLog } from "../audit/with-log.ts";
import { configAt } from "../config/read-config.ts";
import {
  type Deployment,
  demandsIn,
  movedServers,
  skillsBelow,
  testsBelow,
  writtenIsolation,
} from "../doctor/deployment.ts";
import { checklist } from "../doctor/index.ts";
import { type LogSeen, seeLog } from "../doctor/log.ts";
import { type Checked, countsOf, jsonReport, markdownReport, textReport } from "../doctor/report.ts";
import { type ExitCode, exitCodes, UsageError } from "../exit-codes.ts";
import { shownPath } from "../files.ts";
import { several } from "../flags.ts";
import { configPath, configuredIsolation } from "../isolate/configured.ts";
import { readyPolicy } from "../load-policy.ts";
import { type Destination, formatOption, report } from "../output.ts";
import { projectFolder } from "../paths.ts";
import type { Session } from "../session.ts";

interface Flags {
  readonly config?: string;
  readonly log?: string;
  readonly key: readonly string[];
  readonly checkpoint: readonly string[];
  readonly live?: boolean;
  readonly skills?: string;
  readonly strict?: boolean;
  readonly format: readonly Destination[];
}

/** `policy doctor`: the guide's production checklist, held against a deployment. */
export function doctorCommand(session: Session): Command {
  return withKeys(new Command("doctor"))
    .argument("[path...]", "policies, folders or globs; all of them are one policy")
    .option("--config <file>", "the configuration; else the nearest mcpolicy.config.json")
    .option("--log <dir>", "the audit log; else that of the configuration")
    .option("--checkpoint <file>", "a checkpoint of the log that was kept apart; may stand several times", several, [])
    .option("--live", "ask the servers of the configuration's section `servers` whether they are as pinned")
    .option("--skills <dir>", "where skills lie; else the project's folder")
    .option("--strict", "exit with 1 also where something could be better or was not checked")
    .addOption(formatOption(["text", "json", "markdown"]))
    .addHelpText("after", "\nExample: policy doctor policies/web --format markdown=checklist.md")
    .action(async (paths: readonly string[], flags: Flags) =>
      session.exit(await withLog(session, () => doctor(session, paths, flags))),
    );
}

async function doctor(session: Session, given: readonly string[], flags: Flags): Promise<ExitCode> {
  const at = configPath(session, flags.config);
  const path = resolve(session.cwd, at);
  const config = existsSync(path) || flags.config !== undefined ? configAt(session, at) : {};
  if (typeof config === "number") return config;
  const here = (file: string): string => shownPath(resolve(dirname(path), file), session.cwd) || ".";
  const paths = given.length > 0 ? given : (config.policies ?? []).map(here);
  const ready = await readyPolicy(session, paths);
  if (typeof ready === "number") return ready;
  const { ir, digest } = ready.policy;
  const names = ir.servers.map(({ name }) => name);
  const configured = configuredIsolation(session, flags.config, names);
  if (typeof configured === "number") return configured;
  const { settingsFor, target, folder } = configured;
  const settings = settingsFor(folder ?? session.cwd);
  const log = await logOf(session, flags, config.proxy?.audit && here(config.proxy.audit.folder));
  const deployment: Deployment = {
    checked: ready.checked,
    ir,
    digest,
    findings: ready.diagnostics,
    demands: demandsIn(ir),
    proxy: config.proxy,
    tests: await testsBelow(session, paths),
    isolation: {
      settings,
      written:
        target === undefined || folder === undefined
          ? undefined
          : writtenIsolation(ready, settings, target, folder, session.cwd),
    },
    log,
    moved: flags.live ? await movedServers(session, ready, configPath(session, flags.config)) : undefined,
    skills: await skillsBelow(flags.skills ?? projectFolder(session.cwd), session.cwd),
  };
  const all = checklist.map((check): Checked => ({ check, verdict: check.run(deployment) }));
  const subject = {
    files: ready.checked.sources.map(({ name }) => name).filter((name) => name.endsWith(".mcpolicy")),
    digest,
  };
  report(session, flags.format, {
    text: () => textReport(subject, all),
    json: () => jsonReport(subject, all),
    markdown: () => markdownReport(subject, all),
  });
  const { fails, advice, unchecked } = countsOf(all);
  return fails > 0 || (flags.strict && advice + unchecked > 0) ? exitCodes.findings : exitCodes.fine;
}

/** The log that is named, else that of the configuration, where it is there. */
async function logOf(session: Session, flags: Flags, configured: string | undefined): Promise<LogSeen | undefined> {
  if (flags.log !== undefined) return logAt(session, flags.log, flags);
  if (configured === undefined || !existsSync(resolve(session.cwd, configured))) return undefined;
  return logAt(session, configured, flags);
}

async function logAt(session: Session, folder: string, { key, checkpoint }: Flags): Promise<LogSeen> {
  const kept = checkpoint.map((name) => ({ name, bytes: bytesOf(session, "--checkpoint", name) }));
  const seen = await seeLog(resolve(session.cwd, folder), { trusted: await verifiersOf(session, key), kept });
  if (seen === undefined) throw new UsageError(`--log: there is no log in ${folder}`);
  return seen;
}
