import type { PolicyIr, Revocations } from "@mcpolicy/core";
import { type Attributes, attributesOf, claimOf, demandClaims, identityOf, principalOf } from "./attributes.ts";
import { type Authenticator, type Refused, refused } from "./authentication.ts";
import { type Demands, demandsOf, oneOfOurs } from "./demands.ts";
import { kindOf, type VerifiedJwt, verifyJwt } from "./jwt.ts";
import type { KeySource } from "./keys.ts";
import { type Recognised, recognised, recognising } from "./recognise.ts";
import { SettingsError } from "./settings-error.ts";
import { whyUntimely } from "./times.ts";

export interface AuthenticatorOptions {
  /** The keys of each issuer that the policy names, by its URL. */
  readonly keys: Readonly<Record<string, KeySource>>;
  readonly revocations: Pick<Revocations, "isRevoked">;
  /** Which of the policy's audiences this server is; any of them where it is not said. */
  readonly audience?: string;
  /** What `typ` of a token may say; `at+jwt` (RFC 9068) by default. Some issuers mark access tokens as plain `JWT`. */
  readonly types?: readonly string[];
  /** How many verified tokens are kept for their next use; 10,000 by default. */
  readonly mostKept?: number;
}

/**
 * What turns JSON Web Tokens into callers, as a policy says: `token` what it demands, `principal` which claims become attributes. Throws a
 * `SettingsError` where the policy does not say enough, or the options do not fit it.
 */
export function authenticatorOf(policy: PolicyIr, options: AuthenticatorOptions): Authenticator {
  const demands = narrowedTo(options.audience, demandsOf(policy));
  const attributes = attributesOf(policy);
  demandClaims(attributes);
  const keys = keysOfAll(demands, options.keys);
  const types = new Set((options.types ?? ["at+jwt"]).map(kindOf));
  return recognising({
    ...options,
    audiences: demands.audiences,
    async verify(text, now) {
      const verified = await verifyJwt(text, { demands, keys, types }, now);
      if (verified.kind !== "verified") return refused(verified.kind, verified.why);
      return callerOf(verified, attributes, demands);
    },
  });
}

/** `id` is the subject where the policy has one issuer; else the issuer's URL, which holds no space, a space, and the subject. */
function callerOf(
  { issuer, claims, audience, times }: VerifiedJwt,
  attributes: Attributes,
  demands: Demands,
): Recognised | Refused {
  const identity = identityOf(attributes, claims);
  if ("why" in identity) return refused("invalid", identity.why);
  const id = demands.issuers.length > 1 ? `${issuer} ${identity.id}` : identity.id;
  const caller = principalOf(attributes, { ...identity, id }, (attribute) => claimOf(claims, attribute));
  if ("why" in caller) return refused("invalid", caller.why);
  const { jti, scope, sub } = claims;
  const token = {
    issuer,
    ...(typeof jti === "string" ? { id: jti } : {}),
    subject: typeof sub === "string" ? sub : identity.id,
    ...(identity.client === undefined ? {} : { client: identity.client }),
    issuedAt: times.issuedAt,
  };
  const scopes = typeof scope === "string" ? scope.split(" ").filter((name) => name !== "") : [];
  return recognised({ ...caller, token, audience, scopes, expiresAt: times.expiresAt }, (now) =>
    whyUntimely(times, demands, now),
  );
}

function narrowedTo(audience: string | undefined, demands: Demands | undefined): Demands {
  if (demands === undefined || demands.issuers.length === 0 || demands.audiences.length === 0) {
    throw new SettingsError(
      'the policy does not say whose tokens it takes: write `token { issuer "https://…" audience "https://…" }`; without it nobody is authenticated',
    );
  }
  if (audience === undefined) return demands;
  const ours = oneOfOurs(audience);
  if (demands.audiences.includes(ours)) return { ...demands, audiences: [ours] };
  throw new SettingsError(`\`${audience}\` is none of the policy's audiences: ${demands.audiences.join(", ")}`);
}

function keysOfAll(demands: Demands, given: Readonly<Record<string, KeySource>>): ReadonlyMap<string, KeySource> {
  const stranger = Object.keys(given).find((issuer) => !demands.issuers.includes(issuer));
  if (stranger !== undefined) {
    throw new SettingsError(
      `there are keys of \`${stranger}\`, which is no issuer of the policy: it has ${demands.issuers.join(", ")}, compared letter by letter`,
    );
  }
  return new Map(
    demands.issuers.map((issuer) => {
      if (!Object.hasOwn(given, issuer)) throw new SettingsError(`the keys of issuer \`${issuer}\` are not given`);
      return [issuer, given[issuer]!];
    }),
  );
}
