/**
 * The canonical form of a resource's URI (RFC 8707 §2; MCP, "Canonical Server URI"): scheme and host in lower case; `https://HOST/` is
 * `https://HOST` (RFC 3986 §6.2.3). All else is compared as it stands, and so are names that are no such URI.
 */
export function canonicalAudience(name: string): string {
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/is.exec(name);
  if (match === null) return name;
  const [, scheme = "", host = "", rest = ""] = match;
  return `${scheme.toLowerCase()}://${host.toLowerCase()}${rest === "/" ? "" : rest}`;
}

/** Why a name cannot be ours; empty where it can (RFC 8707 §2: absolute, without a fragment; MCP: without a slash at its end). */
export function whyNoAudience(name: string): string {
  if (name === "") return "it is empty";
  if (/[\s\p{Cc}]/u.test(name)) return "it holds white space";
  if (name.includes("#")) return "it has a fragment";
  if (canonicalAudience(name).includes("://") && canonicalAudience(name).endsWith("/")) return "it ends in a slash";
  return "";
}

/** The one of our audiences that a token's `aud` holds (RFC 7519 §4.1.3); undefined where it holds none, or is no such claim. */
export function audienceOf(claim: unknown, ours: readonly string[]): string | undefined {
  const names: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  if (!names.every((name) => typeof name === "string")) return undefined;
  const theirs = new Set(names.map((name) => canonicalAudience(name)));
  return ours.find((name) => theirs.has(name));
}
