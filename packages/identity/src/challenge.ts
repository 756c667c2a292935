import type { Refusal } from "./authentication.ts";
import { metadataUrl, type ProtectedResource } from "./resource.ts";
import { SettingsError } from "./settings-error.ts";

/** How an HTTP request is refused. What it says never depends on why a token is not valid. */
export interface Challenge {
  readonly status: 400 | 401 | 403 | 500;
  /** The value of `WWW-Authenticate`; undefined where no other token would help. */
  readonly authenticate?: string;
}

type Row = (resource: ProtectedResource) => Challenge;

/** RFC 6750 §3.1: no `error` where no token was sent; the same words whatever is wrong with one. */
const challenges: Readonly<Record<Refusal, Row>> = {
  missing: (resource) => ({
    status: 401,
    authenticate: bearer({ ...whereToAsk(resource), scope: initially(resource) }),
  }),
  invalid: (resource) => ({
    status: 401,
    authenticate: bearer({ error: "invalid_token", ...whereToAsk(resource), scope: initially(resource) }),
  }),
  malformed: (resource) => ({
    status: 400,
    authenticate: bearer({ error: "invalid_request", ...whereToAsk(resource) }),
  }),
  fault: () => ({ status: 500 }),
};

/** How a request is refused that says not, or not well, who calls. Throws a `SettingsError` where the resource cannot be told. */
export function challengeOf(refusal: Refusal, resource: ProtectedResource): Challenge {
  return challenges[refusal](resource);
}

/**
 * The token lacks scopes, and a new consent of the user can give them: the client asks for all of `needed` at once (MCP, "Step-Up
 * Authorization"). `offline_access` is the client's own affair and never asked for.
 */
export function insufficientScope(needed: readonly string[], resource: ProtectedResource): Challenge {
  return {
    status: 403,
    authenticate: bearer({ error: "insufficient_scope", scope: scopesOf(needed), ...whereToAsk(resource) }),
  };
}

/** The caller is known and has no right here at all: no token would help, so nothing invites the client to ask for one. */
export const forbidden: Challenge = Object.freeze({ status: 403 });

function whereToAsk(resource: ProtectedResource): Readonly<Record<string, string>> {
  return { resource_metadata: metadataUrl(resource) };
}

function initially({ scopes = [] }: ProtectedResource): string {
  return scopesOf(scopes);
}

function scopesOf(scopes: readonly string[]): string {
  return [...new Set(scopes)].filter((scope) => scope !== "offline_access").join(" ");
}

/** RFC 6750 §3: `Bearer name="value", …`; parameters without a value are left out. */
function bearer(parameters: Readonly<Record<string, string>>): string {
  const said = Object.entries(parameters).filter(([, value]) => value !== "");
  for (const [name, value] of said) {
    // Scopes (RFC 6749 §3.3) and URLs are ASCII without quotes and backslashes, so nothing is ever escaped.
    if (!/^[ !#-[\]-~]+$/.test(value)) throw new SettingsError(`\`${name}\` holds a character that no header may hold`);
  }
  return `Bearer ${said.map(([name, value]) => `${name}="${value}"`).join(", ")}`;
}
