import { resolve } from "node:path";
import {
  type IsolationSettings,
  type NetworkFile,
  type NetworkTarget,
  networkTargets,
  serverSettings,
  toNetwork,
} from "@mcpolicy/compiler";
import { type Diagnostic, printable, renderText, suggest } from "@mcpolicy/diagnostics";
import { Command, Option } from "commander";
import { type ExitCode, exitCodes, UsageError } from "../exit-codes.ts";
import { several } from "../flags.ts";
import { configuredIsolation } from "../isolate/configured.ts";
import { isolationNotes } from "../isolate/notes.ts";
import { readyPolicy } from "../load-policy.ts";
import type { Session } from "../session.ts";
import { placeFiles, sayPlaced } from "../written-files.ts";

interface Flags {
  readonly target?: NetworkTarget;
  readonly output?: string;
  readonly config?: string;
  readonly image: readonly string[];
  readonly runtime?: string;
  readonly check?: boolean;
}

/** `policy isolate`: each server of a policy by itself, as files for containers or a cluster. */
export function isolateCommand(session: Session): Command {
  return new Command("isolate")
    .argument("[path...]", "policies, folders or globs; all of them are one policy")
    .addOption(targetOption("--target <name>", "what to make files for"))
    .addOption(targetOption("--format <name>", "the same").hideHelp())
    .option(
      "-o, --output <dir>",
      "write the files below this folder; without it, and without `isolate.output`, they are shown",
    )
    .option("--config <file>", "the settings: section `isolate` of this file, else of the nearest mcpolicy.config.json")
    .option("--image <server=image>", "the image of a server; may stand several times", several, [])
    .option("--runtime <name>", "of all servers that have none of their own: gvisor, kata, or its name on the platform")
    .option("--check", "write nothing; exit with 1 where files below -o are not what would be written")
    .addHelpText("after", "\nExample: policy isolate policies/web --target compose -o deploy")
    .action(async (paths: readonly string[], { format, ...flags }: Flags & { readonly format?: NetworkTarget }) =>
      session.exit(await isolate(session, paths, format === undefined ? flags : { ...flags, target: format })),
    );
}

function targetOption(flags: string, description: string): Option {
  const option = new Option(flags, `${description}: ${networkTargets.join(", ")}`);
  return option.argParser((value): NetworkTarget => {
    const target = networkTargets.find((each) => each === value);
    if (target !== undefined) return target;
    const near = suggest(value, networkTargets);
    const hint = near === undefined ? "" : `; did you mean \`${near}\`?`;
    throw new UsageError(`\`${value}\` is none of ${networkTargets.join(", ")}${hint}`);
  });
}

async function isolate(session: Session, paths: readonly string[], flags: Flags): Promise<ExitCode> {
  const ready = await readyPolicy(session, paths);
  if (typeof ready === "number") return ready;
  const policy = ready.policy.ir;
  const names = policy.servers.map(({ name }) => name);
  const configured = configuredIsolation(session, flags.config, names);
  if (typeof configured === "number") return configured;
  const target = flags.target ?? configured.target;
  if (target === undefined) throw new UsageError(`say what for: --target ${networkTargets.join(" or ")}`);
  const output = flags.output ?? configured.folder;
  if (flags.check && output === undefined) throw new UsageError("--check needs the folder that is checked: -o DIR");

  const folder = resolve(session.cwd, output ?? ".");
  const settings = withFlags(configured.settingsFor(folder), flags, names);
  const files = toNetwork(policy, target, settings);
  const findings = ready.diagnostics.filter(({ code }) => networkCodes.includes(code));
  session.err.write(renderText(findings, ready.sources, { color: session.err.color }));
  for (const note of isolationNotes(policy, target, settings)) session.err.write(`note: ${printable(note)}\n`);

  const isStale = output === undefined ? show(session, files) : place(session, files, output, flags.check);
  const hasWarnings = findings.some(({ severity }) => severity === "warning");
  return isStale || hasWarnings ? exitCodes.findings : exitCodes.fine;
}

/** Findings about networks that are shown with the files: open ones, URLs outside, hosts that nothing leads to. */
const networkCodes: readonly Diagnostic["code"][] = ["P0441", "P0443", "P0444"];

function withFlags(settings: IsolationSettings, flags: Flags, servers: readonly string[]): IsolationSettings {
  const own = { ...settings.servers };
  for (const given of flags.image) {
    const [, server = "", image] = /^([^=]+)=(\S+)$/.exec(given) ?? [];
    if (image === undefined) throw new UsageError(`--image takes SERVER=IMAGE, not \`${given}\``);
    if (!servers.includes(server)) {
      const near = suggest(server, servers);
      throw new UsageError(
        `--image: the policy has no server \`${server}\`${near === undefined ? "" : `; did you mean \`${near}\`?`}`,
      );
    }
    own[server] = { ...serverSettings(settings, server), image };
  }
  return { ...settings, servers: own, runtime: flags.runtime ?? settings.runtime };
}

/** All files as one text to read. */
function show(session: Session, files: readonly NetworkFile[]): false {
  for (const { path, text } of files) {
    session.out.write(`${files.length === 1 ? "" : `# ======== ${path}\n`}${text}`);
  }
  if (files.length > 1) session.err.write("note: these are several files; -o DIR writes them\n");
  return false;
}

/** Writes the files, or says which are not as they would be written. */
function place(session: Session, files: readonly NetworkFile[], output: string, isCheck = false): boolean {
  const placed = placeFiles(session, files, output, isCheck);
  const stale = placed.filter(({ wasThere }) => !wasThere);
  if (!isCheck) {
    sayPlaced(session, placed);
    return false;
  }
  for (const { shown } of stale) {
    session.err.write(`${shown} is not what the policy and its settings make: run \`policy isolate\` again\n`);
  }
  return stale.length > 0;
}
