import { type Endpoint, type EndpointHost, localRanges, privateRanges } from "@mcpolicy/core";
import { privateHosts, reachOf, type ServerEgress } from "./egress.ts";
import { proxyVariables } from "./proxy-variables.ts";
import { type IsolationSettings, type Mount, runtimeFor, type ServerSettings, serverSettings } from "./settings.ts";
import { squidPlace, squidPort, toSquid } from "./to-squid.ts";
import { type Commented, yamlText } from "./yaml-text.ts";

const roleLabel = "mcpolicy.dev/role";
const nameLabel = "app.kubernetes.io/name";
const gateways = { matchLabels: { [roleLabel]: "gateway" } };

/**
 * Kubernetes objects for the servers of a policy: a namespace in which nothing may connect anywhere, and for each server a deployment
 * that may speak to a proxy of its own, where it may connect somewhere at all. Only the proxies ask for names.
 */
export function toKubernetes(servers: readonly ServerEgress[], settings: IsolationSettings): string {
  const listening = servers.flatMap(({ server, label }) => {
    const { port } = serverSettings(settings, server);
    return port === undefined ? [] : [{ name: `mcp-${label}`, port }];
  });
  const objects = [
    yamlText(namespace(settings.name), head, []),
    yamlText(
      denyAll(settings.name),
      "Whatever no other policy of this file allows is refused, in both directions.",
      [],
    ),
    ...(listening.length === 0 ? [] : [yamlText(gatewayPolicy(settings.name, listening), gatewayHead, [])]),
    ...servers.flatMap((each) => [
      ...(each.endpoints.length > 0 ? egressObjects(each, settings) : []),
      ...serverObjects(each, settings),
    ]),
  ];
  return objects.join("---\n");
}

const head = `The servers of the policy, each by itself. Made by \`policy isolate\`: change the policy or its settings, and make it again.
It needs a network plugin that enforces NetworkPolicy; without one nothing here keeps a server from connecting.
How many processes a container may start is a setting of the node (podPidsLimit).`;

function namespace(name: string): object {
  const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
}

function denyAll(space: string): object {
  return networkPolicy("deny-all", space, { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
}

const gatewayHead = `What enforces the policy, a pod labelled \`${roleLabel}: gateway\`, may speak to the servers. Who may speak to it, and what else
it needs (an issuer's keys, a store), stands in policies of your own: what any of them allows counts.`;

function gatewayPolicy(space: string, servers: readonly { readonly name: string; readonly port: number }[]): object {
  const egress = [names, ...servers.map(({ name, port }) => ({ to: [{ podSelector: only(name) }], ports: tcp(port) }))];
  return networkPolicy("gateway", space, { podSelector: gateways, policyTypes: ["Egress"], egress });
}

// ------------------------------------------------------------------- servers

function serverObjects(egress: ServerEgress, settings: IsolationSettings): readonly string[] {
  const own = serverSettings(settings, egress.server);
  const name = `mcp-${egress.label}`;
  const rules = [
    ...(own.port === undefined ? [] : [{ ingress: [{ from: [{ podSelector: gateways }], ports: tcp(own.port) }] }]),
    ...(egress.endpoints.length === 0
      ? []
      : [{ egress: [{ to: [{ podSelector: only(`egress-${egress.label}`) }], ports: tcp(squidPort) }] }]),
  ];
  const policy = networkPolicy(name, settings.name, {
    podSelector: only(name),
    policyTypes: rules.flatMap(Object.keys).map((each) => `${each[0]?.toUpperCase()}${each.slice(1)}`),
    ...Object.assign({}, ...rules),
  });
  const listens =
    own.port === undefined ? "" : `Pods labelled \`${roleLabel}: gateway\` may speak to it, and nothing else.`;
  return [
    ...(rules.length === 0 ? [] : [yamlText(policy, [reachOf(egress), listens].filter(Boolean).join("\n"), [])]),
    ...(own.port === undefined ? [] : [yamlText(service(name, settings.name, own.port), "", [])]),
    deployment(egress, own, settings),
  ];
}

function deployment(egress: ServerEgress, own: ServerSettings, settings: IsolationSettings): string {
  const name = `mcp-${egress.label}`;
  const runtime = runtimeFor("kubernetes", own.runtime ?? settings.runtime);
  const container = {
    name: "server",
    image: own.image ?? `image-of-server.invalid/${egress.label}`,
    ...(own.command === undefined ? {} : { args: own.command.map(literal) }),
    ...(own.port === undefined ? { stdin: true } : { ports: [{ name: "mcp", containerPort: own.port }] }),
    ...environment(egress, own),
    ...hardened,
    resources: { limits: limits(own), requests: limits(own) },
    volumeMounts: [
      { name: "tmp", mountPath: "/tmp" },
      ...own.mounts.map(({ at, write }, index) => ({ name: `mount-${index + 1}`, mountPath: at, readOnly: !write })),
    ],
  };
  const spec = {
    ...podBasics(own.user),
    ...(runtime === undefined ? {} : { runtimeClassName: runtime }),
    dnsPolicy: "None",
    dnsConfig: { nameservers: ["127.0.0.1"] },
    containers: [container],
    volumes: [tmpVolume(own.tmp), ...own.mounts.map((each, index) => volume(each, index + 1, name))],
  };
  const reach = egress.endpoints.length > 0 ? `Server \`${egress.server}\`.` : reachOf(egress);
  return yamlText(deploymentOf(name, settings.name, "server", spec), reach, commentsOn(own, runtime));
}

function commentsOn(own: ServerSettings, runtime: string | undefined): readonly Commented[] {
  const pod = (...below: readonly (string | number)[]) => ["spec", "template", "spec", ...below];
  const container = (key: string) => pod("containers", 0, key);
  const why =
    "The proxy is known by its address; names are asked for by the proxy alone, since a query can carry data out.";
  const comments: Commented[] = [[pod("dnsPolicy"), why]];
  if (runtime !== undefined)
    comments.push([pod("runtimeClassName"), `A RuntimeClass of the cluster is called \`${runtime}\`.`]);
  if (own.image === undefined) comments.push([container("image"), "Stands for an image: name it in the settings."]);
  if (own.port === undefined) {
    const how =
      "It speaks on standard input and output: attach what enforces the policy, or name a port in the settings.";
    comments.push([container("stdin"), how]);
  }
  return comments;
}

function environment(egress: ServerEgress, { environment, secrets }: ServerSettings): object {
  const address = `EGRESS_${egress.label.toUpperCase().replaceAll("-", "_")}_SERVICE_HOST`;
  const proxied = egress.endpoints.length === 0 ? {} : proxyVariables(`http://$(${address}):${squidPort}`);
  const env = [
    ...Object.entries(environment).map(([name, value]) => ({ name, value: literal(value) })),
    ...secrets.map((name) => ({ name, valueFrom: { secretKeyRef: { name: `mcp-${egress.label}`, key: name } } })),
    ...Object.entries(proxied).map(([name, value]) => ({ name, value })),
  ];
  return env.length === 0 ? {} : { env };
}

function volume({ claim }: Mount, number: number, name: string): object {
  return { name: `mount-${number}`, persistentVolumeClaim: { claimName: claim ?? `${name}-${number}` } };
}

// ------------------------------------------------------------------- proxies

function egressObjects(egress: ServerEgress, settings: IsolationSettings): readonly string[] {
  const name = `egress-${egress.label}`;
  const isPrivate = privateHosts(settings.egress.private);
  const config = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: settings.name },
    data: { "squid.conf": toSquid(egress.server, egress.endpoints, isPrivate) },
  };
  const policy = networkPolicy(name, settings.name, {
    podSelector: only(name),
    policyTypes: ["Ingress", "Egress"],
    ingress: [{ from: [{ podSelector: only(`mcp-${egress.label}`) }], ports: tcp(squidPort) }],
    egress: [names, ...waysTo(egress.endpoints, isPrivate)],
  });
  return [
    yamlText(config, reachOf(egress), []),
    yamlText(service(name, settings.name, squidPort), "", []),
    yamlText(
      policy,
      "A second wall around the proxy: the same ports, and no private addresses but where the policy names some.",
      [],
    ),
    yamlText(proxy(name, settings), "", []),
  ];
}

function proxy(name: string, settings: IsolationSettings): object {
  const sizes = limits({ memory: "128Mi", cpus: 0.5 });
  const container = {
    name: "squid",
    image: settings.egress.image,
    command: ["/usr/sbin/squid", "-N", "-f", squidPlace],
    ports: [{ name: "proxy", containerPort: squidPort }],
    ...hardened,
    resources: { limits: sizes, requests: sizes },
    volumeMounts: [
      { name: "config", mountPath: squidPlace, subPath: "squid.conf", readOnly: true },
      { name: "tmp", mountPath: "/tmp" },
    ],
  };
  const volumes = [{ name: "config", configMap: { name } }, tmpVolume("10Mi")];
  return deploymentOf(name, settings.name, "egress", {
    ...podBasics("65532:65532"),
    containers: [container],
    volumes,
  });
}

/** The cluster's name service. */
const names = {
  to: [
    {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
      podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
    },
  ],
  ports: [
    { protocol: "UDP", port: 53 },
    { protocol: "TCP", port: 53 },
  ],
};

/** One rule for the endpoints that lie behind the same addresses; no ports where one of them has any port. */
function waysTo(endpoints: readonly Endpoint[], isPrivate: (host: EndpointHost) => boolean): readonly object[] {
  const byBlocks = new Map<string, { readonly to: readonly object[]; readonly ports: (number | undefined)[] }>();
  for (const { host, port } of endpoints) {
    const to = blocksOf(host, isPrivate);
    const key = JSON.stringify(to);
    byBlocks.set(key, { to, ports: [...(byBlocks.get(key)?.ports ?? []), port] });
  }
  return [...byBlocks.values()].map(({ to, ports }) => {
    const known = ports.filter((each) => each !== undefined);
    return { to, ...(known.length < ports.length ? {} : { ports: [...new Set(known)].flatMap(tcp) }) };
  });
}

function blocksOf(host: EndpointHost, isPrivate: (host: EndpointHost) => boolean): readonly object[] {
  if (host.kind === "address") {
    const address = host.address.replaceAll(/[[\]]/g, "");
    return [{ ipBlock: { cidr: `${address}/${address.includes(":") ? 128 : 32}` } }];
  }
  return isPrivate(host)
    ? [
        { ipBlock: { cidr: "0.0.0.0/0", except: localRanges.v4 } },
        { ipBlock: { cidr: "::/0", except: localRanges.v6 } },
      ]
    : [
        { ipBlock: { cidr: "0.0.0.0/0", except: privateRanges.v4 } },
        { ipBlock: { cidr: privateRanges.publicV6, except: privateRanges.v6 } },
      ];
}

// --------------------------------------------------------------------- parts

const only = (name: string): object => ({ matchLabels: { [nameLabel]: name } });

const tcp = (port: number): readonly object[] => [{ protocol: "TCP", port }];

function networkPolicy(name: string, space: string, spec: object): object {
  return { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name, namespace: space }, spec };
}

function service(name: string, space: string, port: number): object {
  const spec = { selector: { [nameLabel]: name }, ports: [{ protocol: "TCP", port, targetPort: port }] };
  return { apiVersion: "v1", kind: "Service", metadata: { name, namespace: space }, spec };
}

function deploymentOf(name: string, space: string, role: "server" | "egress", spec: object): object {
  const labels = { [nameLabel]: name, [roleLabel]: role };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: space, labels },
    spec: { replicas: 1, selector: only(name), template: { metadata: { labels }, spec } },
  };
}

function podBasics(user: string): object {
  const [uid, gid] = user.split(":").map(Number);
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: true,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: uid,
      runAsGroup: gid,
      fsGroup: gid,
      seccompProfile: { type: "RuntimeDefault" },
    },
  };
}

const hardened = {
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  },
};

function limits({ memory, cpus }: Pick<ServerSettings, "memory" | "cpus">): object {
  return { memory, cpu: `${Math.round(cpus * 1000)}m` };
}

function tmpVolume(size: string): object {
  return { name: "tmp", emptyDir: { medium: "Memory", sizeLimit: size } };
}

/** Text that the cluster does not look for variables in. */
function literal(text: string): string {
  return text.replaceAll("$", "$$$$");
}
