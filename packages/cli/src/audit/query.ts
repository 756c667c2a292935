import { resolve } from "node:path";
import { isBehind, matcher, type Query } from "@mcpolicy/audit";
import { readRecords } from "@mcpolicy/audit/node";
import type { AuditRecord, DecisionRecord } from "@mcpolicy/core";
import { printable } from "@mcpolicy/diagnostics";
import { Command, Option } from "commander";
import { type ExitCode, exitCodes, UsageError } from "../exit-codes.ts";
import { duration, instant, several, wholeNumber } from "../flags.ts";
import { type Destination, formatOption, report } from "../output.ts";
import type { Session } from "../session.ts";
import { secretIn } from "./keys.ts";
import { toJson } from "./prove.ts";
import { recordText } from "./record-text.ts";
import { withLog } from "./with-log.ts";

type Texts = Omit<Query, "since" | "until" | "fits">;

interface Flags extends Texts {
  readonly since?: string;
  readonly until?: string;
  readonly last?: number;
  readonly arg: readonly string[];
  readonly secret?: string;
  readonly limit: number;
  readonly format: readonly Destination[];
}

interface TextFlag {
  readonly name: keyof Texts;
  readonly value: string;
  readonly summary: string;
  readonly choices?: readonly string[];
}

/** The flags that are a text to be found in one place of a record. */
// biome-ignore format: table
const texts: readonly TextFlag[] = [
  { name: "caller", value: "<id>",      summary: "whose calls" },
  { name: "client", value: "<id>",      summary: "through which client" },
  { name: "tenant", value: "<name>",    summary: "of which tenant" },
  { name: "role",   value: "<name>",    summary: "of callers with which role" },
  { name: "tool",   value: "<pattern>", summary: "calls of which tools: fs.read_text_file, or fs.*" },
  { name: "server", value: "<name>",    summary: "to which server" },
  { name: "method", value: "<name>",    summary: "which messages: tools/call" },
  { name: "effect", value: "<effect>",  summary: "decided how", choices: ["allow", "ask", "deny", "invalid", "unauthenticated"] },
  { name: "reason", value: "<reason>",  summary: "decided or withheld why: rule, limit, approval, …" },
  { name: "rule",   value: "<id>",      summary: "by which rule, in shadow or not" },
  { name: "ended",  value: "<how>",     summary: "ended how", choices: ["result", "error", "withheld", "cancelled", "lost"] },
  { name: "id",     value: "<id>",      summary: "the records of one call" },
  { name: "trace",  value: "<id>",      summary: "of which trace" },
  { name: "policy", value: "<digest>",  summary: "by which policy" },
  { name: "kind",   value: "<kind>",    summary: "records of which kind", choices: ["decision", "outcome", "notice"] },
  { name: "what",   value: "<notice>",  summary: "notices about what: log-recovered, pin-difference, …" },
  { name: "text",   value: "<text>",    summary: "with this text anywhere, whatever the case of its letters" },
];

/** `policy audit query`: the records that fit all that is said. */
export function queryCommand(session: Session): Command {
  const command = new Command("query")
    .description("find records")
    .argument("<folder>", "the log")
    .option("--since <instant>", "from when on, as 2026-11-22T10:00:00Z")
    .option("--until <instant>", "up to when")
    .option("--last <duration>", "of which last time, such as 24h", duration("--last"));
  for (const { name, value, summary, choices } of texts) {
    const option = new Option(`--${name} ${value}`, summary);
    command.addOption(choices === undefined ? option : option.choices(choices));
  }
  return command
    .option(
      "--arg <name=json>",
      "with this value of an argument: as it was kept, or behind its digest with --secret",
      several,
      [],
    )
    .option("--secret <file>", "the secret that the log's digests are salted with")
    .option("--limit <count>", "how many at most", wholeNumber("--limit"), 1_000)
    .addOption(formatOption(["text", "json"]))
    .addHelpText("after", "\nNothing is verified here: `policy audit verify` does that.")
    .addHelpText("after", 'Example: policy audit query var/audit --effect deny --tool "fs.*" --last 24h')
    .action(async (folder: string, flags: Flags) =>
      session.exit(await withLog(session, () => query(session, folder, flags))),
    );
}

async function query(session: Session, folder: string, flags: Flags): Promise<ExitCode> {
  const fits = matcher(queryOf(session, flags));
  const found: { readonly index: number; readonly record: AuditRecord }[] = [];
  let isMore = false;
  const { unreadable, first, end } = await readRecords(resolve(session.cwd, folder), (record, line, index) => {
    if (!fits(record, line)) return true;
    isMore = found.length === flags.limit;
    if (!isMore) found.push({ index, record });
    return !isMore;
  });
  if (end === 0) {
    session.err.write(`error: there is no log in ${printable(folder)}\n`);
    return exitCodes.invalid;
  }
  if (first > 0) session.err.write(`note: the bodies of the first ${first} records were deleted\n`);
  if (unreadable > 0)
    session.err.write(`note: ${unreadable} lines are no records; \`policy audit verify\` says more\n`);
  if (isMore) session.err.write(`note: there are more than ${flags.limit}; --limit shows more\n`);
  report(session, flags.format, {
    text: () => found.map(({ index, record }) => `${printable(recordText(index, record))}\n`).join(""),
    json: () => `${JSON.stringify({ records: found, isMore }, null, 2)}\n`,
  });
  return exitCodes.fine;
}

function queryOf(session: Session, flags: Flags): Query {
  if (flags.last !== undefined && flags.since !== undefined) throw new UsageError("either --since or --last, not both");
  const since = flags.last === undefined ? timeOf("--since", flags.since) : Date.now() - flags.last;
  const until = timeOf("--until", flags.until);
  return {
    ...Object.fromEntries(texts.flatMap(({ name }) => (flags[name] === undefined ? [] : [[name, flags[name]]]))),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    ...(flags.arg.length === 0 ? {} : { fits: argumentTest(session, flags) }),
  };
}

function timeOf(flag: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : instant(flag, text);
}

function argumentTest(session: Session, { arg, secret: file }: Flags): (record: DecisionRecord) => boolean {
  const secret = file === undefined ? undefined : secretIn(session, "--secret", file);
  const wanted = arg.map((text) => {
    const [, name, json] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (name === undefined || json === undefined) throw new UsageError(`--arg takes NAME=JSON, not \`${text}\``);
    return { name, value: toJson(json) };
  });
  return (record) =>
    wanted.every(({ name, value }) => {
      const kept = record.arguments;
      if (kept?.kept === "full") return JSON.stringify(kept.values[name]) === JSON.stringify(value);
      return secret !== undefined && isBehind(secret, record, `/arguments/${name}`, value);
    });
}
