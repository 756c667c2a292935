import type { JsonObject } from "@mcpolicy/core";
import { canonicalAudience, whyNoAudience } from "./audience.ts";
import { SettingsError } from "./settings-error.ts";

/** A server that takes tokens, as it tells clients about itself. */
export interface ProtectedResource {
  /** Its URI: what tokens for it name as their audience. */
  readonly resource: string;
  /** The issuers that a client can ask for a token. */
  readonly authorizationServers: readonly string[];
  /** What a client should ask for to begin with: as little as possible. */
  readonly scopes?: readonly string[];
  /** For people. */
  readonly name?: string;
}

const WELL_KNOWN = "/.well-known/oauth-protected-resource";

/** Where the metadata stands on the resource's own host (RFC 9728 §3.1): the well-known path, then the resource's. */
export function metadataPath({ resource }: Pick<ProtectedResource, "resource">): string {
  const { pathname, search } = partsOf(resource);
  return `${WELL_KNOWN}${pathname === "/" ? "" : pathname}${search}`;
}

/** The same with scheme and host, as challenges name it. */
export function metadataUrl(resource: Pick<ProtectedResource, "resource">): string {
  return `${partsOf(resource.resource).origin}${metadataPath(resource)}`;
}

/** The metadata (RFC 9728 §2), to be served to anybody. Throws a `SettingsError` where the resource has no http(s) URI. */
export function resourceMetadata({ resource, authorizationServers, scopes = [], name }: ProtectedResource): JsonObject {
  partsOf(resource);
  return {
    resource: canonicalAudience(resource),
    ...(authorizationServers.length === 0 ? {} : { authorization_servers: [...authorizationServers] }),
    ...(scopes.length === 0 ? {} : { scopes_supported: [...scopes] }),
    bearer_methods_supported: ["header"],
    ...(name === undefined ? {} : { resource_name: name }),
  };
}

function partsOf(resource: string): URL {
  const url = URL.parse(resource);
  const why = whyNoAudience(resource);
  if (url !== null && /^https?:$/.test(url.protocol) && why === "") return url;
  throw new SettingsError(`\`${resource}\` is no URI that a server can be reached at${why === "" ? "" : `: ${why}`}`);
}
