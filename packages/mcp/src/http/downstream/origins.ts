import { isIP } from "node:net";

/** Where requests may come from: against pages of others that make a browser talk to us (DNS rebinding; MCP, "Security Warning"). */
export interface OriginOptions {
  /** Names by which clients reach the gateway, without port. Those of this machine where it listens to nobody else. */
  readonly hosts: readonly string[];
  /** Web pages that may use it, as `https://app.example.com`; none unless said, but pages of this machine where it listens to nobody else. */
  readonly origins: readonly string[];
  /** Whether it can be reached from this machine alone. */
  readonly isLoopback: boolean;
}

const loopback: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Whether an address is one that this machine alone can reach. */
export function isLoopbackAddress(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/** Whether a request's `Host` names the gateway. There must be exactly one. */
export function isOurHost(lines: readonly string[], { hosts, isLoopback }: OriginOptions): boolean {
  const [line, ...others] = lines;
  if (line === undefined || others.length > 0) return false;
  const host = nameOf(`http://${line}`);
  return host !== undefined && (hosts.includes(host) || (isLoopback && loopback.has(host)));
}

/** Whether a request comes from no web page, or from one that may use the gateway. */
export function isOurOrigin(lines: readonly string[], { origins, isLoopback }: OriginOptions): boolean {
  const [line, ...others] = lines;
  if (line === undefined) return true;
  if (others.length > 0) return false;
  if (origins.includes(line.toLowerCase())) return true;
  const host = /^https?:\/\//i.test(line) ? nameOf(line) : undefined;
  return isLoopback && host !== undefined && loopback.has(host);
}

/** The host of a URL that says nothing but where. */
function nameOf(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || url.username !== "" || url.password !== "" || url.pathname !== "/" || url.search !== "") {
    return undefined;
  }
  return url.hostname;
}
