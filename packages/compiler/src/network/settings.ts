/**
 * How the servers of a policy are started where they are isolated: what a policy does not say. Everything has a default that is
 * safe; an image has none, and its place is held by something that does not start.
 */
export interface IsolationSettings {
  /** Of the compose project, and of the namespace of a cluster. */
  readonly name: string;
  /** `gvisor`, `kata`, or the name of a runtime on the host or of a runtime class of the cluster; the platform's own where it is undefined. */
  readonly runtime: string | undefined;
  readonly egress: EgressSettings;
  /** By the server's name in the policy. */
  readonly servers: Readonly<Record<string, ServerSettings>>;
}

/** The proxies through which servers reach the hosts that the policy lists. */
export interface EgressSettings {
  /** Has `/usr/sbin/squid`, version 5 or later. */
  readonly image: string;
  /** Hosts, as in the policy without their port, whose names may lead to private addresses. */
  readonly private: readonly string[];
}

export interface ServerSettings {
  readonly image?: string;
  /** The image's own where it is not given. */
  readonly command?: readonly string[];
  /** Where it listens for MCP over HTTP; without one it speaks on its standard input and output. */
  readonly port?: number;
  /** Numbers: user and group. */
  readonly user: string;
  /** `256Mi`: of memory, and of `/tmp`. */
  readonly memory: string;
  readonly tmp: string;
  readonly cpus: number;
  readonly pids: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Names of environment variables whose values no file may hold. */
  readonly secrets: readonly string[];
  readonly mounts: readonly Mount[];
  readonly runtime?: string;
}

/** A folder for a server: from the host, or a volume (a claim, in a cluster). Read-only unless it says `write`. */
export interface Mount {
  readonly at: string;
  readonly from?: string;
  readonly claim?: string;
  readonly write: boolean;
}

/** What a server gets of which nothing is said. The guide asks for 10 MB of `/tmp`. */
export const defaultServer: ServerSettings = {
  user: "65532:65532",
  memory: "256Mi",
  tmp: "10Mi",
  cpus: 0.5,
  pids: 128,
  environment: {},
  secrets: [],
  mounts: [],
};

export const defaultSettings: IsolationSettings = {
  name: "mcp",
  runtime: undefined,
  egress: { image: "ubuntu/squid:latest", private: [] },
  servers: {},
};

/** How one server is started. */
export function serverSettings({ servers }: IsolationSettings, server: string): ServerSettings {
  return (Object.hasOwn(servers, server) ? servers[server] : undefined) ?? defaultServer;
}

/** How a runtime is called where it is asked for. */
const runtimes: Readonly<Record<string, { readonly compose: string; readonly kubernetes: string }>> = {
  gvisor: { compose: "runsc", kubernetes: "gvisor" },
  kata: { compose: "io.containerd.kata.v2", kubernetes: "kata" },
};

export function runtimeFor(target: "compose" | "kubernetes", runtime: string | undefined): string | undefined {
  if (runtime === undefined || !Object.hasOwn(runtimes, runtime)) return runtime;
  return runtimes[runtime]?.[target];
}
