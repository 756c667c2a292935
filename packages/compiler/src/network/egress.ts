import {
  digestOf,
  type Endpoint,
  type EndpointHost,
  endpointText,
  hostText,
  isPrivateHost,
  networkOf,
  type PolicyIr,
  type ServerIr,
} from "@mcpolicy/core";

/** A server of a policy and where it may connect. */
export interface ServerEgress {
  readonly server: string;
  /** A name for containers and clusters (RFC 1123, at most 49 characters), another one for each server. */
  readonly label: string;
  /** Whether a `network` statement speaks of it. Without one it gets no network. */
  readonly isSaid: boolean;
  readonly endpoints: readonly Endpoint[];
  /** What relative paths of its tools hang below. */
  readonly root: string | undefined;
}

/**
 * The servers of a policy with their networks, in the policy's order. Of a policy that narrows another the common part counts: what
 * both let a server reach, or the one that speaks of it.
 */
export function egressOf(policy: PolicyIr): readonly ServerEgress[] {
  const labels = labelsFor(policy.servers);
  return policy.servers.map(({ name, root }, index) => {
    const endpoints = networkOf(policy, name);
    return {
      server: name,
      label: labels[index] as string,
      isSaid: endpoints !== undefined,
      endpoints: endpoints ?? [],
      root,
    };
  });
}

/** One line about a server: what it may reach. */
export function reachOf({ server, isSaid, endpoints }: ServerEgress): string {
  if (endpoints.length > 0) return `\`${server}\` may connect to ${endpoints.map(endpointText).join(", ")}.`;
  return isSaid
    ? `\`${server}\` may connect nowhere.`
    : `\`${server}\` may connect nowhere: the policy has no \`network\` statement about it.`;
}

/**
 * Which hosts may lead to private addresses: those that name one's own network (`db`, `*.svc.cluster.local`), and those that the
 * settings list.
 */
export function privateHosts(listed: readonly string[]): (host: EndpointHost) => boolean {
  return (host) =>
    listed.includes(hostText(host)) ||
    (host.kind === "name" && isPrivateHost(host.name)) ||
    (host.kind === "below" && isPrivateHost(`a.${host.domain}`));
}

const longest = 40;

/** Small letters, digits and hyphens; where two servers would be called the same, or a name is cut, a digest tells them apart. */
function labelsFor(servers: readonly ServerIr[]): readonly string[] {
  const bare = servers.map(({ name }) =>
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-+|-+$/g, ""),
  );
  return servers.map(({ name }, index) => {
    const label = (bare[index] as string).slice(0, longest).replace(/-+$/, "");
    const isClear = label !== "" && label === bare[index] && bare.filter((each) => each === label).length === 1;
    return isClear
      ? label
      : [label, digestOf(name).slice("sha256-".length, "sha256-".length + 8)].filter(Boolean).join("-");
  });
}
