import type { IncomingMessage } from "node:http";
import type { JsonObject, Principal } from "@mcpolicy/core";
import {
  type Authenticator,
  authenticateHttp,
  challengeOf,
  headerLines,
  metadataPath,
  type ProtectedResource,
  type Refused,
  resourceMetadata,
} from "@mcpolicy/identity";

/** Who may call, and how that is found out. */
export type IdentityOptions =
  /** Each request brings a token (RFC 6750). */
  | { readonly kind: "tokens"; readonly authenticator: Authenticator; readonly resource: ProtectedResource }
  /** Everybody is this caller: for development, on this machine alone. */
  | { readonly kind: "development"; readonly principal: Principal };

/** The same, ready for requests. */
export interface Identity {
  /** What anybody may know of the resource (RFC 9728), and where it stands. */
  readonly metadata: { readonly path: string; readonly body: JsonObject } | undefined;
  readonly callerOf: (request: IncomingMessage, now: number) => Promise<Known>;
}

export type Known =
  | { readonly kind: "known"; readonly principal: Principal }
  | {
      readonly kind: "refused";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly refused: Refused;
    };

/** Throws a `SettingsError` where the resource cannot be told. */
export function identityOf(options: IdentityOptions): Identity {
  if (options.kind === "development") {
    const known = { kind: "known", principal: options.principal } as const;
    return { metadata: undefined, callerOf: async () => known };
  }
  const { authenticator, resource } = options;
  // What cannot be told is the operator's mistake, and shows now rather than at the first stranger.
  challengeOf("invalid", resource);
  return {
    metadata: { path: metadataPath(resource), body: resourceMetadata(resource) },
    async callerOf({ rawHeaders, url = "/" }, now) {
      const head = { headers: headerLines(rawHeaders), url };
      const found = await authenticateHttp(head, authenticator, resource, now);
      return found.kind === "authenticated"
        ? { kind: "known", principal: found.authenticated.principal }
        : { kind: "refused", status: found.status, headers: found.headers, refused: found.refused };
    },
  };
}
