import { readFileSync } from "node:fs";
import { durationText } from "@mcpolicy/core";
import { printable } from "@mcpolicy/diagnostics";
import { type Authenticated, type Authentication, type Credentials, Token } from "@mcpolicy/identity";
import { environmentCredentials } from "@mcpolicy/identity/node";
import { Command } from "commander";
import { type AuthenticatorFlags, authenticatorFrom, there, withAuthenticatorFlags } from "../authenticator-flags.ts";
import { type ExitCode, exitCodes, UsageError } from "../exit-codes.ts";
import { instant, several } from "../flags.ts";
import { readyPolicy } from "../load-policy.ts";
import { type Destination, formatOption, report } from "../output.ts";
import type { Session } from "../session.ts";
import { withSettings } from "../settings.ts";

interface Flags extends AuthenticatorFlags {
  readonly policy: readonly string[];
  readonly tokenFile?: string;
  readonly time?: string;
  readonly format: readonly Destination[];
}

/** `policy token verify`: who a token speaks of, or why the policy refuses it. */
export function verifyCommand(session: Session): Command {
  return withAuthenticatorFlags(new Command("verify"))
    .description("say whom a token speaks of, or why the policy refuses it (exit code 1)")
    .option("--policy <path>", "policy, folder or glob; all of them are one policy", several, [])
    .option("--token-file <file>", "the token; `-` is standard input; else MCPOLICY_TOKEN or MCPOLICY_TOKEN_FILE")
    .option("--time <instant>", "when, as 2026-11-22T10:00:00Z; now unless said")
    .addOption(formatOption(["text", "json"]))
    .addHelpText("after", "\nThe token is no argument: others could read it in the list of processes.")
    .addHelpText("after", "Example: policy token verify --policy policies --keys jwks.json --token-file - < token.txt")
    .action(async (flags: Flags) => session.exit(await withSettings(session, () => verify(session, flags))));
}

async function verify(session: Session, flags: Flags): Promise<ExitCode> {
  const ready = await readyPolicy(session, flags.policy);
  if (typeof ready === "number") return ready;
  const credentials = credentialsOf(session, flags);
  const now = flags.time === undefined ? Date.now() : instant("--time", flags.time);
  // Whoever asks here is on this machine: development tokens are looked at as on stdio.
  const authenticator = await authenticatorFrom(flags, ready.policy.ir, session, "stdio");
  const found = await authenticator.authenticate(credentials, now);
  report(session, flags.format, {
    text: () =>
      found.kind === "refused" ? `refused (${found.refusal}): ${printable(found.detail)}\n` : textOf(found, now),
    json: () => `${JSON.stringify(jsonOf(found), null, 2)}\n`,
  });
  return found.kind === "refused" ? exitCodes.findings : exitCodes.fine;
}

function credentialsOf(session: Session, { tokenFile }: Flags): Credentials {
  if (tokenFile !== undefined) {
    const text = readFileSync(tokenFile === "-" ? 0 : there("--token-file", tokenFile, session), "utf8").trim();
    if (text === "") throw new UsageError("--token-file holds no token");
    return { kind: "token", token: new Token(text) };
  }
  const credentials = environmentCredentials(session.env)();
  if (credentials.kind === "none") {
    throw new UsageError("which token? give --token-file, or set MCPOLICY_TOKEN or MCPOLICY_TOKEN_FILE");
  }
  return credentials;
}

function textOf({ principal, token, audience, scopes, expiresAt }: Authenticated, now: number): string {
  const { id, roles, ...attributes } = principal;
  const rows: readonly (readonly [string, string])[] = [
    ["roles", roles.join(", ") || "none"],
    ...Object.entries(attributes).map(
      ([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)] as const,
    ),
    ["audience", audience],
    ...(scopes.length === 0 ? [] : ([["scopes", scopes.join(" ")]] as const)),
    ...(token.issuer === undefined ? [] : ([["issuer", token.issuer]] as const)),
    ...(token.id === undefined ? [] : ([["token", token.id]] as const)),
    ["issued", `${new Date(token.issuedAt).toISOString()}`],
    ["ends", `${new Date(expiresAt).toISOString()}, ${leftOf(expiresAt - now)}`],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return `authenticated: ${printable(id)}\n${rows.map(([name, value]) => `  ${printable(name).padEnd(width)}  ${printable(value)}\n`).join("")}`;
}

function leftOf(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds > 0 ? `in ${durationText(seconds * 1000)}` : "only within the skew of clocks";
}

function jsonOf(found: Authentication): object {
  if (found.kind === "refused") return { authenticated: false, refusal: found.refusal, why: found.detail };
  const { principal, token, audience, scopes, expiresAt } = found;
  return {
    authenticated: true,
    principal,
    token: { ...token, issuedAt: new Date(token.issuedAt).toISOString() },
    audience,
    scopes,
    expiresAt: new Date(expiresAt).toISOString(),
  };
}
