import type { Value } from "../value.ts";
import { isPlainHost } from "./domain.ts";
import { isPrepared, prepare } from "./prepared.ts";
import { isNot, type Reader, type Reading, reader } from "./reader.ts";

/** A URL's parts as the URL standard reads them. `host` holds brackets around a v6 address; a part that is not there is left out. */
export interface Url {
  readonly prepared: "url";
  /** The whole, as the standard writes it: two spellings of one URL have the same. */
  readonly href: string;
  /** Without the colon. */
  readonly scheme: string;
  readonly host: string;
  /** The scheme's own where none is written; left out where the scheme has none. */
  readonly port?: number;
  /** Left out where it is no tree of segments (`mailto:a@b.c`). */
  readonly path?: string;
  /** Without the question mark. */
  readonly query: string;
  /** Always empty: a URL that holds credentials is unreadable. */
  readonly user: string;
  readonly [part: string]: Value | undefined;
}

/** An absolute URL (WHATWG URL); unreadable where that fails, or where it holds credentials. */
export const url: Reader = reader("url", (value): Reading => {
  if (isPrepared(value, "url")) return { value };
  if (typeof value !== "string") return { why: isNot(value, "a URL") };
  const plain = plainParts(value);
  if (plain !== undefined) return { value: prepare(plain) };
  const parsed = URL.parse(value);
  if (parsed === null) return { why: "it is no absolute URL" };
  if (parsed.username !== "" || parsed.password !== "") return { why: "it holds credentials" };
  return { value: prepare(partsOf(parsed)) };
});

function partsOf(parsed: URL): Url {
  const scheme = parsed.protocol.slice(0, -1);
  const port = parsed.port === "" ? defaultPorts[scheme] : Number(parsed.port);
  return {
    prepared: "url",
    href: parsed.href,
    scheme,
    host: parsed.hostname,
    ...(port === undefined ? {} : { port }),
    ...(parsed.pathname.startsWith("/") ? { path: parsed.pathname } : {}),
    query: parsed.search.slice(1),
    user: "",
  };
}

/**
 * The parts of a URL that the standard leaves as it is: `http` or `https`, a plain host, a path of plain characters without segments that
 * begin with a dot, perhaps a plain query. Most are such; they need no parsing. Undefined of any other text.
 */
export function plainParts(text: string): Url | undefined {
  const match = plainUrl.exec(text);
  if (match === null) return undefined;
  const [, scheme = "", host = "", path = "", query = ""] = match;
  if (!isPlainHost(host)) return undefined;
  const href = path === "" ? `${text}/` : text;
  return {
    prepared: "url",
    href,
    scheme,
    host,
    port: scheme === "https" ? 443 : 80,
    path: path === "" ? "/" : path,
    query,
    user: "",
  };
}

// A query follows a path only: the standard adds the slash that is missing. No part can be read in two ways, so that it is linear.
const plainUrl =
  /^(https?):\/\/([a-z0-9.-]+)(?:((?:\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+\/?|\/)(?:\?([A-Za-z0-9=&._~-]+))?)?$/;

/** WHATWG URL, "special schemes". */
const defaultPorts: Readonly<Record<string, number>> = Object.freeze({
  __proto__: null,
  ftp: 21,
  http: 80,
  https: 443,
  ws: 80,
  wss: 443,
}) as unknown as Readonly<Record<string, number>>;
