import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { inspect } from "node:util";
import type { AuthInfo as SdkAuthInfo } from "@modelcontextprotocol/sdk/server/auth/types.js";
import type { AuthInfo as ModernAuthInfo } from "@modelcontextprotocol/server";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { authenticatedOf, authInfoOf } from "../src/auth-info.ts";
import type { Authenticated, Refused } from "../src/authentication.ts";
import { credentialsOf, headerLines } from "../src/bearer.ts";
import { challengeOf, forbidden, insufficientScope } from "../src/challenge.ts";
import { developmentAuthenticatorOf, issueDevelopmentToken } from "../src/development.ts";
import { type AuthenticatedRequest, requireToken } from "../src/require-token.ts";
import { metadataPath, metadataUrl, resourceMetadata } from "../src/resource.ts";
import { Token, textOf } from "../src/token.ts";
import {
  audience,
  authenticated,
  authenticatorFor,
  issued,
  issuer,
  now,
  policyOf,
  revocations,
  token,
} from "./policies.ts";

const secret = "c2VjcmV0cyBhcmUgYmVzdCBtYWRlIGJ5IG1hY2hpbmVz";

const resource = {
  resource: audience,
  authorizationServers: [issuer],
  scopes: ["read:files", "offline_access"],
  name: "Files",
};

describe("credentials of a request", () => {
  const at = (value: string, url = "/mcp") => credentialsOf({ headers: [["Authorization", value]], url });
  const found = (credentials: ReturnType<typeof credentialsOf>): string =>
    credentials.kind === "token" ? textOf(credentials.token) : credentials.kind;

  // biome-ignore format: table
  test.for([
    ["Bearer abc.d-_~+/==",       "abc.d-_~+/=="],
    ["bearer abc",                "abc"],
    ["BEARER   abc",              "abc"],
    ["  Bearer abc\t",            "abc"],
    ["",                          "none"],
    ["Basic dXNlcjpwYXNz",        "none"],
    ["DPoP abc",                  "none"],
    ["Bearerabc",                 "none"],
    ["Bearer",                    "malformed"],
    ["Bearer ",                   "malformed"],
    ["Bearer a b",                "malformed"],
    ["Bearer a,b",                "malformed"],
    ["Bearer a, Bearer b",        "malformed"],
    ["Bearer a, Basic b",         "malformed"],
    ["Basic a, Bearer b",         "malformed"],
    ["Bearer,a",                  "malformed"],
    ["Bearer =",                  "malformed"],
    ["Bearer ab=c",               "malformed"],
    ["Bearer \u00e9",             "malformed"],
    ['Bearer "abc"',              "malformed"],
  ] as const)("%j is %s", ([value, expected]) => {
    expect(found(at(value))).toBe(expected);
  });

  test("stand once, in the header alone", () => {
    const two = credentialsOf({
      headers: [
        ["authorization", "Bearer a"],
        ["AUTHORIZATION", "Bearer a"],
      ],
      url: "/",
    });
    expect(two).toEqual({ kind: "malformed", why: "there are several `Authorization` headers" });
    const joined = new Headers([
      ["authorization", "Bearer a"],
      ["authorization", "Bearer b"],
    ]);
    expect(credentialsOf({ headers: joined, url: "/" }).kind).toBe("malformed");
    for (const url of ["/mcp?access_token=a", "https://h/mcp?x=1&access%5Ftoken=a#f", "?access_token"]) {
      expect(at("Bearer a", url).kind).toBe("malformed");
      expect(credentialsOf({ headers: [], url }).kind).toBe("malformed");
    }
    expect(credentialsOf({ headers: [], url: "/mcp?xaccess_token=a#?access_token=b" }).kind).toBe("none");
  });

  test("are one of three things, whatever is sent", () => {
    const value = fc.oneof(
      fc.string(),
      fc.string().map((text) => `Bearer ${text}`),
      fc.stringMatching(/^Bearer [ -~]*$/),
    );
    fc.assert(
      fc.property(fc.array(value, { maxLength: 3 }), fc.string(), (values, url) => {
        const credentials = credentialsOf({ headers: values.map((each) => ["authorization", each] as const), url });
        if (credentials.kind !== "token") return;
        const text = textOf(credentials.token);
        expect(values).toHaveLength(1);
        expect(text).toMatch(/^[A-Za-z0-9._~+/-]+=*$/);
        expect(values[0]!.trim().replace(/^bearer +/i, "")).toBe(text);
      }),
    );
  });
});

test("a token shows nothing of itself", () => {
  const secret = new Token("hunter2");
  const shown = [
    String(secret),
    `${secret}`,
    JSON.stringify({ secret }),
    inspect({ secret }),
    inspect(secret, { showHidden: true }),
  ];
  for (const text of shown) expect(text).toContain("[token]");
  expect(JSON.stringify([shown, Object.keys(secret), structuredClone(secret)])).not.toContain("hunter2");
});

describe("a challenge", () => {
  const metadata = 'resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/fs"';

  test("invites to ask for a token, without an error where none was sent", () => {
    expect(challengeOf("missing", resource)).toEqual({
      status: 401,
      authenticate: `Bearer ${metadata}, scope="read:files"`,
    });
  });

  test("says that a token is not valid, and never why", () => {
    expect(challengeOf("invalid", resource)).toEqual({
      status: 401,
      authenticate: `Bearer error="invalid_token", ${metadata}, scope="read:files"`,
    });
  });

  test("asks for all scopes at once, where a consent can give them", () => {
    expect(insufficientScope(["write:files", "read:files", "write:files", "offline_access"], resource)).toEqual({
      status: 403,
      authenticate: `Bearer error="insufficient_scope", scope="write:files read:files", ${metadata}`,
    });
  });

  test("invites to nothing where no token would help", () => {
    expect(forbidden).toEqual({ status: 403 });
    expect(challengeOf("fault", resource)).toEqual({ status: 500 });
    expect(challengeOf("malformed", resource)).toEqual({
      status: 400,
      authenticate: `Bearer error="invalid_request", ${metadata}`,
    });
  });

  test("holds nothing that would end a header or a quotation", () => {
    for (const scope of ['a"b', "a\\b", "a\r\nb", "é"])
      expect(() => insufficientScope([scope], resource)).toThrow("no header may hold");
  });
});

describe("metadata", () => {
  test("is what RFC 9728 asks for", () => {
    expect(resourceMetadata(resource)).toEqual({
      resource: audience,
      authorization_servers: [issuer],
      scopes_supported: ["read:files", "offline_access"],
      bearer_methods_supported: ["header"],
      resource_name: "Files",
    });
    expect(resourceMetadata({ resource: "https://h.example", authorizationServers: [] })).toEqual({
      resource: "https://h.example",
      bearer_methods_supported: ["header"],
    });
  });

  // RFC 9728 §3.1
  test.for([
    ["https://h.example", "/.well-known/oauth-protected-resource"],
    ["https://H.example/", "/.well-known/oauth-protected-resource"],
    ["https://h.example:8443/a/b", "/.well-known/oauth-protected-resource/a/b"],
    ["https://h.example/a?k=1", "/.well-known/oauth-protected-resource/a?k=1"],
  ] as const)("of %s stands at %s", ([uri, path]) => {
    expect(metadataPath({ resource: uri })).toBe(path);
    expect(metadataUrl({ resource: uri })).toBe(new URL(path, uri).href);
  });

  test.for(["mcp", "urn:x", "ftp://h", "https://h/a/", "https://h#f", ""])("%s is reached nowhere", (uri) => {
    expect(() => resourceMetadata({ resource: uri, authorizationServers: [] })).toThrow(
      "no URI that a server can be reached at",
    );
  });
});

describe("what a server is handed", () => {
  test("has the form of both SDKs', and no token in it", async () => {
    const text = await issued({ scopes: ["read:files"] });
    const found = (await authenticated(authenticatorFor(token), text)) as Authenticated;
    const authInfo: SdkAuthInfo & ModernAuthInfo = authInfoOf(found);
    expect(authInfo).toEqual({
      token: "withheld",
      clientId: "cli",
      scopes: ["read:files"],
      expiresAt: Math.floor(found.expiresAt / 1000),
      resource: new URL(audience),
      extra: { principal: found.principal },
    });
    expect(authenticatedOf(authInfo)).toBe(found);
    expect(authenticatedOf({ ...authInfo })).toBe(found);
  });

  test("is of the token that it came from, also where another one has the same caller", async () => {
    const authenticator = await developmentAuthenticatorOf(policyOf(""), {
      clients: { laptop: { secret, roles: [] } },
      revocations,
      audience,
      listener: "stdio",
    });
    const infos = [1, 2].map(async (each) => {
      const nonce = new Uint8Array(16).fill(each);
      const text = await issueDevelopmentToken({ client: "laptop", secret, audience, nonce, now });
      return authInfoOf((await authenticated(authenticator, text)) as Authenticated);
    });
    const [first, second] = (await Promise.all(infos)).map((info) => authenticatedOf(info)!);
    expect(first!.principal).toBe(second!.principal);
    expect(first!.token.id).not.toBe(second!.token.id);
  });

  test("is believed only where it was made here", async () => {
    const found = (await authenticated(authenticatorFor(token), await issued())) as Authenticated;
    for (const forged of [
      undefined,
      null,
      1,
      {},
      { extra: null },
      JSON.parse(JSON.stringify(authInfoOf(found))),
      { extra: { principal: { id: "x" } } },
      { extra: { principal: found.principal } },
    ]) {
      expect(authenticatedOf(forged)).toBeUndefined();
    }
  });
});

describe("a server on HTTP", () => {
  const refusals: Refused[] = [];
  let server: Server;
  let port: number;

  beforeAll(async () => {
    const guard = requireToken({
      authenticator: authenticatorFor(token),
      resource,
      onRefused: (refused) => refusals.push(refused),
      now: () => now,
    });
    server = createServer((request: AuthenticatedRequest, response) => {
      request.auth = { extra: { principal: { id: "forged" } } } as never;
      void guard(request, response, () => response.end(`hello ${request.auth?.extra.principal.id}`));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => server.close());

  const ask = (headers: Record<string, string>, path = "/fs") => fetch(`http://127.0.0.1:${port}${path}`, { headers });

  test("lets a valid token on", async () => {
    const response = await ask({ authorization: `Bearer ${await issued()}` });
    expect([response.status, await response.text()]).toEqual([200, "hello dev@example.com"]);
  });

  test("answers all others, the same whatever is wrong", async () => {
    const answers = await Promise.all(
      [await issued({ audience: "https://other" }), await issued({ issuedAt: 0 }), "x"].map(async (text) => {
        const response = await ask({ authorization: `Bearer ${text}` });
        return [response.status, response.headers.get("www-authenticate"), await response.text()];
      }),
    );
    expect(new Set(answers.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(answers[0]).toEqual([401, expect.stringContaining('error="invalid_token"'), ""]);
    expect((await ask({})).headers.get("www-authenticate")).not.toContain("error");
    expect((await ask({ authorization: `Bearer ${await issued()}` }, "/fs?access_token=x")).status).toBe(400);
    expect(refusals.map(({ refusal }) => refusal)).toEqual(["invalid", "invalid", "invalid", "missing", "malformed"]);
    expect(JSON.stringify(refusals)).not.toContain("eyJ");
  });

  test("tells of a header that stands twice, which Node's `headers` would hide", async () => {
    const good = await issued();
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, "127.0.0.1");
      let text = "";
      socket.on("data", (chunk) => {
        text += chunk;
      });
      socket.on("end", () => resolve(text)).on("error", reject);
      socket.write(
        `GET /fs HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: Bearer ${good}\r\nauthorization: Bearer ${good}\r\n\r\n`,
      );
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });

  test("tells anybody where to get a token", async () => {
    const response = await ask({}, "/.well-known/oauth-protected-resource/fs");
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toEqual(resourceMetadata(resource));
    expect((await ask({}, "/.well-known/oauth-protected-resource/other")).status).toBe(401);
  });
});

test("header lines come by twos", () => {
  expect([...headerLines(["a", "1", "A", "2", "odd"])]).toEqual([
    ["a", "1"],
    ["A", "2"],
  ]);
});
