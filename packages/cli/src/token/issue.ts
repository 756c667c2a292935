import { randomBytes, randomUUID } from "node:crypto";
import { durationText, isRecord, type JsonObject, type PolicyIr } from "@mcpolicy/core";
import { printable } from "@mcpolicy/diagnostics";
import {
  type Authenticator,
  authenticatorOf,
  demandsOf,
  issueDevelopmentToken,
  issueToken,
  type KeySource,
  localKeys,
  NoSuchKey,
  publicKeySet,
  Token,
} from "@mcpolicy/identity";
import { developmentClientsIn, jsonIn } from "@mcpolicy/identity/node";
import { Command } from "commander";
import { there } from "../authenticator-flags.ts";
import { type ExitCode, exitCodes, UsageError } from "../exit-codes.ts";
import { duration, several } from "../flags.ts";
import { jsonObject } from "../json-flag.ts";
import { readyPolicy } from "../load-policy.ts";
import { type Destination, formatOption, report } from "../output.ts";
import type { Session } from "../session.ts";
import { withSettings } from "../settings.ts";

interface Flags {
  readonly policy: readonly string[];
  readonly key?: string;
  readonly subject?: string;
  readonly client?: string;
  readonly role: readonly string[];
  readonly scope: readonly string[];
  readonly claims: string;
  readonly lifetime: number;
  readonly issuer?: string;
  readonly audience?: string;
  readonly developmentClients?: string;
  readonly format: readonly Destination[];
}

/** A private key as `policy token key` writes it. */
type PrivateKey = Parameters<typeof issueToken>[1];

/** A token, and when it ends, in epoch milliseconds. */
interface Issued {
  readonly token: string;
  readonly id?: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** `policy token issue`: a token that the policy would take, for development and tests. */
export function issueCommand(session: Session): Command {
  return new Command("issue")
    .description("issue a token for development and tests: signed with a key, or by a development client's secret")
    .option(
      "--policy <path>",
      "policy, folder or glob; says issuer and audience, and the token is held against it",
      several,
      [],
    )
    .option("--key <file>", "the private key to sign with, as `policy token key` makes it")
    .option("--subject <name>", "whom the token speaks of")
    .option("--client <id>", "the client that it is issued to")
    .option("--role <name>", "a role of the subject; may stand several times", several, [])
    .option("--scope <name>", "what the client may do for it; may stand several times", several, [])
    .option("--claims <json>", "further claims: JSON or @FILE", "{}")
    .option("--lifetime <duration>", "how long it lives", duration("--lifetime"), 300_000)
    .option("--issuer <url>", "who issues it; the policy's, where that names one")
    .option("--audience <uri>", "whom it is for; the policy's, where that names one")
    .option(
      "--development-clients <file>",
      "make a development token of --client instead, with the secret that this table names",
    )
    .addOption(formatOption(["text", "json"]))
    .addHelpText(
      "after",
      "\nExample: policy token issue --policy policies --key dev-key.jwk --subject dev@example.com --client cli --role developer",
    )
    .addHelpText(
      "after",
      "Example: policy token issue --development-clients clients.json --client laptop --audience https://mcp.example.com",
    )
    .action(async (flags: Flags) => session.exit(await withSettings(session, () => issue(session, flags))));
}

async function issue(session: Session, flags: Flags): Promise<ExitCode> {
  const needsPolicy =
    flags.audience === undefined || (flags.issuer === undefined && flags.developmentClients === undefined);
  const ready = needsPolicy || flags.policy.length > 0 ? await readyPolicy(session, flags.policy) : undefined;
  if (typeof ready === "number") return ready;
  const policy = ready?.policy.ir;
  const issued =
    flags.developmentClients === undefined
      ? await issueSigned(session, flags, policy)
      : await issueForDevelopment(session, flags, flags.developmentClients, policy);
  report(session, flags.format, {
    text: () => `${issued.token}\n`,
    json: () => `${JSON.stringify(shown(issued), null, 2)}\n`,
  });
  const why = policy === undefined ? undefined : await whyRefused(session, flags, policy, issued);
  if (why === undefined) return exitCodes.fine;
  session.err.write(`note: the policy would refuse this token: ${printable(why)}\n`);
  return exitCodes.findings;
}

async function issueSigned(session: Session, flags: Flags, policy: PolicyIr | undefined): Promise<Issued> {
  const { subject, client, role, scope, lifetime } = flags;
  if (flags.key === undefined) throw new UsageError("what is it signed with? give --key; `policy token key` makes one");
  if (subject === undefined || client === undefined)
    throw new UsageError("whom does it speak of? give --subject and --client");
  const demands = policy === undefined ? undefined : demandsOf(policy);
  const issuedAt = Date.now();
  const id = randomUUID();
  const token = await issueToken(
    {
      issuer: flags.issuer ?? only("issuer", demands?.issuers),
      audience: flags.audience ?? only("audience", demands?.audiences),
      subject,
      client,
      ...(role.length === 0 ? {} : { roles: role }),
      ...(scope.length === 0 ? {} : { scopes: scope }),
      claims: jsonObject("--claims", flags.claims, session.cwd),
      id,
      issuedAt,
      lifetime,
    },
    keyIn(session, flags.key),
  );
  return { token, id, issuedAt, expiresAt: issuedAt + lifetime };
}

async function issueForDevelopment(
  session: Session,
  flags: Flags,
  file: string,
  policy: PolicyIr | undefined,
): Promise<Issued> {
  const signed = ["key", "subject", "issuer"].find((name) => flags[name as keyof Flags] !== undefined);
  if (signed !== undefined)
    throw new UsageError(`--${signed} is for signed tokens; a development token takes --client alone`);
  const clients = developmentClientsIn(there("--development-clients", file, session), session.env);
  const { client = "" } = flags;
  if (!Object.hasOwn(clients, client)) {
    throw new UsageError(
      `which client? give --client with one of: ${Object.keys(clients).join(", ") || "none, the table is empty"}`,
    );
  }
  const issuedAt = Date.now();
  const audience = flags.audience ?? only("audience", policy === undefined ? undefined : demandsOf(policy)?.audiences);
  const token = await issueDevelopmentToken({
    client,
    secret: clients[client]!.secret,
    audience,
    nonce: randomBytes(16),
    now: issuedAt,
  });
  return { token, issuedAt, expiresAt: issuedAt + 300_000 };
}

/** Why the policy would refuse a signed token, as one of its own servers would find; undefined where it would not. */
async function whyRefused(
  session: Session,
  flags: Flags,
  policy: PolicyIr,
  { token, issuedAt }: Issued,
): Promise<string | undefined> {
  if (flags.key === undefined) return undefined;
  const found = await checking(policy, keyIn(session, flags.key), flags.issuer).authenticate(
    { kind: "token", token: new Token(token) },
    issuedAt,
  );
  return found.kind === "refused" ? found.detail : undefined;
}

/** An authenticator of the policy that knows the one key. */
function checking(policy: PolicyIr, key: PrivateKey, issuer: string | undefined): Authenticator {
  const unknown: KeySource = { keyFor: () => Promise.reject(new NoSuchKey("it is not this issuer's key")) };
  const known = localKeys(publicKeySet([key]));
  const issuers = demandsOf(policy)?.issuers ?? [];
  return authenticatorOf(policy, {
    keys: Object.fromEntries(issuers.map((each) => [each, issuer === undefined || each === issuer ? known : unknown])),
    revocations: { isRevoked: () => false },
  });
}

function keyIn(session: Session, path: string): PrivateKey {
  const key = jsonIn(there("--key", path, session));
  if (!isRecord(key)) throw new UsageError(`--key: ${path} holds no key; \`policy token key\` makes one`);
  return key as JsonObject as PrivateKey;
}

function only(what: string, names: readonly string[] = []): string {
  const [name, ...others] = names;
  if (name !== undefined && others.length === 0) return name;
  throw new UsageError(
    `the policy names ${name === undefined ? "no" : "several"} ${what}${name === undefined ? "" : "s"}; say which with --${what}`,
  );
}

function shown({ token, id, issuedAt, expiresAt }: Issued): JsonObject {
  return {
    token,
    ...(id === undefined ? {} : { id }),
    issuedAt: new Date(issuedAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
    lifetime: durationText(expiresAt - issuedAt),
  };
}
