import { type AuthInfo, authInfoOf } from "./auth-info.ts";
import type { Authenticated, Authenticator, Refused } from "./authentication.ts";
import { credentialsOf, type HttpRequestHead } from "./bearer.ts";
import { challengeOf } from "./challenge.ts";
import type { ProtectedResource } from "./resource.ts";

/** Who sends an HTTP request, or the answer to it. */
export type HttpAuthentication =
  | { readonly kind: "authenticated"; readonly authenticated: Authenticated; readonly authInfo: AuthInfo }
  | {
      readonly kind: "refused";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      /** `detail` is for the operator's log. */
      readonly refused: Refused;
    };

/** Who sends an HTTP request at an instant (epoch milliseconds); each request brings its token. Never rejects. */
export async function authenticateHttp(
  request: HttpRequestHead,
  authenticator: Authenticator,
  resource: ProtectedResource,
  now: number,
): Promise<HttpAuthentication> {
  const found = await authenticator.authenticate(credentialsOf(request), now);
  if (found.kind === "authenticated")
    return { kind: "authenticated", authenticated: found, authInfo: authInfoOf(found) };
  const { status, authenticate } = challengeOf(found.refusal, resource);
  const headers = {
    "cache-control": "no-store",
    ...(authenticate === undefined ? {} : { "www-authenticate": authenticate }),
  };
  return { kind: "refused", status, headers, refused: found };
}
