import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { CheckedPolicy } from "@mcpolicy/language";
import type { Settings } from "@mcpolicy/mcp";
import type { CaptureSource } from "@mcpolicy/mcp/capture";
import type { EndpointLimits, ListenOptions, Upstream } from "@mcpolicy/mcp/http";
import { type ApprovalSettings, approvalSettings } from "../approvals/config.ts";
import type { AuditSinkFlags } from "../audit/sink-flags.ts";
import { type AuthenticatorFlags, takesTokens } from "../authenticator-flags.ts";
import type { AuditConfig, AuthConfig, Config, LimitsConfig, ListenConfig, ServerConfig } from "../config/types.ts";
import { UsageError } from "../exit-codes.ts";
import { shownPath } from "../files.ts";
import { durationIn } from "../flags.ts";
import { given } from "../given.ts";
import { isUrl, sourcesIn, withVariables } from "../live/sources.ts";
import type { Session } from "../session.ts";
import type { StateSettings } from "./state.ts";

/** What a proxy runs by, whether flags or a configuration said it. Times in milliseconds. */
export interface ProxySettings {
  readonly policies: readonly string[];
  /** By the names that a policy gives them. Throws a UsageError where it does not say which is meant. */
  readonly servers: (policy: CheckedPolicy) => ReadonlyMap<string, ServerSettings>;
  /** Undefined: it speaks with one client on standard input and output. */
  readonly listen: ListenOptions | undefined;
  readonly caller: CallerSettings;
  readonly audit: AuditSinkFlags;
  /** How calls get the proofs that they lack. */
  readonly approvals: ApprovalSettings;
  /** Undefined: in the memory of this process. */
  readonly state: StateSettings | undefined;
  readonly limits: EndpointLimits;
  /** In flight on one connection. */
  readonly mostInFlight: number | undefined;
  /** Whether policies are read again when their files change. */
  readonly reload: boolean;
}

export interface ServerSettings {
  readonly upstream: Upstream;
  /** Where clients on HTTP find it. */
  readonly path: string;
  readonly audience: string | undefined;
  readonly settings: Settings;
}

/** Who calls: whom a token names, or whom the operator says, as `eval --as` reads it, with the flag or field that said it. */
export type CallerSettings =
  | { readonly kind: "tokens"; readonly flags: AuthenticatorFlags }
  | { readonly kind: "unverified"; readonly as: string; readonly said: string }
  | { readonly kind: "nobody" };

/** What concerns approvers as well as the proxy that asks them. */
export type ApproverSettings = Pick<ProxySettings, "policies" | "caller" | "approvals" | "state">;

/** Those of a configuration that lies at `path`, absolute. Throws a UsageError where something is said that cannot be. */
export function settingsOf(session: Session, path: string, config: Config): ProxySettings {
  const { servers = {}, proxy = {} } = config;
  const home = dirname(path);
  const here = (file: string): string => shownPath(resolve(home, file), session.cwd);
  const shown = shownPath(path, session.cwd);
  const sources = Object.keys(servers).length === 0 ? new Map<string, CaptureSource>() : sourcesIn(session, shown);
  const all = new Map(
    [...sources].map(([name, source]) => [name, serverOf(source, `/mcp/${name}`, servers[name])] as const),
  );
  const { limits = {} } = proxy;
  return {
    ...approverSettingsOf(session, path, config),
    servers: () => all,
    listen: proxy.listen === undefined ? undefined : listenOf(proxy.listen, home),
    audit: auditOf(proxy.audit, here),
    limits: limitsOf(limits),
    mostInFlight: limits.requests,
    reload: proxy.reload ?? true,
  };
}

/** Likewise, where no server is spoken to. */
export function approverSettingsOf(session: Session, path: string, config: Config): ApproverSettings {
  const { policies = ["."], proxy = {} } = config;
  const home = dirname(path);
  const here = (file: string): string => shownPath(resolve(home, file), session.cwd);
  const shown = shownPath(path, session.cwd);
  const { state } = proxy;
  return {
    policies: policies.map((each) => here(each) || "."),
    caller: callerOf(proxy.auth ?? {}, here),
    approvals: approvalSettings(proxy.approvals ?? {}, (file) => resolve(home, file)),
    state:
      state === undefined
        ? undefined
        : {
            url: withVariables(
              state.redis,
              session.env,
              (why) => new UsageError(`${shown}: \`proxy.state.redis\`: ${why}`),
            ),
            name: state.name,
            prefix: state.prefix,
            timeout: time(state.timeout) ?? 1_000,
            lastKnown: state.whenAway === undefined || state.whenAway === "deny" ? undefined : time(state.whenAway),
          },
  };
}

/** One server, from where it is and what else is said of it. */
export function serverOf(source: CaptureSource, path: string, config: ServerConfig = {}): ServerSettings {
  const { elicitation, sampling, dispatchers, linkHosts, texts } = config;
  return {
    upstream:
      "url" in source
        ? { kind: "http", url: source.url, ...given({ headers: source.headers }) }
        : {
            kind: "stdio",
            command: source.command,
            ...given({ args: source.args, cwd: source.cwd, env: source.env }),
          },
    path: config.path ?? path,
    audience: config.audience,
    settings: given({ elicitation, sampling, dispatchers, linkHosts, texts }),
  };
}

function listenOf(config: ListenConfig, home: string): ListenOptions {
  const { tls, drain, ...rest } = config;
  return {
    ...rest,
    ...given({ drain: time(drain) }),
    ...(tls === undefined ? {} : { tls: { key: contents(home, tls.key), cert: contents(home, tls.cert) } }),
  };
}

function contents(home: string, file: string): string {
  try {
    return readFileSync(resolve(home, file), "utf8");
  } catch (problem) {
    throw new UsageError(`\`proxy.listen.tls\`: cannot read ${file}: ${(problem as Error).message}`);
  }
}

function callerOf(auth: AuthConfig, here: (file: string) => string): CallerSettings {
  const { principal, keys = {}, developmentClients, audience, tokenTypes = [], revocations } = auth;
  const flags: AuthenticatorFlags = {
    keys: Object.entries(keys).map(([issuer, place]) => `${issuer}=${isUrl(place) ? place : here(place)}`),
    tokenType: tokenTypes,
    ...given({
      developmentClients: developmentClients === undefined ? undefined : here(developmentClients),
      audience,
      revocations: revocations === undefined ? undefined : here(revocations),
    }),
  };
  if (principal !== undefined) {
    if (takesTokens(flags)) throw new UsageError("`proxy.auth` names both a `principal` and whose tokens are taken");
    return { kind: "unverified", as: JSON.stringify({ roles: [], ...principal }), said: "`proxy.auth.principal`" };
  }
  return takesTokens(flags) ? { kind: "tokens", flags } : { kind: "nobody" };
}

function auditOf(audit: AuditConfig | undefined, here: (file: string) => string): AuditSinkFlags {
  const usual = { auditSync: { sync: "every record" }, auditWhenAway: "refuse" } as const;
  if (audit === undefined) return usual;
  const { folder, key, secret, sync = "every", keep, whenAway = "refuse" } = audit;
  return {
    audit: here(folder),
    auditKey: here(key ?? `${folder}.key`),
    auditSecret: here(secret ?? `${folder}.secret`),
    auditSync: sync === "every" ? usual.auditSync : { sync: "interval", ms: Math.max(1, time(sync) ?? 1) },
    auditWhenAway: whenAway,
    ...given({ auditKeep: time(keep) }),
  };
}

function limitsOf({ answer, idle, recheck, sessions, processes }: LimitsConfig): EndpointLimits {
  return given({ answer: time(answer), idle: time(idle), recheck: time(recheck), sessions, processes });
}

/** Of a text that the schema takes for a length of time. */
function time(text: string | undefined): number | undefined {
  return text === undefined ? undefined : durationIn(text);
}
