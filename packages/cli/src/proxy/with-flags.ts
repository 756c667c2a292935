import type { CheckedPolicy } from "@mcpolicy/language";
import type { ListenOptions } from "@mcpolicy/mcp/http";
import { childEnvironment } from "@mcpolicy/mcp/stdio";
import { type ApprovalFlags, approvalFlags } from "../approvals/proxy-flags.ts";
import type { AuditSinkFlags } from "../audit/sink-flags.ts";
import { type AuthenticatorFlags, takesTokens } from "../authenticator-flags.ts";
import { UsageError } from "../exit-codes.ts";
import { sourceOfCommand, sourceOfUrl } from "../live/sources.ts";
import type { Session } from "../session.ts";
import { type CallerSettings, type ProxySettings, type ServerSettings, serverOf } from "./settings.ts";

/** The flags of `policy proxy`. */
export interface ProxyFlags extends AuditSinkFlags, AuthenticatorFlags, ApprovalFlags {
  readonly policy: readonly string[];
  readonly config?: string;
  readonly server?: string;
  readonly upstream?: string;
  readonly listen?: string;
  readonly host: readonly string[];
  readonly origin: readonly string[];
  readonly principal?: string;
  readonly env: readonly string[];
}

/** What holds where nothing is said. */
export const unsaid: ProxySettings = {
  policies: [],
  servers: () => new Map(),
  listen: undefined,
  caller: { kind: "nobody" },
  audit: { auditSync: { sync: "every record" }, auditWhenAway: "refuse" },
  approvals: {},
  state: undefined,
  limits: {},
  mostInFlight: undefined,
  reload: true,
};

/** Settings with what flags say in the place of what was said before. Throws a UsageError where flags cannot be meant. */
export function withFlags(
  session: Session,
  command: readonly string[],
  flags: ProxyFlags,
  before: ProxySettings,
): ProxySettings {
  return {
    ...before,
    ...(flags.policy.length === 0 ? {} : { policies: flags.policy }),
    servers: serversOf(session, command, flags, before),
    listen: flags.listen === undefined ? before.listen : { ...before.listen, ...listenOf(flags, flags.listen) },
    caller: callerOf(flags) ?? before.caller,
    audit: flags.audit === undefined ? before.audit : flags,
    approvals: { ...before.approvals, ...approvalFlags(session, flags) },
  };
}

/** The one server that the command line gives, under the name that the policy has for it; else those of before, or the one of them that is named. */
function serversOf(
  session: Session,
  command: readonly string[],
  { upstream, server, env }: ProxyFlags,
  before: ProxySettings,
): ProxySettings["servers"] {
  if (command.length > 0 && upstream !== undefined) {
    throw new UsageError("either --upstream, or a program after `--`: one server is guarded");
  }
  if (command.length === 0 && upstream === undefined) {
    if (server === undefined) return before.servers;
    return (policy) => {
      const all = before.servers(policy);
      const found = all.get(server);
      if (found === undefined)
        throw new UsageError(`there is no server \`${server}\`; there are ${[...all.keys()].join(", ") || "none"}`);
      return new Map([[server, found]]);
    };
  }
  const source =
    upstream === undefined
      ? { ...sourceOfCommand(session, command), env: childEnvironment(session.env, env) }
      : sourceOfUrl(upstream);
  const settings = serverOf(source, "/mcp");
  return (policy) => new Map<string, ServerSettings>([[nameOf(server, policy), settings]]);
}

function nameOf(said: string | undefined, { servers }: CheckedPolicy): string {
  const names = servers.map(({ name }) => name);
  const name = said ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined) {
    throw new UsageError(`which server of the policy is it? give --server with one of: ${names.join(", ") || "none"}`);
  }
  return name;
}

/** `127.0.0.1:8080`, `[::1]:8080` or `:8080`, which is the first. */
function listenOf({ host: hosts, origin: origins }: ProxyFlags, text: string): ListenOptions {
  const [, host = "", digits = ""] = /^(\[[0-9A-Fa-f:.]+\]|[^:[\]]*):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === "" || port > 65_535)
    throw new UsageError(`--listen takes HOST:PORT such as 127.0.0.1:8080, not \`${text}\``);
  return {
    host: host === "" ? "127.0.0.1" : host.replace(/^\[|\]$/g, ""),
    port,
    ...(hosts.length === 0 ? {} : { hosts }),
    ...(origins.length === 0 ? {} : { origins }),
  };
}

function callerOf(flags: ProxyFlags): CallerSettings | undefined {
  const { principal } = flags;
  if (principal !== undefined && takesTokens(flags)) {
    throw new UsageError(
      "either --principal, or --keys or --development-clients: a caller with a token is another one",
    );
  }
  if (principal !== undefined) return { kind: "unverified", as: principal, said: "--principal" };
  return takesTokens(flags) ? { kind: "tokens", flags } : undefined;
}
