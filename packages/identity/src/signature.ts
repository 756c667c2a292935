import { type CryptoKey, compactVerify, errors } from "jose";
import { isCanonical } from "./base64url.ts";
import { type KeyHint, KeysUnavailable, NoSuchKey } from "./keys.ts";

/** Why a signature is not believed, in words that name no value of the token. */
export class NotSigned extends Error {
  override readonly name = "NotSigned";
}

/**
 * The payload of a compact JWS (RFC 7515 §7.1) whose signature holds: by an algorithm of the list and a key that was looked up by what the
 * header says, made for that algorithm. Keys that the header brings (`jwk`, `jku`, `x5c`, `x5u`) are never looked at. Rejects with `NotSigned`,
 * or with `KeysUnavailable`.
 */
export async function signedPayload(
  jws: string,
  algorithms: ReadonlySet<string>,
  keyFor: (hint: KeyHint) => Promise<CryptoKey>,
): Promise<Uint8Array> {
  const parts = jws.split(".");
  const [header, , signature] = parts;
  if (parts.length !== 3 || header === "" || signature === "" || !parts.every(isCanonical)) {
    throw new NotSigned("it is no signed token: three parts of base64url, apart by dots");
  }
  try {
    const { payload } = await compactVerify(
      jws,
      ({ alg, kid }) => keyFor({ alg, ...(kid === undefined ? {} : { kid }) }),
      { algorithms: [...algorithms] },
    );
    return payload;
  } catch (problem) {
    if (problem instanceof KeysUnavailable) throw problem;
    if (problem instanceof NoSuchKey) throw new NotSigned(problem.message);
    throw new NotSigned(whyNot(problem));
  }
}

function whyNot(problem: unknown): string {
  const code = problem instanceof errors.JOSEError ? problem.code : "";
  return reasons[code] ?? "its signature cannot be checked with the issuer's key";
}

const reasons: Readonly<Record<string, string>> = {
  ERR_JOSE_ALG_NOT_ALLOWED: "its algorithm is not one that the policy allows",
  ERR_JOSE_NOT_SUPPORTED: "its header asks for what is not understood (`alg` or `crit`)",
  ERR_JWS_INVALID: "its header or signature is malformed",
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: "its signature does not hold",
};
