import type { RevocableToken, Revocation } from "./state-driver.ts";

/** Under which names a token may have been revoked: with its issuer, and by whoever names none. */
export function namesOfToken({ issuer, id, subject, client }: RevocableToken): readonly string[] {
  const named = [
    ["id", id],
    ["subject", subject],
    ["client", client],
  ] as const;
  const issuers = issuer === undefined ? [undefined] : [issuer, undefined];
  return [
    ...named.flatMap(([kind, name]) => (name === undefined ? [] : issuers.map((each) => key(kind, each, name)))),
    ...(issuer === undefined ? [] : [key("issuer", issuer, "")]),
  ];
}

/** The name of the tokens that a revocation speaks of. */
export function nameOfRevocation(revocation: Revocation): string {
  return key(revocation.kind, revocation.issuer, revocation.kind === "issuer" ? "" : revocation.id);
}

/** Tokens that were issued before this instant are meant: all, where the id says which. */
export function issuedBeforeOf(revocation: Revocation): number {
  return revocation.kind === "id" ? Number.POSITIVE_INFINITY : revocation.issuedBefore;
}

function key(kind: Revocation["kind"], issuer: string | undefined, name: string): string {
  return JSON.stringify([kind, issuer ?? null, name]);
}
