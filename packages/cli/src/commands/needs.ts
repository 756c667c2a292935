import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { durationText } from "@mcpolicy/core";
import { printable, suggest } from "@mcpolicy/diagnostics";
import { Command } from "commander";
import { type ExitCode, exitCodes, UsageError } from "../exit-codes.ts";
import { several } from "../flags.ts";
import { type Ready, readyPolicy } from "../load-policy.ts";
import { type Asked, askedTools, NotAList } from "../needs/asked-tools.ts";
import { frontMatter, metadataOf, type Requirements, statedIn, withFrontMatter } from "../needs/front-matter.ts";
import { areAbout, heldBy, type Least, leastCapabilities } from "../needs/least-capabilities.ts";
import { type Needed, type NeededTool, neededTools } from "../needs/needed-tools.ts";
import { type Destination, formatOption, report } from "../output.ts";
import type { Session } from "../session.ts";

interface Flags {
  readonly policy: readonly string[];
  readonly tool: readonly string[];
  readonly check?: string;
  readonly write?: boolean;
  readonly format: readonly Destination[];
}

/** `policy needs`: the capabilities that a skill or an agent needs for the tools that it uses. */
export function needsCommand(session: Session): Command {
  return new Command("needs")
    .argument("[file...]", "a SKILL.md, a list of tools, or a list of servers such as mcp.json")
    .option("--policy <path>", "policy, folder or glob; all of them are one policy", several, [])
    .option("--tool <name>", "a tool, as server.tool; may stand several times", several, [])
    .option("--check <role>", "exit with 1 where a caller of this role alone may not use each of the tools")
    .option("--write", "write what is needed into the front matter of each SKILL.md")
    .addOption(formatOption(["text", "json"]))
    .addHelpText("after", "\nExample: policy needs skills/triage/SKILL.md --policy policies/github --check triager")
    .action(async (files: readonly string[], flags: Flags) => session.exit(await needs(session, files, flags)));
}

/** What is found of the tools that are needed. */
interface Needs extends Needed, Least {
  readonly requirements: Requirements;
  /** Tools that no capability holds, with the rules that grant them all the same. */
  readonly uncovered: readonly { readonly tool: NeededTool; readonly rules: readonly string[] }[];
  readonly role: RoleNeeds | undefined;
}

interface RoleNeeds {
  readonly name: string;
  readonly missing: readonly { readonly tool: NeededTool; readonly capabilities: readonly string[] }[];
  /** Capabilities that the role holds and that are not needed. */
  readonly beyond: readonly string[];
}

async function needs(session: Session, files: readonly string[], flags: Flags): Promise<ExitCode> {
  if (files.length === 0 && flags.tool.length === 0)
    throw new UsageError("name a file that lists tools, or tools with --tool");
  const ready = await readyPolicy(session, flags.policy);
  if (typeof ready === "number") return ready;
  if (flags.check !== undefined) knownRole(flags.check, ready);
  const pages = files.map((file) => ({ file, text: contents(session, file) }));
  const asked: Asked[] = [{ tools: flags.tool, servers: [] }];
  for (const { file, text } of pages) {
    try {
      asked.push(askedTools(file, text));
    } catch (problem) {
      if (!(problem instanceof NotAList)) throw problem;
      session.err.write(`error: ${printable(file)} lists no tools: ${printable(problem.message)}\n`);
      return exitCodes.invalid;
    }
  }
  const whole = { tools: asked.flatMap((each) => each.tools), servers: asked.flatMap((each) => each.servers) };
  const found = needsOf(neededTools(whole, ready.checked), ready, flags.check);
  if (found.tools.length === 0 && found.problems.length === 0) {
    session.err.write("nothing is needed: no tool of a server is named\n");
    return exitCodes.empty;
  }

  const isWrong = found.problems.length > 0 || found.uncovered.some(({ rules }) => rules.length === 0);
  if (flags.write && !isWrong) for (const page of pages) write(session, page, found.requirements);
  for (const line of notes(found, pages, flags.write === true && !isWrong)) session.err.write(`${printable(line)}\n`);
  report(session, flags.format, {
    text: () => (found.role === undefined ? frontMatter(found.requirements) : roleText(found.role, found.tools.length)),
    json: () => `${JSON.stringify(asJson(found), null, 2)}\n`,
  });
  const isMissing = found.role !== undefined && found.role.missing.length > 0;
  return isWrong || isMissing ? exitCodes.findings : exitCodes.fine;
}

function contents(session: Session, file: string): string {
  try {
    return readFileSync(resolve(session.cwd, file), "utf8");
  } catch (problem) {
    throw new UsageError(`cannot read ${file}: ${(problem as Error).message}`);
  }
}

function knownRole(role: string, { checked }: Ready): void {
  const known = Object.keys(checked.roles);
  if (known.includes(role)) return;
  const near = suggest(role, known);
  throw new UsageError(
    `--check: the policy has no role \`${role}\`${near === undefined ? "" : `; did you mean \`${near}\`?`}`,
  );
}

// --------------------------------------------------------------------- needs

/** The guide's five minutes, or less where tokens live for less. */
const longestRefresh = 5 * 60_000;

function needsOf(needed: Needed, ready: Ready, role: string | undefined): Needs {
  const { checked, policy } = ready;
  const held = heldBy(checked);
  const holders = (tool: NeededTool): readonly string[] =>
    [...held].filter(([, { holds }]) => holds(tool)).map(([name]) => name);
  const lifetime = checked.deployment.token?.["lifetime"];
  const refresh = typeof lifetime === "number" ? Math.min(lifetime, longestRefresh) : longestRefresh;
  const least = leastCapabilities(needed.tools, held);
  return {
    ...needed,
    ...least,
    requirements: { capabilities: least.capabilities, refresh: durationText(refresh), policy: policy.digest },
    uncovered: needed.tools
      .filter((tool) => holders(tool).length === 0)
      .map((tool) => ({ tool, rules: grantsOf(tool, ready) })),
    role: role === undefined ? undefined : roleNeeds(role, needed.tools, least.capabilities, holders, ready),
  };
}

/** The rules that allow a tool to somebody. */
function grantsOf(tool: NeededTool, { checked }: Ready): readonly string[] {
  return checked.rules
    .filter(({ effect, shadow, branches }) => effect === "allow" && !shadow && areAbout(branches, tool))
    .map(({ id }) => id);
}

/** A tool suffices where the role's own list shows it: the list holds everything that can be called. */
function roleNeeds(
  name: string,
  tools: readonly NeededTool[],
  needed: readonly string[],
  holders: (tool: NeededTool) => readonly string[],
  { checked, policy }: Ready,
): RoleNeeds {
  const caller = { id: "needs", roles: [name] };
  const shows = (tool: NeededTool): boolean =>
    policy.isListed(caller, { kind: "tool", server: tool.server, name: tool.name }, Date.now());
  const missing = tools.filter((tool) => !shows(tool)).map((tool) => ({ tool, capabilities: holders(tool) }));
  const grants = new Set(checked.rules.map(({ id }) => id));
  const granted = Object.keys(checked.capabilities).filter((each) =>
    checked.roles[name]?.some((role) => grants.has(`role ${role}: ${each}`)),
  );
  return { name, missing, beyond: granted.filter((each) => !needed.includes(each)).sort() };
}

// -------------------------------------------------------------------- report

const nameOf = ({ server, name }: NeededTool): string => `${server}.${name}`;

function notes(
  found: Needs,
  pages: readonly { readonly file: string; readonly text: string }[],
  isWritten: boolean,
): readonly string[] {
  const stale = pages.filter(({ text }) => {
    const stated = statedIn(text);
    const now = metadataOf(found.requirements);
    return stated !== undefined && stated["mcpolicy-capabilities"] !== now["mcpolicy-capabilities"];
  });
  return [
    ...found.problems.map((each) => `error: ${each}`),
    ...found.uncovered.map(({ tool, rules }) =>
      rules.length === 0
        ? `error: no capability holds \`${nameOf(tool)}\`, and no rule allows it: it is denied to everybody`
        : `note: no capability holds \`${nameOf(tool)}\`; ${rules.map((each) => `"${each}"`).join(", ")} allows it`,
    ),
    ...(found.beyond === 0 ? [] : [`note: the capabilities hold ${found.beyond} more operations than are needed`]),
    ...(found.isLeast ? [] : ["note: too many choices to try: fewer operations may do"]),
    ...(found.others.length === 0
      ? []
      : [`note: no tools of a server, so no policy decides of them: ${found.others.join(", ")}`]),
    ...(isWritten
      ? []
      : stale.map(({ file }) => `note: what ${file} says that it needs is not this; --write renews it`)),
  ];
}

function roleText({ name, missing, beyond }: RoleNeeds, count: number): string {
  const lines = missing.map(
    ({ tool, capabilities }) =>
      `  ${nameOf(tool)}${capabilities.length === 0 ? "" : `, which ${capabilities.join(" or ")} holds`}`,
  );
  const more =
    beyond.length === 0
      ? []
      : [`it also holds ${beyond.join(", ")}, which ${beyond.length === 1 ? "is" : "are"} not needed`];
  const head =
    missing.length === 0
      ? `role ${name} suffices for ${count} tool${count === 1 ? "" : "s"}`
      : `role ${name} does not suffice: it may not use ${missing.length} of ${count} tools`;
  return [head, ...lines, ...more, ""].map(printable).join("\n");
}

function write(
  session: Session,
  { file, text }: { readonly file: string; readonly text: string },
  needed: Requirements,
): void {
  if (!/\.(md|markdown)$/i.test(file))
    throw new UsageError(`--write writes the front matter of a SKILL.md; ${file} is none`);
  const next = withFrontMatter(text, needed);
  if (next !== text) writeFileSync(resolve(session.cwd, file), next);
}

function asJson({
  requirements,
  tools,
  capabilities,
  beyond,
  isLeast,
  uncovered,
  others,
  problems,
  role,
}: Needs): object {
  return {
    mcpolicyNeeds: 1,
    policy: requirements.policy,
    authentication: "token",
    refresh: requirements.refresh,
    capabilities,
    beyond,
    isLeast,
    tools: tools.map((each) => ({ tool: nameOf(each), asked: each.asked })),
    uncovered: uncovered.map(({ tool, rules }) => ({ tool: nameOf(tool), rules })),
    others,
    problems,
    ...(role === undefined
      ? {}
      : {
          role: {
            name: role.name,
            suffices: role.missing.length === 0,
            missing: role.missing.map((each) => ({ tool: nameOf(each.tool), capabilities: each.capabilities })),
            beyond: role.beyond,
          },
        }),
  };
}
