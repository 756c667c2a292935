import { hostOf, isAddressHost, isInDomain } from "./readers/domain.ts";

/** Where a server may connect, as a `network` statement names it: a host, or several, and a port. */
export interface Endpoint {
  readonly host: EndpointHost;
  /** Undefined: any port. */
  readonly port: number | undefined;
}

/** Names and addresses are canonical, as `hostOf` has them; `below` is each host below a domain, not the domain itself. */
export type EndpointHost =
  | { readonly kind: "any" }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "below"; readonly domain: string }
  | { readonly kind: "address"; readonly address: string };

/**
 * `host:port`, where the host is a name, `*.` and a name, an IPv4 address or an IPv6 address in brackets; `*:port`, any host; `*`,
 * anything at all. Undefined of any other text.
 */
export function parseEndpoint(text: string): Endpoint | undefined {
  if (text === "*") return { host: { kind: "any" }, port: undefined };
  const [, written = "", digits = ""] = /^(.+):([1-9][0-9]{0,4})$/.exec(text) ?? [];
  const port = Number(digits);
  const host = parseHost(written);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

function parseHost(text: string): EndpointHost | undefined {
  if (text === "*") return { kind: "any" };
  const isBelow = text.startsWith("*.");
  const written = isBelow ? text.slice(2) : text;
  // Other characters than these are read by the URL standard, and not by what a proxy or a resolver reads.
  if (!/^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])$/.test(written)) return undefined;
  const host = hostOf(written);
  if (host === undefined) return undefined;
  if (isAddressHost(host)) return isBelow ? undefined : { kind: "address", address: host };
  return isBelow ? { kind: "below", domain: host } : { kind: "name", name: host };
}

/** The canonical text: what `parseEndpoint` reads as the same. */
export function endpointText({ host, port }: Endpoint): string {
  return port === undefined ? "*" : `${hostText(host)}:${port}`;
}

/** A host as an endpoint has it in front of its port. */
export function hostText(host: EndpointHost): string {
  switch (host.kind) {
    case "any":
      return "*";
    case "name":
      return host.name;
    case "below":
      return `*.${host.domain}`;
    case "address":
      return host.address;
  }
}

/** Whether a connection to a host, in canonical text, and a port is one of those that the endpoint names. */
export function reaches(endpoint: Endpoint, host: string, port: number): boolean {
  return (endpoint.port === undefined || endpoint.port === port) && isHostOf(endpoint.host, host);
}

function isHostOf(of: EndpointHost, host: string): boolean {
  switch (of.kind) {
    case "any":
      return true;
    case "name":
      return host === of.name;
    case "below":
      return host !== of.domain && isInDomain(host, of.domain);
    case "address":
      return host === of.address;
  }
}

/** Whether each connection of `narrow` is one of `wide`. */
export function includes(wide: Endpoint, narrow: Endpoint): boolean {
  return (wide.port === undefined || wide.port === narrow.port) && includesHost(wide.host, narrow.host);
}

function includesHost(wide: EndpointHost, narrow: EndpointHost): boolean {
  if (narrow.kind === "any") return wide.kind === "any";
  if (narrow.kind !== "below") return isHostOf(wide, narrow.kind === "name" ? narrow.name : narrow.address);
  return wide.kind === "any" || (wide.kind === "below" && isInDomain(narrow.domain, wide.domain));
}

/**
 * The connections that both lists name. Of two endpoints one includes the other, or they have nothing in common but the port of an
 * open one: so the common part of two lists is a list again.
 */
export function meet(a: readonly Endpoint[], b: readonly Endpoint[]): readonly Endpoint[] {
  const common = a.flatMap((one) => b.flatMap((other) => meetOf(one, other)));
  return [...new Map(common.map((each) => [endpointText(each), each])).values()];
}

function meetOf(a: Endpoint, b: Endpoint): readonly Endpoint[] {
  const port = a.port ?? b.port;
  if (b.port !== undefined && b.port !== port) return [];
  if (includesHost(a.host, b.host)) return [{ host: b.host, port }];
  return includesHost(b.host, a.host) ? [{ host: a.host, port }] : [];
}

/** A policy's `network` statements, and those of the policies that it narrows. */
export interface Networked {
  readonly deployment?: { readonly network: Readonly<Record<string, readonly string[]>> };
  readonly narrows?: readonly Networked[];
}

/**
 * Where a policy lets a server connect: what each policy lists that speaks of it, its own and those that it narrows. Undefined where
 * none does. Throws where an entry is no endpoint: the checker lets none into a policy.
 */
export function networkOf({ deployment, narrows = [] }: Networked, server: string): readonly Endpoint[] | undefined {
  const network = deployment?.network ?? {};
  const own = Object.hasOwn(network, server) ? (network[server] ?? []).map(endpointIn) : undefined;
  return [own, ...narrows.map((wider) => networkOf(wider, server))].reduce((known, next) =>
    known === undefined || next === undefined ? (known ?? next) : meet(known, next),
  );
}

function endpointIn(text: string): Endpoint {
  const read = parseEndpoint(text);
  if (read === undefined) throw new TypeError(`\`${text}\` is no host and port`);
  return read;
}
