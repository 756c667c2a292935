import type { Credentials } from "./authentication.ts";
import { Token } from "./token.ts";

/** What of an HTTP request says who calls. */
export interface HttpRequestHead {
  /** Name and value of each header line, none joined or left out: `Headers`, or `headerLines` of Node's `rawHeaders`. */
  readonly headers: Iterable<readonly [name: string, value: string]>;
  /** The request target, with its query; a whole URL or a path. */
  readonly url: string;
}

/**
 * The token in an HTTP request, from the `Authorization` header alone (RFC 6750 §2.1). One that stands twice, in the URL (§2.3: it would stand
 * in logs), or is no token's text is malformed. Another scheme is no token of ours.
 */
export function credentialsOf({ headers, url }: HttpRequestHead): Credentials {
  const lines = [...headers].filter(([name]) => name.toLowerCase() === "authorization");
  if (hasTokenInQuery(url)) return malformed("the token stands in the URL (`access_token`)");
  if (lines.length > 1) return malformed("there are several `Authorization` headers");
  const value = lines[0]?.[1].trim() ?? "";
  if (!/^bearer(?![^ ,])/i.test(value)) return value.includes(",") ? malformed(joined) : { kind: "none" };
  const match = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(value);
  if (match === null) return malformed(value.includes(",") ? joined : "what stands behind `Bearer` is no token");
  return { kind: "token", token: new Token(match[1]!) };
}

/** Node's `rawHeaders`: names and values by turns. Its `headers` would leave out the second of two. */
export function* headerLines(rawHeaders: readonly string[]): Iterable<readonly [string, string]> {
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) yield [rawHeaders[at]!, rawHeaders[at + 1]!];
}

// `Headers` joins lines of one name by commas, which no token holds.
const joined = "there are several credentials in `Authorization`";

function malformed(why: string): Credentials {
  return { kind: "malformed", why };
}

function hasTokenInQuery(url: string): boolean {
  const at = url.indexOf("?");
  return at >= 0 && new URLSearchParams(url.slice(at + 1).replace(/#.*$/s, "")).has("access_token");
}
