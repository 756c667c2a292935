import type { IncomingMessage, ServerResponse } from "node:http";
import type { AuthInfo } from "./auth-info.ts";
import type { Authenticator, Refused } from "./authentication.ts";
import { headerLines } from "./bearer.ts";
import { challengeOf } from "./challenge.ts";
import { authenticateHttp } from "./http.ts";
import { metadataPath, type ProtectedResource, resourceMetadata } from "./resource.ts";

export interface RequireTokenOptions {
  readonly authenticator: Authenticator;
  readonly resource: ProtectedResource;
  /** Hears of each refusal; for the operator. */
  readonly onRefused?: (refused: Refused) => void;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/** A request as Node, connect and express have it; `auth` is where both MCP SDKs look. */
export type AuthenticatedRequest = IncomingMessage & { auth?: AuthInfo; originalUrl?: string };

/**
 * What stands in front of an MCP server on HTTP, for connect, express and plain Node: lets a request on with `request.auth` where its token is
 * valid, and answers it otherwise. The server's metadata (RFC 9728) it gives to anybody, at its well-known path. Throws a `SettingsError`
 * where the resource cannot be told.
 */
export function requireToken(
  options: RequireTokenOptions,
): (request: AuthenticatedRequest, response: ServerResponse, next: () => void) => Promise<void> {
  const { authenticator, resource, onRefused, now = Date.now } = options;
  const metadata = JSON.stringify(resourceMetadata(resource));
  const path = metadataPath(resource);
  // What cannot be told is the operator's mistake, and shows now rather than at the first stranger.
  challengeOf("invalid", resource);
  return async (request, response, next) => {
    delete request.auth;
    const url = request.originalUrl ?? request.url ?? "/";
    if (url === path && (request.method === "GET" || request.method === "HEAD")) {
      response.writeHead(200, { "content-type": "application/json", "access-control-allow-origin": "*" });
      response.end(request.method === "GET" ? metadata : undefined);
      return;
    }
    const head = { headers: headerLines(request.rawHeaders), url };
    const found = await authenticateHttp(head, authenticator, resource, now());
    if (found.kind === "authenticated") {
      request.auth = found.authInfo;
      next();
      return;
    }
    onRefused?.(found.refused);
    response.writeHead(found.status, found.headers).end();
  };
}
