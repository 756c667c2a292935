import { absent, durationText, type JsonObject, type PolicyIr, type Revocations } from "@mcpolicy/core";
import type { CryptoKey } from "jose";
import { attributesOf, isName, principalOf } from "./attributes.ts";
import { type Authenticator, refused } from "./authentication.ts";
import { toBase64url } from "./base64url.ts";
import { type Demands, demandsOf, oneOfOurs, usual } from "./demands.ts";
import {
  DEVELOPMENT,
  type DevelopmentToken,
  developmentTokenText,
  isMadeWith,
  keyOf,
  parseDevelopmentToken,
} from "./development-token.ts";
import { isLoopback } from "./fetch-keys.ts";
import { type Recognised, recognised, recognising } from "./recognise.ts";
import { SettingsError } from "./settings-error.ts";

/** Somebody who may make development tokens, as a local table says. */
export interface DevelopmentClient {
  /** Shared with the client; `whyWeakSecret` says what it must be. */
  readonly secret: string;
  readonly roles: readonly string[];
  /** The policy's other attributes of a caller. */
  readonly attributes?: JsonObject;
}

export interface DevelopmentOptions {
  readonly clients: Readonly<Record<string, DevelopmentClient>>;
  readonly revocations: Pick<Revocations, "isRevoked">;
  /** Which of the policy's audiences this server is; needed where the policy names none, or several. */
  readonly audience?: string;
  /** The host that is listened on, or `stdio`. */
  readonly listener: string;
  /** Whether such tokens are taken although others than this machine can reach the listener. */
  readonly allowBeyondLoopback?: boolean;
  readonly mostKept?: number;
}

/**
 * An authenticator for development tokens: a client id, a time and a MAC under a secret that the client shares. They prove that
 * somebody has the secret, and nothing about a person; who they are and which roles they have stands in the local table. Rejects with a
 * `SettingsError` where that cannot be meant.
 */
export async function developmentAuthenticatorOf(
  policy: PolicyIr,
  options: DevelopmentOptions,
): Promise<Authenticator> {
  const { listener, allowBeyondLoopback = false, clients } = options;
  if (listener !== "stdio" && !isLoopback(listener) && !allowBeyondLoopback) {
    throw new SettingsError(
      `development tokens are refused on \`${listener}\`, which others than this machine can reach: listen on 127.0.0.1, take tokens of an issuer, or allow it expressly`,
    );
  }
  const audience = audienceFor(policy, options.audience);
  const demands = demandsOf(policy) ?? usual;
  const bounds = { lifetime: Math.min(demands.lifetime, usual.lifetime), skew: demands.skew };
  const table = new Map(
    await Promise.all(
      Object.entries(clients).map(async ([name, client]) => [name, await prepared(policy, name, client)] as const),
    ),
  );
  // INVARIANT: a stranger's token takes the same way as a client's; whatever this key says, it is refused.
  const nobody = await keyOf("nobody");

  return recognising({
    ...options,
    audiences: [audience],
    async verify(text, now) {
      const token = parseDevelopmentToken(text);
      if (token === undefined) return refused("invalid", "it is no development token");
      const client = table.get(token.client);
      const isHis = await isMadeWith(client?.key ?? nobody, token, audience);
      if (client === undefined || !isHis)
        return refused("invalid", "its client is unknown, or its code is not made with the client's secret");
      const found = callerOf(token, client, audience, bounds);
      const late = found.whyUntimely(now);
      return late === "" ? found : refused("invalid", late);
    },
  });
}

/** Why a secret is none; empty where it can be one. What it looks like when it is made of 32 random bytes or more, in base64 or hex. */
export function whyWeakSecret(secret: string): string {
  if (secret.length < 43) return `it has ${secret.length} characters, and 32 random bytes take 43 in base64, 64 in hex`;
  if (new Set(secret).size < 10) return "it repeats a few characters, as random bytes do not";
  return "";
}

/**
 * Issues a development token for a client of an audience. `nonce`: 16 random bytes; `now` in epoch milliseconds. Throws a `SettingsError`
 * where the secret is weak or the client's id is no name.
 */
export async function issueDevelopmentToken({
  client,
  secret,
  audience,
  nonce,
  now,
}: {
  readonly client: string;
  readonly secret: string;
  readonly audience: string;
  readonly nonce: Uint8Array;
  readonly now: number;
}): Promise<string> {
  checkSecret(client, secret);
  const token = { client, timestamp: Math.floor(now / 1000), nonce: new Uint8Array(nonce) };
  const text = await developmentTokenText(token, oneOfOurs(audience), await keyOf(secret));
  if (parseDevelopmentToken(text) === undefined) {
    throw new SettingsError(
      `there is no development token for client \`${client}\`: its id is no name, or the nonce has not got 16 bytes`,
    );
  }
  return text;
}

interface Prepared {
  readonly key: CryptoKey;
  readonly principal: Recognised["authenticated"]["principal"];
}

async function prepared(
  policy: PolicyIr,
  id: string,
  { secret, roles, attributes = {} }: DevelopmentClient,
): Promise<Prepared> {
  checkSecret(id, secret);
  if (!isName(id)) throw new SettingsError(`\`${id}\` is no name for a development client`);
  if (!Array.isArray(roles) || !roles.every(isName))
    throw new SettingsError(`the roles of client \`${id}\` are no list of names`);
  const declared = attributesOf(policy);
  const stranger = Object.keys(attributes).find((name) => !declared.own.some((each) => each.name === name));
  if (stranger !== undefined)
    throw new SettingsError(`client \`${id}\` has the attribute \`${stranger}\`, which the policy does not declare`);
  const caller = principalOf(declared, { id, client: id, roles: [...roles] }, ({ name }) =>
    Object.hasOwn(attributes, name) ? attributes[name]! : absent,
  );
  if ("why" in caller) throw new SettingsError(`client \`${id}\` cannot be a caller of this policy: ${caller.why}`);
  return { key: await keyOf(secret), ...caller };
}

function checkSecret(client: string, secret: string): void {
  const why = whyWeakSecret(secret);
  if (why !== "")
    throw new SettingsError(
      `the secret of client \`${client}\` is weak: ${why}; make one with \`openssl rand -base64 32\``,
    );
}

/** Valid iff `now - lifetime <= timestamp <= now + skew`. */
function callerOf(
  { client, timestamp, nonce }: DevelopmentToken,
  { principal }: Prepared,
  audience: string,
  { lifetime, skew }: Pick<Demands, "lifetime" | "skew">,
): Recognised {
  const issuedAt = timestamp * 1000;
  const expiresAt = issuedAt + lifetime;
  const token = { issuer: DEVELOPMENT, id: toBase64url(nonce), subject: client, client, issuedAt };
  return recognised({ principal, token, audience, scopes: [], expiresAt }, (now) => {
    if (now > expiresAt) return `it ended ${durationText(now - expiresAt)} ago`;
    return issuedAt > now + skew ? `it was issued ${durationText(issuedAt - now)} from now` : "";
  });
}

function audienceFor(policy: PolicyIr, chosen: string | undefined): string {
  const named = demandsOf(policy)?.audiences ?? [];
  if (chosen !== undefined) {
    const ours = oneOfOurs(chosen);
    if (named.length === 0 || named.includes(ours)) return ours;
    throw new SettingsError(`\`${chosen}\` is none of the policy's audiences: ${named.join(", ")}`);
  }
  const [only, ...others] = named;
  if (only !== undefined && others.length === 0) return only;
  throw new SettingsError("which audience are development tokens for? the policy names none, or several: say which");
}
