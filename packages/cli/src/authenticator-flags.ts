import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { PolicyIr, Revocations } from "@mcpolicy/core";
import {
  type Authenticator,
  authenticatorOf,
  demandsOf,
  developmentAuthenticatorOf,
  type KeySource,
} from "@mcpolicy/identity";
import { developmentClientsIn, fileRevocations, keysFrom } from "@mcpolicy/identity/node";
import type { Command } from "commander";
import { UsageError } from "./exit-codes.ts";
import { several } from "./flags.ts";
import type { Session } from "./session.ts";

/** The flags that say how callers are verified. */
export interface AuthenticatorFlags {
  readonly keys: readonly string[];
  readonly developmentClients?: string;
  readonly audience?: string;
  readonly tokenType: readonly string[];
  readonly revocations?: string;
}

/** Adds the flags to a command. */
export function withAuthenticatorFlags(command: Command): Command {
  return command
    .option(
      "--keys <[issuer=]place>",
      "an issuer's key set: a file or a URL; ISSUER=PLACE where the policy has several",
      several,
      [],
    )
    .option("--development-clients <file>", "take development tokens instead, of the clients in this table")
    .option("--audience <uri>", "which of the policy's audiences this server is")
    .option("--token-type <typ>", "what `typ` of tokens may say; `at+jwt` unless said", several, [])
    .option("--revocations <file>", "the file that `policy token revoke` writes to");
}

/** Whether they say whose tokens are taken. */
export function takesTokens({ keys, developmentClients }: AuthenticatorFlags): boolean {
  return keys.length > 0 || developmentClients !== undefined;
}

/**
 * The authenticator that the flags describe; `shared` are the revocations where they name no file. Throws a UsageError, or what `@mcpolicy/identity`
 * throws of settings.
 */
export async function authenticatorFrom(
  flags: AuthenticatorFlags,
  policy: PolicyIr,
  session: Session,
  listener: string,
  shared?: Pick<Revocations, "isRevoked">,
): Promise<Authenticator> {
  const { keys, developmentClients, audience, tokenType } = flags;
  if (developmentClients !== undefined && keys.length > 0) {
    throw new UsageError(
      "either --keys or --development-clients: beside an issuer's callers a development client could take the name of one",
    );
  }
  const revocations = revocationsFrom(flags, session, shared);
  const ours = audience === undefined ? {} : { audience };
  if (developmentClients !== undefined) {
    const clients = developmentClientsIn(there("--development-clients", developmentClients, session), session.env);
    return developmentAuthenticatorOf(policy, { clients, revocations, listener, ...ours });
  }
  const types = tokenType.length === 0 ? {} : { types: tokenType };
  return authenticatorOf(policy, { keys: keysOf(keys, policy, session), revocations, ...ours, ...types });
}

/** Nobody is revoked where no place is given: what is short-lived then ends by itself. */
function revocationsFrom(
  { revocations }: AuthenticatorFlags,
  session: Session,
  shared: Pick<Revocations, "isRevoked"> = { isRevoked: () => false },
): Pick<Revocations, "isRevoked"> {
  if (revocations === undefined) return shared;
  return fileRevocations({ path: there("--revocations", revocations, session) });
}

function keysOf(places: readonly string[], policy: PolicyIr, session: Session): Readonly<Record<string, KeySource>> {
  const issuers = demandsOf(policy)?.issuers ?? [];
  if (places.length === 0 && issuers.length > 0) {
    throw new UsageError(`where are the keys of ${issuers.join(", ")}? give --keys with a file or a URL`);
  }
  return Object.fromEntries(
    places.map((given) => {
      const named = issuers.find((issuer) => given.startsWith(`${issuer}=`));
      const issuer = named ?? (issuers.length === 1 ? issuers[0] : undefined);
      if (issuer === undefined) {
        throw new UsageError(
          `--keys ${given}: whose are they? write ISSUER=PLACE with one of: ${issuers.join(", ") || "none"}`,
        );
      }
      const place = named === undefined ? given : given.slice(named.length + 1);
      return [issuer, keysFrom(/^https?:/i.test(place) ? place : there("--keys", place, session))] as const;
    }),
  );
}

/** The absolute path of a file that a flag names. Throws a UsageError where it is not there. */
export function there(flag: string, path: string, session: Session): string {
  const at = resolve(session.cwd, path);
  if (!existsSync(at)) throw new UsageError(`${flag}: there is no file ${path}`);
  return at;
}
