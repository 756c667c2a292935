import { resolve } from "node:path";
import type { Revocation } from "@mcpolicy/core";
import { printable } from "@mcpolicy/diagnostics";
import { parseRevocation, revocationLine } from "@mcpolicy/identity";
import { appendRevocation } from "@mcpolicy/identity/node";
import { Command } from "commander";
import { type ExitCode, exitCodes, UsageError } from "../exit-codes.ts";
import { duration, instant } from "../flags.ts";
import { type Destination, formatOption, report } from "../output.ts";
import type { Session } from "../session.ts";

interface Flags {
  readonly revocations: string;
  readonly id?: string;
  readonly subject?: string;
  readonly client?: string;
  readonly allOf?: string;
  readonly issuer?: string;
  readonly issuedBefore?: string;
  readonly keep: number;
  readonly reason?: string;
  readonly format: readonly Destination[];
}

/** How far clocks may differ at most: what was issued before a revocation may say that it was issued that much later. */
const SKEW = 60_000;

/** `policy token revoke`: tokens that are not taken any more, whatever they say. */
export function revokeCommand(session: Session): Command {
  return new Command("revoke")
    .description("let nobody in with a token, or with the tokens of a subject, a client or an issuer so far")
    .requiredOption(
      "--revocations <file>",
      "the file of revocations, which the proxies read; made where it is not there",
    )
    .option("--id <jti>", "the token of this id")
    .option("--subject <name>", "all tokens of a subject (`sub`)")
    .option("--client <id>", "all tokens of a client")
    .option("--all-of <issuer>", "all tokens of an issuer")
    .option("--issuer <url>", "of this issuer only; of any unless said")
    .option("--issued-before <instant>", "those issued before; in a minute unless said, since clocks differ")
    .option(
      "--keep <duration>",
      "when the revocation may be forgotten: no token may live for longer",
      duration("--keep"),
      30 * 86_400_000,
    )
    .option("--reason <text>", "a note for whoever reads the file")
    .addOption(formatOption(["text", "json"]))
    .addHelpText(
      "after",
      "\nA proxy counts it within a second. Tokens of development clients have the issuer `mcpolicy-dev`.",
    )
    .addHelpText(
      "after",
      "Example: policy token revoke --revocations revocations.jsonl --subject dev@example.com --reason left",
    )
    .action((flags: Flags) => session.exit(revoke(session, flags)));
}

function revoke(session: Session, flags: Flags): ExitCode {
  const now = Date.now();
  const revocation = revocationOf(flags, now);
  const line = revocationLine(revocation, {
    revokedAt: now,
    ...(flags.reason === undefined ? {} : { reason: flags.reason }),
  });
  if (parseRevocation(line) === undefined) throw new UsageError("a name with half of a surrogate pair is no name");
  try {
    appendRevocation(resolve(session.cwd, flags.revocations), line);
  } catch (problem) {
    throw new UsageError(`cannot write ${flags.revocations}: ${(problem as Error).message}; nothing was revoked`);
  }
  report(session, flags.format, { text: () => `${said(revocation)}\n`, json: () => `${line}\n` });
  return exitCodes.fine;
}

function revocationOf(flags: Flags, now: number): Revocation {
  const { id, subject, client, allOf, issuer, issuedBefore } = flags;
  const given = Object.entries({ "--id": id, "--subject": subject, "--client": client, "--all-of": allOf }).filter(
    ([, value]) => value !== undefined,
  );
  if (given.length !== 1) throw new UsageError("what is revoked? give one of --id, --subject, --client, --all-of");
  if (given[0]![1] === "") throw new UsageError(`${given[0]![0]} is empty`);
  const from = issuer === undefined ? {} : { issuer };
  if (id !== undefined) {
    if (issuedBefore !== undefined)
      throw new UsageError("--id names one token, whenever it was issued; leave --issued-before out");
    return { kind: "id", ...from, id, until: now + flags.keep };
  }
  const instantBefore = issuedBefore === undefined ? now + SKEW : instant("--issued-before", issuedBefore);
  const until = Math.max(now, instantBefore) + flags.keep;
  if (allOf !== undefined) {
    if (issuer !== undefined) throw new UsageError("--all-of names the issuer; leave --issuer out");
    return { kind: "issuer", issuer: allOf, issuedBefore: instantBefore, until };
  }
  const whose =
    subject === undefined ? ({ kind: "client", id: client! } as const) : ({ kind: "subject", id: subject } as const);
  return { ...whose, ...from, issuedBefore: instantBefore, until };
}

function said(revocation: Revocation): string {
  const until = `kept until ${new Date(revocation.until).toISOString()}`;
  const from = revocation.issuer === undefined ? "" : ` of ${printable(revocation.issuer)}`;
  if (revocation.kind === "id") return `revoked: token ${printable(revocation.id)}${from}; ${until}`;
  const whose =
    revocation.kind === "issuer"
      ? `all tokens${from}`
      : `tokens of ${revocation.kind} ${printable(revocation.id)}${from}`;
  return `revoked: ${whose}, issued before ${new Date(revocation.issuedBefore).toISOString()}; ${until}`;
}
