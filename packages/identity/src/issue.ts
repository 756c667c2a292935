import type { JsonObject } from "@mcpolicy/core";
import { type JWK, SignJWT } from "jose";
import { SettingsError } from "./settings-error.ts";

/** What a token is to say. Times in milliseconds. */
export interface TokenContents {
  readonly issuer: string;
  readonly audience: string;
  readonly subject: string;
  readonly client: string;
  readonly roles?: readonly string[];
  readonly scopes?: readonly string[];
  /** Further claims, as the policy's `principal` reads them. */
  readonly claims?: JsonObject;
  /** Unguessable and of this token alone: a revocation may name it. */
  readonly id: string;
  /** Epoch milliseconds. */
  readonly issuedAt: number;
  readonly lifetime: number;
}

/** Claims that have a field of their own. */
const reserved = ["iss", "aud", "sub", "client_id", "jti", "iat", "exp"];

/**
 * Issues an access token (RFC 9068), for development and tests: an identity provider issues those of a deployment. `key` is a private key
 * with its `alg` and `kid`. Throws a `SettingsError` where the key is none, or a claim has a field of its own.
 */
export async function issueToken(contents: TokenContents, key: JWK): Promise<string> {
  const { issuer, audience, subject, client, roles, scopes, claims = {}, id, issuedAt, lifetime } = contents;
  const taken = reserved.find((name) => Object.hasOwn(claims, name));
  if (taken !== undefined) throw new SettingsError(`the claim \`${taken}\` is set by what the token says otherwise`);
  const { alg, kid } = key;
  if (typeof alg !== "string" || typeof kid !== "string" || key.d === undefined) {
    throw new SettingsError("the signing key is no private key with `alg` and `kid`");
  }
  const seconds = Math.floor(issuedAt / 1000);
  return new SignJWT({
    ...claims,
    ...(roles === undefined ? {} : { roles: [...roles] }),
    ...(scopes === undefined ? {} : { scope: scopes.join(" ") }),
    client_id: client,
  })
    .setProtectedHeader({ alg, kid, typ: "at+jwt" })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(subject)
    .setJti(id)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + Math.floor(lifetime / 1000))
    .sign(key);
}

/** The members of a key that everybody may know (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2). */
const publicMembers: ReadonlySet<string> = new Set(["kty", "crv", "x", "y", "n", "e", "kid", "alg"]);

/** The key set to publish: the public part of each key, and nothing else of it. */
export function publicKeySet(keys: readonly JWK[]): { readonly keys: readonly JWK[] } {
  return {
    keys: keys.map((key) => {
      const members = Object.entries(key).filter(([name]) => publicMembers.has(name));
      return { ...(Object.fromEntries(members) as JWK), use: "sig" };
    }),
  };
}
