import type { PolicyIr } from "@mcpolicy/core";
import { egressOf, privateHosts } from "./network/egress.ts";
import type { IsolationSettings } from "./network/settings.ts";
import { composeFile, proxyFile, toCompose } from "./network/to-compose.ts";
import { toKubernetes } from "./network/to-kubernetes.ts";
import { toSquid } from "./network/to-squid.ts";

/** A file to write: its path below the folder that the user names, and its whole text. */
export interface NetworkFile {
  readonly path: string;
  readonly text: string;
}

/** What network rules are made for. */
export const networkTargets = ["compose", "k8s"] as const;
export type NetworkTarget = (typeof networkTargets)[number];

const targets: Readonly<
  Record<NetworkTarget, (policy: PolicyIr, settings: IsolationSettings) => readonly NetworkFile[]>
> = {
  compose: (policy, settings) => {
    const servers = egressOf(policy);
    const isPrivate = privateHosts(settings.egress.private);
    const proxies = servers.filter(({ endpoints }) => endpoints.length > 0);
    return [
      { path: composeFile, text: toCompose(servers, settings) },
      ...proxies.map((each) => ({ path: proxyFile(each), text: toSquid(each.server, each.endpoints, isPrivate) })),
    ];
  },
  k8s: (policy, settings) => [{ path: "kubernetes.yaml", text: toKubernetes(egressOf(policy), settings) }],
};

/**
 * The isolation of a policy's servers: from its `network` statements, and settings about how each server is started, to files for
 * containers or a cluster. A server of which no statement speaks gets no network. The same input gives the same bytes.
 */
export function toNetwork(
  policy: PolicyIr,
  target: NetworkTarget,
  settings: IsolationSettings,
): readonly NetworkFile[] {
  return targets[target](policy, settings);
}
