import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { type Bounds, serverBounds } from "../../wire/intake.ts";

/** A server on Streamable HTTP, as it is configured. */
export interface HttpServerOptions {
  /** `http:` or `https:`; credentials do not belong into it. */
  readonly url: string;
  /** Sent with each request: credentials of the gateway's own. Nothing of what a client sends as a header goes on. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds that a connection may take to be made; 10,000 unless said. */
  readonly connectTimeout?: number;
  readonly bounds?: Bounds;
}

/** The same, ready to be asked. */
export interface HttpTarget {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly agent: HttpAgent;
  readonly connectTimeout: number;
  readonly bounds: Bounds;
}

/** Headers that are ours to set, and none that configuration may. */
const ours =
  /^(?:host|content-.*|accept.*|transfer-encoding|connection|expect|te|trailer|upgrade|mcp-.*|last-event-id)$/;

/**
 * How long a connection is kept without being used, in milliseconds: less than the five seconds after which common servers close theirs, so that
 * no request meets a connection that is just being closed. A request is never sent twice.
 */
const IDLE = 4_000;

/** Throws a TypeError where the URL or a header cannot be meant. */
export function targetOf(options: HttpServerOptions): HttpTarget {
  const { headers = {}, connectTimeout = 10_000, bounds = serverBounds } = options;
  const url = URL.parse(options.url);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new TypeError("a server's URL begins with http:// or https://");
  if (url.username !== "" || url.password !== "") {
    throw new TypeError("a server's URL holds credentials, which would stand in logs: give them as a header");
  }
  if (url.hash !== "") throw new TypeError("a server's URL has a fragment, which is never sent");
  for (const [name, value] of Object.entries(headers)) {
    if (ours.test(name.toLowerCase())) throw new TypeError(`the header \`${name}\` is set by the gateway itself`);
    if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) throw new TypeError(`\`${name}\` is no name of a header`);
    if (!/^[\x20-\x7e\x80-\xff]*$/.test(value))
      throw new TypeError(`the header \`${name}\` holds what no header may hold`);
  }
  const Agent = url.protocol === "https:" ? HttpsAgent : HttpAgent;
  return { url, headers, agent: new Agent({ keepAlive: true, timeout: IDLE }), connectTimeout, bounds };
}
