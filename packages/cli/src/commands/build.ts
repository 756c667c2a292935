import { basename, relative, resolve, sep } from "node:path";
import { gzipSync } from "node:zlib";
import { type MappedSource, ModuleError, toModule } from "@mcpolicy/compiler";
import { type Artifact, artifactText } from "@mcpolicy/core";
import { printable } from "@mcpolicy/diagnostics";
import { lacking } from "@mcpolicy/runtime";
import { Command, Option } from "commander";
import { abilitiesNamed, abilityNames } from "../build/host-abilities.ts";
import { readKernel } from "../build/kernel.ts";
import { type ExitCode, exitCodes, UsageError } from "../exit-codes.ts";
import { several } from "../flags.ts";
import { type Ready, readyPolicy } from "../load-policy.ts";
import { projectFolder } from "../paths.ts";
import type { Session } from "../session.ts";
import { type MadeFile, placeFiles, sayPlaced } from "../written-files.ts";

type Format = "esm" | "json";

interface Flags {
  readonly format?: Format;
  readonly target?: Format;
  readonly output?: string;
  readonly name?: string;
  readonly leftToHost: readonly string[];
  readonly check?: boolean;
}

/** `policy build`: a policy as files for those who decide by it. */
export function buildCommand(session: Session): Command {
  return new Command("build")
    .argument("[path...]", "policies, folders or globs; all of them are one policy")
    .addOption(
      new Option(
        "--format <name>",
        "esm: an ES module without dependencies, with types and a source map; json (unless said): the artifact that `loadPolicy` takes",
      ).choices(["esm", "json"]),
    )
    .addOption(new Option("--target <name>", "the same").choices(["esm", "json"]).hideHelp())
    .option("-o, --output <dir>", "write the files below this folder")
    .option("--name <name>", "what the files are called; the policy's name unless said")
    .option(
      "--left-to-host <what>",
      `of a module: what its host carries out where the policy asks for more than decisions: ${abilityNames.join(", ")}`,
      several,
      [],
    )
    .option("--check", "write nothing; exit with 1 where files below -o are not what would be written")
    .addHelpText("after", "\nExample: policy build policies/web --format esm -o dist")
    .action(async (paths: readonly string[], flags: Flags) => session.exit(await build(session, paths, flags)));
}

async function build(session: Session, paths: readonly string[], flags: Flags): Promise<ExitCode> {
  const format = flags.format ?? flags.target ?? "json";
  const { output } = flags;
  if (output === undefined) throw new UsageError("say where to: -o DIR");
  const name = flags.name ?? nameOf(paths, session.cwd);
  if (!/^[\w.-]+$/.test(name)) throw new UsageError(`\`${name}\` is no name for a file: give one with --name`);
  const abilities = abilitiesNamed(flags.leftToHost);

  const ready = await readyPolicy(session, paths);
  if (typeof ready === "number") return ready;
  const { ir: policy, digest } = ready.policy;
  const artifact: Artifact = { mcpolicyArtifact: 1, digest, policy };
  if (format === "esm") {
    // A module keeps no records, so that it keeps nothing in them that it must not.
    const left = lacking(policy, { ...abilities, audit: true });
    if (left.length > 0) return refuse(session, leftToHost(left));
    if (policy.deployment?.audit !== undefined)
      session.err.write(
        "note: a module keeps no records; what `audit` says is for whoever keeps some of its decisions\n",
      );
  }
  try {
    const files = format === "esm" ? await moduleFiles(session, artifact, name, ready, output) : [json(artifact, name)];
    return report(session, files, output, digest, flags.check);
  } catch (problem) {
    if (!(problem instanceof ModuleError)) throw problem;
    return refuse(session, `error: no module can be made of this policy: ${problem.message}`);
  }
}

/** The name of the one policy, or of the folder that they are in. */
function nameOf(paths: readonly string[], cwd: string): string {
  const [only, ...more] = paths;
  const at = only === undefined || more.length > 0 ? projectFolder(cwd) : resolve(cwd, only);
  return basename(at, ".mcpolicy");
}

function json(artifact: Artifact, name: string): MadeFile {
  return { path: `${name}.artifact.json`, text: artifactText(artifact) };
}

async function moduleFiles(
  { cwd }: Session,
  artifact: Artifact,
  name: string,
  { sources }: Ready,
  output: string,
): Promise<readonly MadeFile[]> {
  const mapped = new Map<string, MappedSource>(
    [...sources].map(([file, { text }]) => [
      file,
      { url: addressFrom(resolve(cwd, output), resolve(cwd, file)), text },
    ]),
  );
  const { code, map, declarations } = toModule(artifact, await readKernel(), name, mapped);
  return [
    { path: `${name}.mjs`, text: code },
    { path: `${name}.mjs.map`, text: map },
    { path: `${name}.d.mts`, text: declarations },
  ];
}

/** The address of a file as seen from a file in a folder. */
function addressFrom(folder: string, file: string): string {
  return relative(folder, file).split(sep).map(encodeURIComponent).join("/");
}

function report(
  session: Session,
  files: readonly MadeFile[],
  output: string,
  digest: string,
  isCheck = false,
): ExitCode {
  const placed = placeFiles(session, files, output, isCheck);
  const stale = placed.filter(({ wasThere }) => !wasThere);
  if (isCheck) {
    for (const { shown } of stale)
      session.err.write(`${shown} is not what the policy makes: run \`policy build\` again\n`);
    return stale.length > 0 ? exitCodes.findings : exitCodes.fine;
  }
  sayPlaced(session, placed);
  const [{ text }] = files as readonly [MadeFile];
  const zipped = gzipSync(text, { level: 9 }).length;
  session.out.write(`${Buffer.byteLength(text)} bytes, ${zipped} gzipped; ${digest}\n`);
  return exitCodes.fine;
}

function leftToHost(what: readonly string[]): string {
  return [
    `error[P0605]: a module decides and validates; this policy asks its host for more: ${what.join(", ")}`,
    "  = nothing was written: without it the module would let through what the policy forbids",
    "  help: `--format json` gives an artifact, and @mcpolicy/runtime, which loads it, does its part of this",
    "  help: where the module's host does all of it, say so with `--left-to-host`",
  ].join("\n");
}

function refuse({ err }: Session, why: string): ExitCode {
  err.write(`${why.split("\n").map(printable).join("\n")}\n`);
  return exitCodes.invalid;
}
