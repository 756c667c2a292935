import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, posix, resolve } from "node:path";
import { compile } from "@mcpolicy/compiler";
import { isRecord, type JsonObject, type PinFile, pinFileOf, read, type Value, whyUnreadable } from "@mcpolicy/core";
import { type Diagnostic, diagnosticJson, hasErrors, printable, renderText, Source } from "@mcpolicy/diagnostics";
import { checkPolicy, type Files, readPins } from "@mcpolicy/language";
import { type CaptureSource, capturePins } from "@mcpolicy/mcp/capture";
import { loadPolicy } from "@mcpolicy/runtime";
import { exitCodeOf, runFixture, totalsOf } from "@mcpolicy/testing";
import { Command } from "commander";
import { type ExitCode, exitCodes, UsageError } from "../exit-codes.ts";
import { shownPath } from "../files.ts";
import { draftPolicy, planOf, toolsUsed } from "../init/draft.ts";
import { draftTests } from "../init/draft-tests.ts";
import { isUrl, packageOf, sourceOfCommand, sourceOfUrl, sourcesIn } from "../live/sources.ts";
import { type Destination, formatOption, report } from "../output.ts";
import type { Session } from "../session.ts";

interface Flags {
  /** `true` where the command stands behind `--`. */
  readonly from?: string | true;
  readonly fromTools?: string;
  readonly name?: string;
  readonly root: string;
  readonly dir: string;
  readonly force?: boolean;
  readonly format: readonly Destination[];
}

/** `policy init`: pins a server's tools, and writes a first policy with tests that pass. */
export function initCommand(session: Session): Command {
  return new Command("init")
    .argument("[command...]", "with --from: the server's program and arguments, after `--`")
    .option("--from [source]", "a running server: a command after `--`, a URL, or a file such as mcp.json")
    .option("--from-tools <file>", "what `tools/list` gave, as JSON, or a pin file")
    .option("--name <name>", "what the policy calls the server; by default after its package or file")
    .option("--root <dir>", "the folder that reads stay below, as the server sees it", "/workspace")
    .option("--dir <dir>", "where to write", ".")
    .option("--force", "write over files that are there")
    .addOption(formatOption(["text", "json"]))
    .addHelpText("after", "\nWrites tools/NAME.json, policies/NAME.mcpolicy and policies/NAME.test.yaml.")
    .addHelpText(
      "after",
      "\nExample: policy init --from -- npx -y @modelcontextprotocol/server-filesystem /workspace\nExample: policy init --from-tools tools-list.json --name fs --root /workspace",
    )
    .action(async (command: readonly string[], flags: Flags) => session.exit(await init(session, command, flags)));
}

async function init(session: Session, command: readonly string[], flags: Flags): Promise<ExitCode> {
  const root = read({ kind: "path" }, flags.root, undefined);
  if (typeof root !== "string") {
    throw new UsageError(`--root ${flags.root}: ${whyUnreadable({ kind: "path" }, flags.root, undefined)}`);
  }
  const found = await takeFrom(session, command, flags);
  if (typeof found === "number") return found;
  const { pins: taken, from } = found;
  if (taken.tools.length === 0) {
    session.err.write(`${printable(from)} lists no tools: there is nothing to write a policy for\n`);
    return exitCodes.empty;
  }

  const pinText = `${JSON.stringify(taken, null, 2)}\n`;
  const server = serverName(flags.name, from, taken, pinText);
  const paths = {
    pins: posix.join("tools", `${server}.json`),
    policy: posix.join("policies", `${server}.mcpolicy`),
    tests: posix.join("policies", `${server}.test.yaml`),
  };
  const folder = resolve(session.cwd, flags.dir);
  const taker = Object.values(paths).find((path) => existsSync(join(folder, path)));
  if (taker !== undefined && !flags.force) {
    throw new UsageError(`${shownPath(join(folder, taker), session.cwd)} is there already; --force writes over it`);
  }

  const plan = planOf(taken, server, root);
  const policyText = draftPolicy(plan, posix.join("..", paths.pins));
  const drafted = new Map([
    [paths.pins, pinText],
    [paths.policy, policyText],
  ]);
  const { policy, diagnostics, sources } = checkPolicy([paths.policy], inMemory(drafted));
  if (policy === undefined) throw bug("policy", renderText(diagnostics, sources, { color: false }));
  drafted.set(paths.tests, draftTests(plan, loadPolicy(compile(policy)), `${server}.mcpolicy`));
  const run = runFixture(paths.tests, inMemory(drafted));
  const totals = totalsOf([run]);
  if (exitCodeOf(totals) !== exitCodes.fine)
    throw bug("tests", renderText(run.diagnostics, run.sources, { color: false }));

  for (const [path, text] of drafted) save(join(folder, path), text);
  const counts = {
    tools: plan.tools.length,
    read: toolsUsed(plan, "read").length,
    denied: toolsUsed(plan, "change").length,
    undecided: toolsUsed(plan, "unclear").length,
    tests: totals.passed,
  };
  const written = [...drafted.keys()].map((path) => shownPath(join(folder, path), session.cwd));
  report(session, flags.format, {
    text: () =>
      [
        `${counts.tools} tools: ${counts.read} that readers may use, ${counts.denied} denied, ${counts.undecided} left for you to decide`,
        `wrote ${written.map(printable).join(", ")}`,
        `${counts.tests} tests pass; next: policy test ${printable(written.at(-1)!)}`,
        "",
      ].join("\n"),
    json: () =>
      `${JSON.stringify({ server, written, counts, diagnostics: diagnostics.map((each: Diagnostic) => diagnosticJson(each, sources)) }, null, 2)}\n`,
  });
  return exitCodes.fine;
}

/** What a policy is written for: its pins, and where they came from, for people. */
interface Found {
  readonly pins: PinFile;
  readonly from: string;
}

/** The pins of a running server, or of a file; or the exit code, after standard error was told what is wrong. */
async function takeFrom(session: Session, command: readonly string[], flags: Flags): Promise<Found | ExitCode> {
  const { from, fromTools } = flags;
  if ((from === undefined) === (fromTools === undefined)) {
    throw new UsageError("where is the server? give --from -- CMD…, --from URL, --from mcp.json, or --from-tools FILE");
  }
  if (from !== true && command.length > 0) {
    throw new UsageError("a command stands behind `--from --`, and nothing else does");
  }
  if (fromTools !== undefined) {
    const pins = takePins(session, fromTools);
    return typeof pins === "number" ? pins : { pins, from: fromTools };
  }
  const { source, name } = sourceFrom(session, from as string | true, command, flags.name);
  const origin = "command" in source ? packageOf(source) : {};
  const pins = await capturePins({ ...source, ...origin }).catch((problem: Error) => {
    throw new UsageError(`cannot ask the server: ${problem.message}`);
  });
  session.err.write(
    `connected: ${pins.tools.length} tools (protocol ${printable(pins.protocolVersion ?? "unknown")})\n`,
  );
  return { pins: pins.package === "unknown" ? { ...pins, package: name } : pins, from: name };
}

/** Where a running server is, and what it is called there. */
function sourceFrom(
  session: Session,
  from: string | true,
  command: readonly string[],
  asked: string | undefined,
): { readonly source: CaptureSource; readonly name: string } {
  if (from === true) {
    const [program] = command;
    if (program === undefined) throw new UsageError("--from needs a command after `--`, a URL or a file");
    return { source: sourceOfCommand(session, command), name: program };
  }
  if (isUrl(from)) return { source: sourceOfUrl(from), name: new URL(from).hostname };
  const known = sourcesIn(session, from);
  const names = [...known.keys()];
  const name = asked !== undefined && known.has(asked) ? asked : names.length === 1 ? names[0] : undefined;
  if (name === undefined) {
    throw new UsageError(`which server of ${from} is it? give --name with one of: ${names.join(", ") || "none"}`);
  }
  return { source: known.get(name) as CaptureSource, name };
}

/** The pins that a file holds or can be made of; or the exit code, after standard error was told what is wrong. */
function takePins(session: Session, path: string): PinFile | ExitCode {
  let text: string;
  try {
    text = readFileSync(resolve(session.cwd, path), "utf8");
  } catch (problem) {
    throw new UsageError(`cannot read ${path}: ${(problem as Error).message}`);
  }
  const refuse = (why: string): ExitCode => {
    session.err.write(`error: ${printable(path)} is no list of tools: ${printable(why)}\n`);
    return exitCodes.invalid;
  };
  let json: Value;
  try {
    json = JSON.parse(text) as Value;
  } catch (problem) {
    return refuse((problem as Error).message);
  }
  if (isRecord(json) && Object.hasOwn(json, "mcpolicyPins")) {
    const source = new Source(path, text);
    const { pins, diagnostics } = readPins(source);
    if (pins !== undefined && !hasErrors(diagnostics)) return pins;
    session.err.write(renderText(diagnostics, new Map([[path, source]]), { color: session.err.color }));
    return exitCodes.invalid;
  }
  const listing = listingIn(json);
  if (listing === undefined) return refuse('it should hold { "tools": [ … ] }, as a server answers `tools/list`');
  const { package: name, version, license, serverInfo, protocolVersion } = listing;
  try {
    return pinFileOf(
      {
        ...(isRecord(serverInfo) ? { serverInfo } : {}),
        ...(typeof protocolVersion === "string" ? { protocolVersion } : {}),
        tools: records(listing["tools"]),
        resources: records(listing["resources"]),
        resourceTemplates: records(listing["resourceTemplates"]),
        prompts: records(listing["prompts"]),
      },
      { package: textOr(name, "unknown"), version: textOr(version, "unknown"), license: textOr(license, "unknown") },
    );
  } catch (problem) {
    if (problem instanceof TypeError) return refuse(problem.message);
    throw problem;
  }
}

/** A listing as it is, inside of a JSON-RPC answer, or as the bare list of tools. */
function listingIn(json: Value): JsonObject | undefined {
  if (Array.isArray(json)) return { tools: json };
  if (!isRecord(json)) return undefined;
  if (isRecord(json["result"])) return listingIn(json["result"]);
  return Array.isArray(json["tools"]) ? json : undefined;
}

function records(list: Value | undefined): readonly JsonObject[] {
  if (list === undefined) return [];
  if (!Array.isArray(list) || !list.every(isRecord)) throw new TypeError("a list in it does not hold definitions");
  return list;
}

function textOr(value: Value | undefined, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}

/** A name that the language takes: the one asked for, or one made of the package's or the file's. */
function serverName(asked: string | undefined, source: string, pins: PinFile, pinText: string): string {
  const isTaken = (name: string): boolean => {
    const files = inMemory(
      new Map([
        ["p", `mcpolicy 1\nserver ${name} from "t"\n`],
        ["t", pinText],
      ]),
    );
    return !/^[A-Za-z_]\w*(-\w+)*$/.test(name) || checkPolicy(["p"], files).policy === undefined;
  };
  if (asked !== undefined) {
    if (isTaken(asked)) throw new UsageError(`--name ${asked}: the language does not take this as a server's name`);
    return asked;
  }
  const from = pins.package === "unknown" ? basename(source).replace(/\..*$/, "") : pins.package;
  const words = from
    .replace(/^.*(\/|__)/, "")
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== "" && !["mcp", "server", "tools", "list"].includes(word));
  const name = words.join("-").toLowerCase();
  const found = [name, `server-${name}`, "server-1"].find((each) => !isTaken(each));
  if (found === undefined) throw new UsageError("give the server a name with --name");
  return found;
}

function inMemory(texts: ReadonlyMap<string, string>): Files {
  return {
    read: (path) => texts.get(path),
    join: (from, path) => posix.join(posix.dirname(from), path),
  };
}

function bug(what: string, details: string): Error {
  return new Error(`the ${what} that init drafted do not hold; nothing was written\n${details}`);
}

function save(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } catch (problem) {
    throw new UsageError(`cannot write ${path}: ${(problem as Error).message}`);
  }
}
