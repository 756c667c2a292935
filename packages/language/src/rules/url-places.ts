import { type Endpoint, hostOf, isAddressHost, isInDomain, read, type Url, type Value } from "@mcpolicy/core";
import type { TypedCondition, TypedOperand } from "../typed.ts";
import { globPlace, urlPlace } from "./url-possible.ts";

/** Schemes, hosts and ports that conditions and networks name. */
export interface Named {
  readonly schemes: Set<string>;
  readonly hosts: Set<string>;
  readonly ports: Set<number>;
}

export function nothingNamed(): Named {
  return { schemes: new Set(), hosts: new Set(), ports: new Set() };
}

/** So many places are tried of one call; a policy that tells more of them apart is too large to tell. */
export const mostPlaces = 50_000;

/** What conditions compare URLs' parts with; and more, since each constant counts that could be such a part. */
export function namedIn(condition: TypedCondition, named: Named): void {
  switch (condition.kind) {
    case "and":
    case "or":
      for (const part of condition.parts) namedIn(part, named);
      return;
    case "not":
      namedIn(condition.part, named);
      return;
    case "every":
    case "some":
      namedIn(condition.body, named);
      return;
    case "atom":
      if (readsUrl(condition.operand)) constantsOf(condition.operand, named);
      return;
    default:
  }
}

/** An atom that compares a URL, a part of one, or a text with constants. */
function readsUrl(operand: TypedOperand): boolean {
  if (operand.kind === "apply") return operand.operator.id === "url" || operand.operands.some(readsUrl);
  if (operand.kind === "field") return operand.of.as.kind === "url" || readsUrl(operand.of);
  return operand.kind === "reference" && ["url", "string", "enum"].includes(operand.as.kind);
}

function constantsOf(operand: TypedOperand, named: Named): void {
  if (operand.kind === "constant") for (const each of [operand.value].flat(2) as readonly Value[]) name(each, named);
  if (operand.kind === "field") constantsOf(operand.of, named);
  if (operand.kind === "apply") for (const each of operand.operands) constantsOf(each, named);
}

function name(value: Value, { schemes, hosts, ports }: Named): void {
  // Of a range both ends are values of their own, and what lies beside them.
  if (typeof value === "number") for (const each of [value - 1, value, value + 1]) ports.add(each);
  if (typeof value !== "string") return;
  const place = globPlace(value) ?? urlPlace(value);
  const host = hostOf(place?.host ?? value);
  if (host !== undefined) hosts.add(host);
  if (/^[a-z][a-z0-9+.-]*$/.test(value)) schemes.add(value);
  if (place === undefined) return;
  schemes.add(place.scheme);
  if (place.port !== "") ports.add(Number(place.port));
}

/** What a network lists. */
export function namedInNetwork(endpoints: readonly Endpoint[], { hosts, ports }: Named): void {
  for (const { host, port } of endpoints) {
    if (host.kind === "name") hosts.add(host.name);
    if (host.kind === "address") hosts.add(host.address);
    if (host.kind === "below") hosts.add(host.domain);
    if (port !== undefined) ports.add(port);
  }
}

/**
 * Places of URLs, one for each way in which tests about scheme, host and port can come out that name only these: each host, one below
 * each, and one that none of them is about; each port, the scheme's own, and another; each scheme, the usual ones, and another. What
 * a reader takes in soonest comes first.
 */
export function* placesOf({ schemes, hosts, ports }: Named): Iterable<Url> {
  const allSchemes = [...new Set(["https", "http", ...schemes, "other"])];
  const named = [...hosts].sort((a, b) => a.length - b.length);
  const below = named.filter((host) => !isAddressHost(host)).map((host) => `${unusedLabel(host, hosts)}.${host}`);
  const allHosts = [elsewhere(hosts), ...below, ...named, "93.184.215.14", "10.0.0.1", "[fd00::1]"];
  const written = [...ports].filter((port) => port >= 1 && port <= 65_535);
  const allPorts = ["", ...[...written, unusedPort(ports)].map((port) => `:${port}`)];
  for (const port of allPorts) {
    for (const scheme of allSchemes) {
      const known = placesWith(scheme, port);
      for (const host of allHosts) {
        if (!known.has(host))
          known.set(host, read({ kind: "url" }, `${scheme}://${host}${port}/`, undefined) as Url | undefined);
        const url = known.get(host);
        if (url !== undefined) yield url;
      }
    }
  }
}

/** By scheme and port, then by host: rules of one policy name the same ones again and again. */
const places = new Map<string, Map<string, Url | undefined>>();

function placesWith(scheme: string, port: string): Map<string, Url | undefined> {
  const key = `${scheme} ${port}`;
  const known = places.get(key);
  if (known !== undefined && known.size < mostPlaces) return known;
  if (places.size > mostPlaces) places.clear();
  const fresh = new Map<string, Url | undefined>();
  places.set(key, fresh);
  return fresh;
}

/** A host that none of the named ones is about. Names below `example` are nobody's (RFC 2606). */
function elsewhere(hosts: ReadonlySet<string>): string {
  const isFree = (host: string): boolean => [...hosts].every((each) => !isInDomain(host, each));
  for (let number = 0; ; number += 1) {
    const host = number === 0 ? "elsewhere.example" : `elsewhere.example${number}`;
    if (isFree(host)) return host;
  }
}

function unusedLabel(host: string, hosts: ReadonlySet<string>): string {
  for (let number = 0; ; number += 1) {
    const label = number === 0 ? "any" : `any${number}`;
    if (!hosts.has(`${label}.${host}`)) return label;
  }
}

function unusedPort(ports: ReadonlySet<number>): number {
  for (let port = 8443; ; port += 1) if (!ports.has(port)) return port;
}
