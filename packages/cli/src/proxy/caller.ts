import type { PolicyIr, Principal, Revocations } from "@mcpolicy/core";
import { printable } from "@mcpolicy/diagnostics";
import { type Authenticator, demandsOf, SettingsError, scopesOf } from "@mcpolicy/identity";
import { environmentCredentials } from "@mcpolicy/identity/node";
import type { CheckedPolicy } from "@mcpolicy/language";
import type { IdentityOptions } from "@mcpolicy/mcp/http";
import { type AuthenticatorFlags, authenticatorFrom } from "../authenticator-flags.ts";
import { UsageError } from "../exit-codes.ts";
import { given } from "../given.ts";
import { requestOf, strangers } from "../request-flags.ts";
import type { Session } from "../session.ts";
import type { CallerSettings, ServerSettings } from "./settings.ts";

/** What it takes to find out who calls. */
export interface Identifying {
  readonly session: Session;
  readonly caller: CallerSettings;
  /** Of the store that instances share, where no file of them is named. */
  readonly revocations: Pick<Revocations, "isRevoked"> | undefined;
  /** For operators. */
  readonly say: (text: string) => void;
}

/** Who calls the one server on stdio, under the policy in force. */
export interface StdioCaller {
  /** Asked for each message: a token ends, or is renewed, while the proxy runs. */
  readonly principal: () => Principal | undefined | Promise<Principal | undefined>;
  /** What another policy asks of tokens; called when that takes the place. */
  readonly prepare: (policy: PolicyIr) => Promise<() => void>;
}

/** Throws a UsageError, or what `@mcpolicy/identity` throws of settings. */
export async function stdioCaller(
  { session, caller, revocations, say }: Identifying,
  { audience = caller.kind === "tokens" ? caller.flags.audience : undefined }: Pick<ServerSettings, "audience">,
  policy: PolicyIr,
  checked: CheckedPolicy,
): Promise<StdioCaller> {
  if (caller.kind !== "tokens") {
    const principal = unverified(session, caller, checked, say);
    return { principal: () => principal, prepare: async () => () => {} };
  }
  const credentials = environmentCredentials(session.env);
  const authenticatorFor = (ir: PolicyIr): Promise<Authenticator> =>
    authenticatorFrom({ ...caller.flags, ...given({ audience }) }, ir, session, "stdio", revocations);
  let authenticator = await authenticatorFor(policy);
  let refusal = "";
  const tell = (detail: string): void => {
    if (detail !== refusal && detail !== "") say(`nobody is known to call: ${detail}`);
    refusal = detail;
  };
  return {
    async principal() {
      const found = await authenticator.authenticate(credentials(), Date.now());
      tell(found.kind === "refused" ? found.detail || "there is no token" : "");
      return found.kind === "authenticated" ? found.principal : undefined;
    },
    async prepare(next) {
      const prepared = await authenticatorFor(next);
      return () => {
        authenticator = prepared;
      };
    },
  };
}

/** Who calls each server on HTTP, under a policy. */
export function httpIdentity(
  { session, caller, revocations, say }: Identifying,
  host: string,
  servers: ReadonlyMap<string, ServerSettings>,
  checked: CheckedPolicy,
): (name: string, policy: { readonly ir: PolicyIr }) => Promise<IdentityOptions> {
  if (caller.kind !== "tokens") {
    const principal = unverified(session, caller, checked, say);
    return async () => ({ kind: "development", principal });
  }
  return async (name, { ir }) => {
    const { path, audience } = servers.get(name) as ServerSettings;
    const resource = resourceOf(name, path, audience ?? caller.flags.audience, ir);
    const flags: AuthenticatorFlags = { ...caller.flags, audience: resource };
    return {
      kind: "tokens",
      authenticator: await authenticatorFrom(flags, ir, session, host, revocations),
      resource: { resource, authorizationServers: demandsOf(ir)?.issuers ?? [], scopes: scopesOf(ir), name },
    };
  };
}

/**
 * The URI that tokens for a server name (RFC 8707), which is the URL where clients reach it: the one that is said, else the policy's only one, else
 * the one with the server's path.
 */
function resourceOf(name: string, path: string, said: string | undefined, ir: PolicyIr): string {
  if (said !== undefined) return said;
  const audiences = demandsOf(ir)?.audiences ?? [];
  const found =
    audiences.length === 1 ? audiences[0] : audiences.find((audience) => URL.parse(audience)?.pathname === path);
  if (found !== undefined) return found;
  throw new SettingsError(
    `which audience is \`${name}\`? the policy has ${audiences.join(", ") || "none"}, and none of them ends in ${path}: say it as \`audience\` of the server`,
  );
}

function unverified(
  session: Session,
  caller: Exclude<CallerSettings, { readonly kind: "tokens" }>,
  policy: CheckedPolicy,
  say: (text: string) => void,
): Principal {
  if (caller.kind === "nobody") {
    throw new UsageError(
      "who calls? give --keys or --development-clients for callers with tokens, or --principal id=dev@example.com,roles=developer (for development); without a caller everything is denied",
    );
  }
  const { as, said } = caller;
  try {
    const server = policy.servers[0]?.name ?? "";
    const request = requestOf({ policy: [], as, sampling: server }, policy, session.cwd);
    for (const stranger of strangers(request, policy)) session.err.write(`note: ${printable(stranger)}\n`);
    const principal = request.principal as Principal;
    say(`the caller is \`${principal.id}\`, as ${said} says: for development only, nothing proves who calls`);
    return principal;
  } catch (problem) {
    if (problem instanceof UsageError) throw new UsageError(problem.message.replaceAll("--as", said));
    throw problem;
  }
}
