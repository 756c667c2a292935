import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { compile } from "@mcpolicy/compiler";
import { printable } from "@mcpolicy/diagnostics";
import { checkPolicy } from "@mcpolicy/language";
import { type Lookalike, lookalikes } from "@mcpolicy/mcp";
import type { CaptureSource } from "@mcpolicy/mcp/capture";
import { Command } from "commander";
import { separateEntries } from "../entries.ts";
import { type ExitCode, exitCodes, UsageError } from "../exit-codes.ts";
import { filesBelow, shownPath } from "../files.ts";
import { several } from "../flags.ts";
import { type Compared, compare, type PinnedServer, pinnedServers } from "../live/compare.ts";
import { isUrl, sourceOfCommand, sourceOfUrl, sourcesIn } from "../live/sources.ts";
import { type Destination, formatOption, report } from "../output.ts";
import { filesAt, policyFiles, projectFolder } from "../paths.ts";
import type { Session } from "../session.ts";

interface Flags {
  readonly check?: boolean;
  readonly policy: readonly string[];
  /** `true` where the command stands behind `--`. */
  readonly from?: string | true;
  readonly format: readonly Destination[];
}

/** `policy pin`: asks servers for their definitions, and renews the pins or says what moved. */
export function pinCommand(session: Session): Command {
  return new Command("pin")
    .argument("[server...]", "servers of the policy; all that are pinned unless named")
    .option("--check", "only compare, and exit with 1 where something moved")
    .option("--policy <path>", "policy, folder or glob; may stand several times", several, [])
    .option(
      "--from [source]",
      "where the servers are: a file such as mcp.json, a URL, or with one server a command after `--`",
    )
    .addOption(formatOption(["text", "json"]))
    .addHelpText(
      "after",
      "\nWithout --from the section `servers` of the nearest mcpolicy.config.json says where they are, as mcp.json does.",
    )
    .addHelpText(
      "after",
      "\nExample: policy pin --check --from -- fs npx -y @modelcontextprotocol/server-filesystem /workspace",
    )
    .action(async (words: readonly string[], flags: Flags) => session.exit(await pin(session, words, flags)));
}

async function pin(session: Session, words: readonly string[], flags: Flags): Promise<ExitCode> {
  const entries = await filesAt(flags.policy, policyFiles, session.cwd);
  if (entries.length === 0) {
    session.err.write("no policy found: there is no *.mcpolicy file here; name one with --policy\n");
    return exitCodes.empty;
  }
  const [names, command] = flags.from === true ? [words.slice(0, 1), words.slice(1)] : [words, []];
  const files = filesBelow(session.cwd);
  const policies = separateEntries(entries, files).map((entry) => checkPolicy([entry], files));
  const servers = wanted(
    pinnedServers(
      policies.flatMap(({ sources }) => [...sources.values()]),
      files,
    ),
    names,
  );
  if (servers.length === 0) {
    session.err.write("the policies pin no server: there is nothing to compare\n");
    return exitCodes.empty;
  }
  const sources = sourcesFor(session, flags.from, command, servers);
  const irs = policies.flatMap(({ policy }) => (policy === undefined ? [] : [compile(policy).policy]));

  const compared: Compared[] = [];
  for (const server of servers) compared.push(await compare(server, sources(server.name), files, irs));
  const alike = lookalikes(
    Object.fromEntries(compared.map(({ name, live }) => [name, live.tools.map((tool) => tool.name)])),
  );
  const isMoved = compared.some(({ moved }) => moved.length > 0);
  if (flags.check !== true) for (const each of compared) if (each.moved.length > 0) renew(session, each);

  report(session, flags.format, {
    text: () =>
      [...compared.map((each) => asText(session, each, flags.check === true)), ...alike.map(alikeText)].join(""),
    json: () => `${JSON.stringify({ servers: compared.map(asJson), lookalikes: alike }, null, 2)}\n`,
  });
  return flags.check === true && isMoved ? exitCodes.findings : exitCodes.fine;
}

function wanted(servers: readonly PinnedServer[], names: readonly string[]): readonly PinnedServer[] {
  const known = [...new Set(servers.map(({ name }) => name))];
  const stranger = names.find((name) => !known.includes(name));
  if (stranger !== undefined) {
    throw new UsageError(`no policy pins a server \`${stranger}\`; they pin ${known.join(", ") || "none"}`);
  }
  return names.length === 0 ? servers : servers.filter(({ name }) => names.includes(name));
}

/** Where each server is. Throws a UsageError where that is not said of one. */
function sourcesFor(
  session: Session,
  from: Flags["from"],
  command: readonly string[],
  servers: readonly PinnedServer[],
): (name: string) => CaptureSource {
  const one = new Set(servers.map(({ name }) => name)).size === 1;
  if (from === true) {
    if (command.length === 0) throw new UsageError("--from needs a file, a URL, or `-- SERVER CMD…`");
    return () => sourceOfCommand(session, command);
  }
  if (from !== undefined && isUrl(from)) {
    if (!one) throw new UsageError("which server is at this URL? name it: policy pin SERVER --from URL");
    const source = sourceOfUrl(from);
    return () => source;
  }
  const config = join(projectFolder(session.cwd), "mcpolicy.config.json");
  if (from === undefined && !existsSync(config)) {
    throw new UsageError("where are the servers? give --from mcp.json, SERVER --from URL, or --from -- SERVER CMD…");
  }
  const path = from ?? shownPath(config, session.cwd);
  const known = sourcesIn(session, path);
  const lacking = servers.find(({ name }) => !known.has(name));
  if (lacking !== undefined) {
    throw new UsageError(
      `${path} does not say where \`${lacking.name}\` is; it has ${[...known.keys()].join(", ") || "no server"}`,
    );
  }
  return (name) => known.get(name) as CaptureSource;
}

function renew(session: Session, { file, live }: Compared): void {
  try {
    writeFileSync(resolve(session.cwd, file), `${JSON.stringify(live, null, 2)}\n`);
  } catch (problem) {
    throw new UsageError(`cannot write ${file}: ${(problem as Error).message}`);
  }
}

function asText(session: Session, { name, file, live, moved }: Compared, isCheck: boolean): string {
  const shown = printable(shownPath(resolve(session.cwd, file), session.cwd));
  const head = `${printable(name)}: ${live.tools.length} tools (protocol ${printable(live.protocolVersion ?? "unknown")})`;
  if (moved.length === 0) return `${head} are as ${shown} has them\n`;
  const count = moved.length === 1 ? "1 definition is" : `${moved.length} definitions are`;
  const lines = [
    `${head}; ${count} not as ${shown} ${isCheck ? "has them" : "had them"}`,
    ...moved.flatMap((each) => [
      `  ${each.what} ${printable(each.name)} ${kinds[each.kind]}`,
      ...each.changes.map(({ kind, text }) => `    ${printable(text)}${marks[kind]}`),
      ...each.rules.map(
        ({ id, place }) =>
          `    touches ${printable(JSON.stringify(id))} at ${printable(place.file)}:${place.line}:${place.column}`,
      ),
    ]),
    isCheck
      ? "  it is hidden and denied until `policy pin` renews the pins: read first what changed"
      : `wrote ${shown}`,
  ];
  return `${lines.join("\n")}\n`;
}

const kinds = { changed: "changed", new: "is new", gone: "is gone" } as const;
const marks = { wider: " (lets in more)", narrower: "", text: "", hint: "", other: "" } as const;

function alikeText({ a, b, how }: Lookalike): string {
  const words = { same: "have one name", confusable: "look alike", near: "differ by a letter or two" } as const;
  return `note: ${printable(`${a.server}.${a.tool}`)} and ${printable(`${b.server}.${b.tool}`)} ${words[how]}: a model may take one for the other\n`;
}

function asJson({ name, file, live, moved }: Compared): object {
  const { protocolVersion, serverInfo, digest } = live;
  return { name, file, ...(protocolVersion === undefined ? {} : { protocolVersion }), serverInfo, digest, moved };
}
