import { defaultStateBounds, durationText } from "@mcpolicy/core";
import {
  type Diagnostic,
  diagnosticJson,
  hasErrors,
  printable,
  renderGithub,
  renderText,
  type Source,
} from "@mcpolicy/diagnostics";
import { checkPolicy } from "@mcpolicy/language";
import { Command } from "commander";
import { type Census, census, type MemoryCensus, type ServerCensus } from "../census.ts";
import { separateEntries } from "../entries.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { filesBelow } from "../files.ts";
import { allowEmptyFlag, wholeNumber } from "../flags.ts";
import { type Destination, formatOption, report } from "../output.ts";
import { filesAt, policyFiles } from "../paths.ts";
import type { Session } from "../session.ts";

interface Flags {
  readonly format: readonly Destination[];
  readonly maxWarnings?: number;
  readonly allowEmpty?: boolean;
}

/** `policy check`: parse, resolve, type-check, lint, and a report of what the policies speak of. */
export function checkCommand(session: Session): Command {
  return new Command("check")
    .argument("[path...]", "policies, folders or globs")
    .option("--max-warnings <n>", "exit with 1 where there are more warnings", wholeNumber("--max-warnings"))
    .option(...allowEmptyFlag)
    .addOption(formatOption(["text", "json", "github"]))
    .addHelpText("after", "\nA file that another given file imports is checked as a part of that one.")
    .addHelpText("after", "\nExample: policy check policies --max-warnings 0")
    .action(async (paths: readonly string[], flags: Flags) => session.exit(await check(session, paths, flags)));
}

interface Checked {
  readonly entry: string;
  /** Undefined where the policy has errors. */
  readonly census: Census | undefined;
}

async function check(session: Session, paths: readonly string[], flags: Flags): Promise<ExitCode> {
  const found = await filesAt(paths, policyFiles, session.cwd);
  if (found.length === 0) {
    session.err.write("no policy found: there is no *.mcpolicy file here\n");
    return flags.allowEmpty ? exitCodes.fine : exitCodes.empty;
  }

  const files = filesBelow(session.cwd);
  const sources = new Map<string, Source>();
  // Two policies that import one file report its mistakes once.
  const diagnostics = new Map<string, Diagnostic>();
  const policies: Checked[] = [];
  for (const entry of separateEntries(found, files)) {
    const result = checkPolicy([entry], files, { now: Date.now() });
    for (const [name, source] of result.sources) sources.set(name, source);
    for (const each of result.diagnostics) diagnostics.set(JSON.stringify(each), each);
    policies.push({ entry, census: result.policy === undefined ? undefined : census(result.policy) });
  }

  const all = [...diagnostics.values()];
  const count = (severity: string): number => all.filter((each) => each.severity === severity).length;
  const summary = { policies: policies.length, errors: count("error"), warnings: count("warning") };
  report(session, flags.format, {
    text: ({ color }) =>
      [renderText(all, sources, { color }), policies.map(asText).join("")].filter((part) => part !== "").join("\n"),
    json: () =>
      `${JSON.stringify({ summary, diagnostics: all.map((each) => diagnosticJson(each, sources)), policies: policies.map(({ entry, census }) => ({ entry, ...(census ?? { invalid: true }) })) }, null, 2)}\n`,
    github: () => renderGithub(all, sources),
  });

  if (hasErrors(all)) return exitCodes.invalid;
  return summary.warnings > (flags.maxWarnings ?? Number.POSITIVE_INFINITY) ? exitCodes.findings : exitCodes.fine;
}

function asText({ entry, census }: Checked): string {
  if (census === undefined) return `${printable(entry)}: invalid, nothing can be built from it\n`;
  const { allow, deny, shadow } = census.rules;
  const lines = [
    `${printable(entry)}: ${counted(allow, "allow")}, ${counted(deny, "deny", "denies")}${shadow === 0 ? "" : `, ${shadow} in shadow`}, ${counted(census.roles.length, "role")}`,
    ...census.servers.map(serverLine),
  ];
  if (census.unprovedAsserts > 0) lines.push(`  ${counted(census.unprovedAsserts, "assert")}, not proved yet`);
  return [...lines, ...memoryLines(census.memory)].map((line) => `${line}\n`).join("");
}

const { calls: mostCalls, takes: mostTakes, labels: mostLabels } = defaultStateBounds;
const mostInMemory = `in memory at most ${mostCalls.toLocaleString("en")} calls, ${mostTakes.toLocaleString("en")} takes of limits and ${mostLabels.toLocaleString("en")} labels, of all callers together`;

/** Nothing for a policy that decides each request by itself. */
function memoryLines({ calls, limits, labels, isMonotoneOverRequests }: MemoryCensus): readonly string[] {
  const parts = [
    ...(calls === undefined ? [] : [`calls of the last ${durationText(calls)}`]),
    ...(limits === undefined ? [] : [`what limits gave out in the last ${durationText(limits)}`]),
    ...(labels === undefined ? [] : [`labels until ${durationText(labels)} after an answer`]),
  ];
  return [
    ...(parts.length === 0 ? [] : [`  remembers ${parts.join(", ")}`, `  ${mostInMemory}`]),
    ...(isMonotoneOverRequests
      ? []
      : ["  a call that is denied may let a later request pass, since rules look at what was let through"]),
  ];
}

function serverLine(server: ServerCensus): string {
  const name = printable(server.name);
  if (server.untyped) return `  server ${name}: untyped, so its tools are not known here`;
  const all = server.tools + server.prompts;
  const allowed = all - server.unmentioned.length - server.allowedToNobody.length;
  const prompts = server.prompts === 0 ? "" : ` and ${counted(server.prompts, "prompt")}`;
  const unmentioned = server.unmentioned.length === 0 ? "" : `, ${server.unmentioned.length} in no rule`;
  return `  server ${name}: ${counted(server.tools, "tool")}${prompts}, of which ${allowed} allowed to somebody${unmentioned}`;
}

function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
