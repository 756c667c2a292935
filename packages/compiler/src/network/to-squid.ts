import { type Endpoint, type EndpointHost, endpointText, localRanges, privateRanges } from "@mcpolicy/core";

/** Where the proxy listens. */
export const squidPort = 3128;

/** Where its configuration lies. No image has one there that would be read where ours is missing, and that might let more through. */
export const squidPlace = "/etc/mcpolicy/squid.conf";

/**
 * The configuration of a squid (version 5 or later) that connects to the endpoints of one server and to nothing else, over HTTP or
 * in a tunnel. Names are compared as they stand in the request, never by what an address resolves back to, and must not lead to
 * addresses that are none of the public internet: who owns a name says where it leads. Those of which `isPrivate` is true may, but not
 * to the machine itself, its link or a metadata service. An address that the policy lists is just that address.
 */
export function toSquid(
  server: string,
  endpoints: readonly Endpoint[],
  isPrivate: (host: EndpointHost) => boolean,
): string {
  const ports = [...new Set(endpoints.flatMap(({ port }) => port ?? []))].sort((a, b) => a - b);
  return [
    `# Where MCP server "${server}" may connect. Made by \`policy isolate\` from the policy's \`network\` statement: change that one.`,
    "",
    `http_port ${squidPort}`,
    "visible_hostname egress",
    "",
    "# Ways of asking: a tunnel, or plain HTTP. No FTP, no management, nothing kept.",
    "acl tunnel method CONNECT",
    "acl plain proto HTTP",
    "http_access deny manager",
    "http_access deny !tunnel !plain",
    "",
    "# Addresses that are none of the public internet, and those of this machine, its link and metadata services. A name with",
    "# any such address is refused.",
    ...privateAcls,
    ...localAcls,
    "",
    ...ports.map((port) => `acl port_${port} port ${port}`),
    ...endpoints.flatMap((endpoint, index) => ["", ...rule(endpoint, index + 1, isPrivate)]),
    "",
    "http_access deny all",
    "",
    "# It needs no disk and no other user than the one that starts it.",
    "cache deny all",
    "cache_mem 0",
    "memory_pools off",
    "max_filedescriptors 1024",
    "pid_filename none",
    "coredump_dir /tmp",
    "pinger_enable off",
    "forwarded_for delete",
    "shutdown_lifetime 1 second",
    "access_log stdio:/dev/stdout",
    "cache_log /dev/null",
    "",
  ].join("\n");
}

function rule(endpoint: Endpoint, number: number, isPrivate: (host: EndpointHost) => boolean): readonly string[] {
  const { host, port } = endpoint;
  const name = `host_${number}`;
  const acl = hostAcl(host);
  const tests = [
    ...(acl === undefined ? [] : [name]),
    ...(port === undefined ? [] : [`port_${port}`]),
    ...(host.kind === "address" ? [] : [isPrivate(host) ? "!local !local_v6" : "!private !private_v6"]),
  ];
  return [
    `# ${endpointText(endpoint)}`,
    ...(acl === undefined ? [] : [`acl ${name} ${acl}`]),
    `http_access allow ${tests.join(" ")}`,
  ];
}

/** Undefined: any host. `-n`: an address in a request is compared as text, and not looked up. */
function hostAcl(host: EndpointHost): string | undefined {
  switch (host.kind) {
    case "any":
      return undefined;
    case "name":
      return `dstdomain -n ${host.name}`;
    case "address":
      return `dstdomain -n ${host.address}`;
    case "below":
      // `dstdomain .example.com` would be example.com, too.
      return `dstdom_regex -n -i ^([a-z0-9_-]+\\.)+${host.domain.replaceAll(".", "\\.")}$`;
  }
}

/**
 * Squid keeps v4 addresses as v4-mapped v6 ones, so that `::/3` would hold them all: what is not 2000::/3 is written as ranges on both
 * sides of ::ffff:0:0/96.
 */
const notPublicV6 = [
  "::-::fffe:ffff:ffff",
  "::1:0:0:0-1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
  "4000::/2",
  "8000::/1",
];

const privateAcls = [
  `acl private dst ${privateRanges.v4.join(" ")}`,
  `acl private_v6 dst ${[...notPublicV6, ...privateRanges.v6].join(" ")}`,
];

const localAcls = [`acl local dst ${localRanges.v4.join(" ")}`, `acl local_v6 dst ${localRanges.v6.join(" ")}`];
