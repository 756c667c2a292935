import { reachOf, type ServerEgress } from "./egress.ts";
import { proxyVariables } from "./proxy-variables.ts";
import { type IsolationSettings, type Mount, runtimeFor, type ServerSettings, serverSettings } from "./settings.ts";
import { squidPlace, squidPort } from "./to-squid.ts";
import { type Commented, yamlText } from "./yaml-text.ts";

/** The name of the file, and where it looks for the configuration of each proxy. */
export const composeFile = "compose.yaml";
export const proxyFile = ({ label }: ServerEgress): string => `egress/${label}.conf`;

/**
 * A compose file (compose specification) with a container for each server and, for each that may connect somewhere, a network
 * without a way out that it shares with a proxy of its own.
 */
export function toCompose(servers: readonly ServerEgress[], settings: IsolationSettings): string {
  const open = servers.filter(({ endpoints }) => endpoints.length > 0);
  const settingsOf = ({ server }: ServerEgress): ServerSettings => serverSettings(settings, server);
  const listening = servers.filter((each) => settingsOf(each).port !== undefined);
  const mounts = servers.flatMap((each) => settingsOf(each).mounts);
  const volumes = new Set(
    mounts.flatMap(({ from, claim }) => (from === undefined && claim !== undefined ? [claim] : [])),
  );
  const file = {
    name: settings.name,
    services: Object.fromEntries([
      ...servers.map((each) => [`mcp-${each.label}`, service(each, settingsOf(each), settings.runtime)]),
      ...open.map((each) => [`egress-${each.label}`, proxy(each, settings.egress.image)]),
    ]),
    ...section("networks", [
      ...listening.map(({ label }) => [`mcp-${label}`, inside]),
      ...open.map(({ label }) => [`egress-${label}`, inside]),
      ...(open.length === 0 ? [] : [["outside", outside]]),
    ]),
    ...section(
      "volumes",
      [...volumes].map((claim) => [claim, {}]),
    ),
  };
  return yamlText(file, head, comments(servers, listening, open));
}

const head = `The servers of the policy, each by itself. Made by \`policy isolate\`: change the policy or its settings, and make it again.
A server that speaks on standard input and output is started by what talks to it:
  policy proxy --policy … -- docker compose -f ${composeFile} run --rm --no-TTY mcp-NAME`;

function section(name: string, entries: readonly unknown[]): Record<string, unknown> {
  return entries.length === 0 ? {} : { [name]: Object.fromEntries(entries as readonly [string, unknown][]) };
}

/** What each container has. */
function hardened(user: string): Record<string, unknown> {
  return {
    user,
    read_only: true,
    cap_drop: ["ALL"],
    security_opt: ["no-new-privileges:true"],
  };
}

function service(egress: ServerEgress, settings: ServerSettings, runtimeOfAll: string | undefined): object {
  const { label, endpoints } = egress;
  const runtime = runtimeFor("compose", settings.runtime ?? runtimeOfAll);
  const isOpen = endpoints.length > 0;
  const networks = [...(settings.port === undefined ? [] : [`mcp-${label}`]), ...(isOpen ? [`egress-${label}`] : [])];
  return {
    image:
      settings.image === undefined ? `\${${variable(label)}:?the image of server ${label}}` : literal(settings.image),
    ...(settings.command === undefined ? {} : { command: settings.command.map(literal) }),
    ...(settings.port === undefined ? { profiles: ["stdio"], stdin_open: true } : { restart: "unless-stopped" }),
    ...(runtime === undefined ? {} : { runtime }),
    ...hardened(settings.user),
    tmpfs: [`/tmp:size=${bytes(settings.tmp)},mode=1777,noexec,nosuid,nodev`],
    ...limits(settings),
    ...environment(settings, egress),
    ...(settings.mounts.length === 0 ? {} : { volumes: settings.mounts.map(volume) }),
    ...(networks.length === 0 ? { network_mode: "none" } : { networks, dns: ["127.0.0.1"] }),
    ...(isOpen ? { depends_on: [`egress-${label}`] } : {}),
  };
}

function limits({ memory, cpus, pids }: Pick<ServerSettings, "memory" | "cpus" | "pids">): object {
  return { pids_limit: pids, mem_limit: bytes(memory), memswap_limit: bytes(memory), cpus };
}

function environment({ environment, secrets }: ServerSettings, { label, endpoints }: ServerEgress): object {
  const proxied = endpoints.length === 0 ? {} : proxyVariables(`http://egress-${label}:${squidPort}`);
  const said = Object.entries(environment).map(([name, value]) => [name, literal(value)]);
  const secret = secrets.map((name) => [name, `\${${name}:?a secret of server ${label}}`]);
  return section("environment", [...said, ...secret, ...Object.entries(proxied)]);
}

function volume({ at, from, claim, write }: Mount): object {
  const place = from === undefined ? { type: "volume", source: claim } : { type: "bind", source: literal(from) };
  return { ...place, target: literal(at), read_only: !write };
}

function proxy(egress: ServerEgress, image: string): object {
  const { label } = egress;
  return {
    image: literal(image),
    entrypoint: ["/usr/sbin/squid", "-N", "-f", squidPlace],
    command: [],
    restart: "unless-stopped",
    ...hardened("65532:65532"),
    tmpfs: ["/tmp:size=10m,mode=1777,noexec,nosuid,nodev"],
    ...limits({ memory: "128Mi", cpus: 0.5, pids: 32 }),
    volumes: [{ type: "bind", source: `./${proxyFile(egress)}`, target: squidPlace, read_only: true }],
    networks: [`egress-${label}`, "outside"],
  };
}

const inside = {
  internal: true,
  enable_ipv6: false,
  driver_opts: { "com.docker.network.bridge.gateway_mode_ipv4": "isolated" },
};

const outside = { driver_opts: { "com.docker.network.bridge.enable_icc": "false" } };

function comments(
  servers: readonly ServerEgress[],
  listening: readonly ServerEgress[],
  open: readonly ServerEgress[],
): readonly Commented[] {
  const inner = [...listening.map(({ label }) => `mcp-${label}`), ...open.map(({ label }) => `egress-${label}`)];
  return [
    ...servers.map((each): Commented => [["services", `mcp-${each.label}`], reachOf(each)]),
    ...open.map(
      (each): Commented => [
        ["services", `egress-${each.label}`],
        `The only way out for \`${each.server}\`: see ${proxyFile(each)}.`,
      ],
    ),
    ...servers
      .filter((each) => listening.includes(each) || open.includes(each))
      .map(
        ({ label }): Commented => [
          ["services", `mcp-${label}`, "dns"],
          "Names of this file are known without it; others are asked for by the proxy alone, since a query can carry data out.",
        ],
      ),
    ...listening.map(
      ({ label, server }): Commented => [
        ["networks", `mcp-${label}`],
        `For what enforces the policy in front of \`${server}\`, and for nothing else.`,
      ],
    ),
    ...inner
      .slice(0, 1)
      .map(
        (name): Commented => [
          ["networks", name, "driver_opts"],
          "Without an address of the host on the network (Docker 28), or what listens on the host could be reached.",
        ],
      ),
    ...(open.length === 0
      ? []
      : [[["networks", "outside"], "The proxies' way out. They cannot reach one another on it."] satisfies Commented]),
  ];
}

/** `256Mi` as compose writes it: its `m` is 1,048,576 too. */
function bytes(size: string): string {
  return size.replace(/i$/, "").toLowerCase();
}

function variable(label: string): string {
  return `MCP_${label.toUpperCase().replaceAll("-", "_")}_IMAGE`;
}

/** Text that compose does not look for variables in. */
function literal(text: string): string {
  return text.replaceAll("$", "$$$$");
}
