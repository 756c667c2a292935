/** A server of the registry with its network profile, as the outside data has it. */
export interface RegistryEntry {
  readonly server: string;
  readonly permissions: {
    readonly network?: {
      readonly outbound?: {
        readonly insecure_allow_all?: boolean;
        readonly allow_host?: readonly string[];
        readonly allow_port?: readonly number[];
      };
    };
  } | null;
}

/**
 * What a profile lets a server reach, `host:port` each, sorted: `example.com`, `below example.com`, or `any` host. In its notation
 * `.example.com` is the domain and all below it, and hosts and ports are two lists of which every pair counts; without a list of
 * ports, or of hosts, nothing does. `insecure_allow_all` is every host, on the listed ports where some are listed.
 */
export function reachOf({ permissions }: RegistryEntry): readonly string[] {
  const { insecure_allow_all: isOpen = false, allow_host = [], allow_port = [] } = permissions?.network?.outbound ?? {};
  const hosts = allow_host.flatMap((host) =>
    host.startsWith(".") ? [host.slice(1), `below ${host.slice(1)}`] : [host],
  );
  const ports = isOpen && allow_port.length === 0 ? ["any"] : allow_port.map(String);
  const all = [...(isOpen ? ["any"] : []), ...hosts].flatMap((host) => ports.map((port) => `${host}:${port}`));
  return [...new Set(all)].sort();
}

export function isOpen({ permissions }: RegistryEntry): boolean {
  return permissions?.network?.outbound?.insecure_allow_all === true;
}

/** The same as a policy of one server. */
export function policyOf(entry: RegistryEntry): string {
  const endpoints = reachOf(entry).map((each) => {
    if (each === "any:any") return '"*"';
    return `"${each.replace(/^below /, "*.").replace(/^any:/, "*:")}"`;
  });
  const connect = endpoints.length === 0 ? "" : ` connect ${endpoints.join(", ")} `;
  return `mcpolicy 1\nserver ${entry.server} untyped\nnetwork ${entry.server} {${connect}}\n`;
}
