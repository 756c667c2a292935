import { read } from "./readers/index.ts";
import type { TextPattern } from "./readers/patterns.ts";
import type { Dfa } from "./regular/dfa.ts";
import { compileGlob } from "./regular/glob.ts";
import type { Truth } from "./truth.ts";

const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:/;
const authority = /^\/\/[^/?#]*/;
const escapes = /(?:%[0-9A-Fa-f]{2})+/g;

/**
 * The text of a resource's URI that globs are matched against: scheme and host as the URL standard writes them, the path canonical
 * and with `%20` and escaped non-ASCII characters written out, query and fragment as given. Undefined, and so *unknown*, where it is
 * no URI, holds credentials, or its path has a spelling that the path reader refuses (`..`, `%2e`, a backslash, a control character).
 */
export function readResourceUri(uri: string): string | undefined {
  const start = scheme.exec(uri);
  if (start === null || !URL.canParse(uri)) return undefined;
  const url = new URL(uri);
  if (url.username !== "" || url.password !== "") return undefined;
  const rest = uri.slice(start[0].length);
  const host = authority.exec(rest)?.[0] ?? "";
  if (host.includes("@") || host.includes("\\")) return undefined;
  const path = /^[^?#]*/.exec(rest.slice(host.length))?.[0] ?? "";
  const tail = rest.slice(host.length + path.length);
  const canonical = canonicalPath(path);
  if (canonical === undefined || read({ kind: "string" }, tail, undefined) === undefined) return undefined;
  return `${url.protocol}${host === "" ? "" : `//${url.host}`}${canonical}${tail}`;
}

/** Whether a resource glob of a policy matches a URI; unknown where the URI cannot be read. */
export function matchesResource(glob: string, uri: string): Truth {
  const text = readResourceUri(uri);
  if (text === undefined) return undefined;
  const matcher = matcherOf(glob);
  return matcher === undefined ? undefined : matcher(text);
}

/** A resource glob as it is matched against what `readResourceUri` gives. */
export function resourcePattern(glob: string): string {
  return plain(glob);
}

/** The texts that a resource glob matches, as an automaton; undefined where it is no glob, or too large for one. */
export function resourceLanguage(glob: string): Dfa | undefined {
  const compiled = compileGlob(resourcePattern(glob));
  return compiled.ok ? compiled.pattern.dfa : undefined;
}

/** A path below a host, or the opaque path of `memo:insights`, in which only segments are told apart. */
function canonicalPath(path: string): string | undefined {
  if (path === "") return "";
  const canonical = read({ kind: "path" }, path.startsWith("/") ? path : `/${path}`, undefined);
  if (typeof canonical !== "string") return undefined;
  return plain(path.startsWith("/") ? canonical : canonical.slice(1));
}

/** `%20` and escaped non-ASCII characters written out, so that one resource has one spelling; other escapes stay. */
function plain(text: string): string {
  return text.replace(escapes, (run) => {
    try {
      const decoded = decodeURIComponent(run);
      return /^[ \u0080-\u{10ffff}]*$/u.test(decoded) ? decoded : run;
    } catch {
      return run;
    }
  });
}

const matchers = new Map<string, ((text: string) => boolean) | undefined>();

/** Globs stand in the policy, so there are few: each is compiled once. */
function matcherOf(glob: string): ((text: string) => boolean) | undefined {
  if (!matchers.has(glob)) matchers.set(glob, compile(glob));
  return matchers.get(glob);
}

function compile(glob: string): ((text: string) => boolean) | undefined {
  const prepared = read({ kind: "glob" }, resourcePattern(glob), undefined);
  return prepared === undefined ? undefined : (prepared as unknown as TextPattern).matches;
}
