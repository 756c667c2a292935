import { resolve } from "node:path";
import { type ChangeGroup, Replay, type ReplayOptions, type ReplayReport, type WhyNot, whyNot } from "@mcpolicy/audit";
import { readRecords } from "@mcpolicy/audit/node";
import { canonicalJson, type Operation } from "@mcpolicy/core";
import { printable } from "@mcpolicy/diagnostics";
import { decideAlike, type LoadedPolicy, memoryDriver, withState } from "@mcpolicy/runtime";
import { Command } from "commander";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { instant, several, wholeNumber } from "../flags.ts";
import { readyPolicy } from "../load-policy.ts";
import { type Destination, formatOption, report } from "../output.ts";
import type { Session } from "../session.ts";
import { withLog } from "./with-log.ts";

interface Flags {
  readonly policy: readonly string[];
  readonly was: readonly string[];
  readonly since?: string;
  readonly until?: string;
  readonly show: number;
  readonly strict?: boolean;
  readonly format: readonly Destination[];
}

/** `policy audit replay`: which recorded decisions another policy would change. */
export function replayCommand(session: Session): Command {
  return new Command("replay")
    .description("decide recorded requests by another policy: say which decisions would change (exit code 1)")
    .argument("<folder>", "the log")
    .option("--policy <path>", "the other policy: file, folder or glob; all of them are one policy", several, [])
    .option("--was <path>", "the policy that made the decisions: what both say alike needs no values", several, [])
    .option("--since <instant>", "from when on, as 2026-11-22T10:00:00Z; earlier calls are remembered all the same")
    .option("--until <instant>", "up to when")
    .option("--show <count>", "how many kinds of changes are shown", wholeNumber("--show"), 20)
    .option("--strict", "exit with 1 also where a decision could not be replayed")
    .addOption(formatOption(["text", "json"]))
    .addHelpText("after", "\nNothing is verified here: `policy audit verify` does that.")
    .addHelpText("after", "Example: policy audit replay var/audit --policy policies/next --was policies/now")
    .action(async (folder: string, flags: Flags) =>
      session.exit(await withLog(session, () => replay(session, folder, flags))),
    );
}

async function replay(session: Session, folder: string, flags: Flags): Promise<ExitCode> {
  const ready = await readyPolicy(session, flags.policy);
  if (typeof ready === "number") return ready;
  const was = flags.was.length === 0 ? undefined : await readyPolicy(session, flags.was);
  if (typeof was === "number") return was;
  const run = new Replay(optionsOf(ready.policy, was?.policy));
  const [since, until] = [flags.since, flags.until].map((text, at) =>
    text === undefined ? undefined : instant(at === 0 ? "--since" : "--until", text),
  );
  const { end } = await readRecords(resolve(session.cwd, folder), (record, _line, index) => {
    if (until !== undefined && record.at >= until) return;
    if (since !== undefined && record.at < since) return run.remember(record);
    return run.take(record, index);
  });
  if (end === 0) {
    session.err.write(`error: there is no log in ${printable(folder)}\n`);
    return exitCodes.invalid;
  }
  const found = run.report();
  report(session, flags.format, {
    text: () => reportText(found, flags.show),
    json: () => `${JSON.stringify({ ...found, groups: found.groups, whyNot: explained(found) }, null, 2)}\n`,
  });
  const isIncomplete = Object.keys(found.notReplayed).some((why) => why !== "adapter");
  return found.changed > 0 || (flags.strict === true && isIncomplete) ? exitCodes.findings : exitCodes.fine;
}

/** A policy as it is replayed, with a memory of its own. */
export function optionsOf(policy: LoadedPolicy, was?: LoadedPolicy): ReplayOptions {
  return {
    policy,
    memory: withState(policy, memoryDriver(policy.windows)),
    ...declared(policy),
    ...(was === undefined
      ? {}
      : {
          was: {
            digest: was.digest,
            ...declared(was),
            decidesAlike: decideAlike(was.ir, policy.ir),
            validatesAlike: validateAlike(was, policy),
          },
        }),
  };
}

function declared({ ir }: LoadedPolicy): Pick<ReplayOptions, "attributes" | "facts"> {
  const own = new Set(["id", "client", "roles", "tenant", "time"]);
  const names = (of: "principal" | "context") =>
    [ir, ...(ir.narrows ?? [])].flatMap((each) => Object.keys(each[of])).filter((name) => !own.has(name));
  return { attributes: [...new Set(names("principal"))], facts: [...new Set(names("context"))] };
}

function validateAlike(one: LoadedPolicy, other: LoadedPolicy): (operation: Operation) => boolean {
  const schema = ({ schemaOf }: LoadedPolicy, server: string, name: string): string =>
    canonicalJson(schemaOf(server, name) ?? null);
  return (operation) =>
    operation.kind !== "tool" ||
    schema(one, operation.server, operation.name) === schema(other, operation.server, operation.name);
}

function explained({ notReplayed }: ReplayReport): Readonly<Record<string, string>> {
  return Object.fromEntries((Object.keys(notReplayed) as WhyNot[]).map((why) => [why, whyNot[why]]));
}

function reportText(found: ReplayReport, show: number): string {
  const {
    decisions,
    unchanged,
    changed,
    changes,
    groups,
    furtherChanges,
    notReplayed,
    withoutValues,
    withMemory,
    gaps,
  } = found;
  const missed = decisions - unchanged - changed;
  const lines = [
    `${decisions} decisions: ${changed} would change, ${unchanged} would not, ${missed} could not be replayed`,
    ...Object.entries(changes).map(([change, count]) => `  ${change}  ${count}`),
    ...groups.slice(0, show).map(groupText),
    ...(groups.length > show ? [`  … and ${groups.length - show} more kinds of changes; --show shows more`] : []),
    ...(furtherChanges > 0 ? [`  … and ${furtherChanges} changes of further kinds`] : []),
    ...(missed > 0 ? ["not replayed:"] : []),
    ...Object.entries(notReplayed).map(([why, count]) => `  ${count}  ${whyNot[why as WhyNot]}`),
    ...(withoutValues > 0 ? [`${withoutValues} needed no values: the answer is the same whatever they were`] : []),
    ...(withMemory > 0 ? [`${withMemory} were decided with history, labels and limits as the log gives them`] : []),
    ...(withMemory > 0 && gaps.calls > 0 ? [`  it lacks ${gaps.calls} calls whose values were not kept`] : []),
    ...(withMemory > 0 && gaps.results > 0
      ? [`  it takes ${gaps.results} results as empty, since they were not kept (\`audit { results full }\`)`]
      : []),
    ...(gaps.diverged > 0
      ? [`  ${gaps.diverged} calls were denied then and would go on now: what they would have come to nobody knows`]
      : []),
  ];
  return lines.map((line) => `${printable(line)}\n`).join("");
}

function groupText({ from, to, operation, reason, rules, count, first }: ChangeGroup): string {
  const by = rules.length === 0 ? reason : `${reason} ${rules.map((id) => JSON.stringify(id)).join(", ")}`;
  const time = new Date(first.at).toISOString();
  const who = first.caller === undefined ? "" : ` for ${first.caller}`;
  return `  ${count} × ${from} → ${to}  ${operation}  by ${by}; first: record ${first.index}, ${time}${who}`;
}
