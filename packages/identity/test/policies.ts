import { compile } from "@mcpolicy/compiler";
import type { PolicyIr } from "@mcpolicy/core";
import { checkPolicy } from "@mcpolicy/language";
import type { JWK } from "jose";
import type { Authentication, Authenticator } from "../src/authentication.ts";
import { type AuthenticatorOptions, authenticatorOf } from "../src/authenticator.ts";
import { issueToken, publicKeySet, type TokenContents } from "../src/issue.ts";
import { localKeys } from "../src/keys.ts";
import { newSigningKey } from "../src/new-key.ts";
import { Token } from "../src/token.ts";

/** The moment in which these tests take place. */
export const now: number = Date.UTC(2026, 10, 22, 10);

export const issuer = "https://id.example.com";
export const audience = "https://mcp.example.com/fs";

/** A policy as it is loaded. Throws where the text has an error. */
export function policyOf(text: string, more: Readonly<Record<string, string>> = {}): PolicyIr {
  const files: Readonly<Record<string, string>> = { "p.mcpolicy": `mcpolicy 1\nserver s untyped\n${text}`, ...more };
  const { policy, diagnostics } = checkPolicy(["p.mcpolicy"], {
    read: (path) => files[path],
    join: (_, path) => path,
  });
  if (policy !== undefined) return compile(policy).policy;
  throw new Error(diagnostics.map(({ code, message }) => `${code} ${message}`).join("\n"));
}

export const token = `token { issuer "${issuer}" audience "${audience}" }\n`;

/** Two keys of one issuer, made once. */
export const key: JWK = await newSigningKey("EdDSA");
export const ecKey: JWK = await newSigningKey("ES256");
export const otherKey: JWK = await newSigningKey("EdDSA");

export const keys: AuthenticatorOptions["keys"] = { [issuer]: localKeys(publicKeySet([key, ecKey])) };

/** Nobody is revoked. */
export const revocations = { isRevoked: (): boolean => false };

/** An authenticator over a policy's text, with the issuer's keys. */
export function authenticatorFor(text: string, options: Partial<AuthenticatorOptions> = {}): Authenticator {
  return authenticatorOf(policyOf(text), { keys, revocations, ...options });
}

export const contents: TokenContents = {
  issuer,
  audience,
  subject: "dev@example.com",
  client: "cli",
  roles: ["developer"],
  id: "token-1",
  issuedAt: now - 10_000,
  lifetime: 300_000,
};

export function issued(changes: Partial<TokenContents> = {}, by: JWK = key): Promise<string> {
  return issueToken({ ...contents, ...changes }, by);
}

/** What an authenticator makes of a token's text. */
export async function authenticated(
  authenticator: Authenticator,
  text: string,
  at: number = now,
): Promise<Authentication> {
  return authenticator.authenticate({ kind: "token", token: new Token(text) }, at);
}

/** The refusal and its detail, or `authenticated`: for tables. */
export function verdict(found: Authentication): string {
  return found.kind === "authenticated" ? "authenticated" : `${found.refusal}: ${found.detail}`;
}
