import { isRecord } from "@mcpolicy/core";
import { type CryptoKey, createLocalJWKSet, type JSONWebKeySet, type JWK } from "jose";
import { SettingsError } from "./settings-error.ts";

/** What a token's header says of the key that it was signed with: no more than where to look. */
export interface KeyHint {
  readonly alg: string;
  readonly kid?: string;
}

/** The public keys of one issuer. */
export interface KeySource {
  /**
   * The one key that fits at an instant (epoch milliseconds): of that name where one is given, made for that algorithm. Rejects with
   * `NoSuchKey` where there is none or several fit, with `KeysUnavailable` where the keys cannot be had.
   */
  readonly keyFor: (hint: KeyHint, now: number) => Promise<CryptoKey>;
}

/** No key fits. */
export class NoSuchKey extends Error {
  override readonly name = "NoSuchKey";
}

/** Whether a key fits cannot be found out. */
export class KeysUnavailable extends Error {
  override readonly name = "KeysUnavailable";
}

/** A key set (RFC 7517) that is at hand. Throws a `SettingsError` where it is none, or holds a key that is not public. */
export function localKeys(jwks: unknown): KeySource {
  const keys = keysOf(jwks);
  if (keys === undefined) throw new SettingsError("this is no JSON Web Key Set: it has no list of `keys`");
  if (keys.length === 0) throw new SettingsError("the key set holds no key: no token could be valid");
  const other = keys.findIndex((key) => !isPublic(key));
  if (other >= 0) {
    throw new SettingsError(
      `key ${other + 1} of the set is no public key: who holds a private or shared key can make tokens; give the public part alone`,
    );
  }
  return sourceOf(keys);
}

/** The public keys of a set that was fetched; others in it are passed over. Undefined where it is no key set. */
export function fetchedKeys(jwks: unknown): KeySource | undefined {
  const keys = keysOf(jwks)?.filter(isPublic);
  return keys === undefined ? undefined : sourceOf(keys);
}

function sourceOf(keys: readonly JWK[]): KeySource {
  const find = createLocalJWKSet({ keys: [...keys] });
  return {
    async keyFor(hint) {
      try {
        return await find({ ...hint });
      } catch {
        const named = hint.kid === undefined ? "and names no key (`kid`)" : "under the name that it gives (`kid`)";
        throw new NoSuchKey(`the issuer's keys hold none, or several, that its algorithm could use ${named}`);
      }
    },
  };
}

function keysOf(jwks: unknown): readonly JWK[] | undefined {
  const keys = isRecord(jwks) ? (jwks as unknown as JSONWebKeySet).keys : undefined;
  return Array.isArray(keys) && keys.every(isRecord) ? (keys as readonly JWK[]) : undefined;
}

/** RFC 7518 §6: `d` is the private part, `k` the shared one; `priv` of algorithm key pairs. */
function isPublic(key: JWK): boolean {
  return key.kty !== "oct" && !["d", "k", "priv"].some((part) => Object.hasOwn(key, part));
}
