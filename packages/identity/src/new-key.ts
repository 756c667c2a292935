import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from "jose";

/**
 * A new private key to sign tokens with, as a JWK with `alg` and, as its `kid`, its thumbprint (RFC 7638). With the platform's randomness. Keep it
 * from everybody; `publicKeySet` gives what to publish. Rejects where the algorithm has no key pair.
 */
export async function newSigningKey(alg: string = "EdDSA"): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, alg, kid: await calculateJwkThumbprint(jwk) };
}
