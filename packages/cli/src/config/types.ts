import type { ApprovalsConfig } from "../approvals/config.ts";

/** What a configuration file says, once it was held against its schema (`schema.ts`, which describes each field). Nothing is resolved in it. */
export interface Config {
  readonly policies?: readonly string[];
  readonly servers?: Readonly<Record<string, ServerConfig>>;
  readonly proxy?: ProxyConfig;
}

/** The fields of a place of a server that `policy proxy` alone looks at; `live/sources.ts` reads where it is. */
export interface ServerConfig {
  readonly path?: string;
  readonly audience?: string;
  readonly elicitation?: { readonly hosts?: readonly string[] };
  readonly sampling?: { readonly maxTokens?: number; readonly tools?: boolean; readonly context?: boolean };
  readonly dispatchers?: readonly { readonly tool: string; readonly name: string; readonly arguments: string }[];
  readonly linkHosts?: readonly string[];
  readonly texts?: "clean" | "as-given";
}

export interface ProxyConfig {
  readonly listen?: ListenConfig;
  readonly auth?: AuthConfig;
  readonly audit?: AuditConfig;
  readonly approvals?: ApprovalsConfig;
  readonly state?: StateConfig;
  readonly limits?: LimitsConfig;
  readonly reload?: boolean;
}

export interface ListenConfig {
  readonly host?: string;
  readonly port: number;
  readonly hosts?: readonly string[];
  readonly origins?: readonly string[];
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly drain?: string;
}

export interface AuthConfig {
  readonly keys?: Readonly<Record<string, string>>;
  readonly developmentClients?: string;
  readonly audience?: string;
  readonly tokenTypes?: readonly string[];
  readonly revocations?: string;
  readonly principal?: { readonly id: string; readonly roles?: readonly string[] };
}

export interface AuditConfig {
  readonly folder: string;
  readonly key?: string;
  readonly secret?: string;
  readonly sync?: string;
  readonly keep?: string;
  readonly whenAway?: "refuse" | "go-on";
}

export interface StateConfig {
  readonly redis: string;
  readonly name: string;
  readonly prefix?: string;
  readonly timeout?: string;
  readonly whenAway?: string;
}

export interface LimitsConfig {
  readonly answer?: string;
  readonly idle?: string;
  readonly recheck?: string;
  readonly sessions?: number;
  readonly processes?: number;
  readonly requests?: number;
}
