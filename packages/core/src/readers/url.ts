import type { Value } from "../value.ts";
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

/** WHATWG URL, "special schemes". */
const defaultPorts: Readonly<Record<string, number>> = Object.freeze({
  __proto__: null,
  ftp: 21,
  http: 80,
  https: 443,
  ws: 80,
  wss: 443,
}) as unknown as Readonly<Record<string, number>>;
