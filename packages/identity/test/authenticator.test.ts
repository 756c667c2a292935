import { callerKeyOf } from "@mcpolicy/core";
import { CompactSign, importJWK, type JWK, type JWTHeaderParameters } from "jose";
import { describe, expect, test } from "vitest";
import { authenticatorOf } from "../src/authenticator.ts";
import { publicKeySet } from "../src/issue.ts";
import { localKeys } from "../src/keys.ts";
import { scopesOf } from "../src/scopes.ts";
import { SettingsError } from "../src/settings-error.ts";
import { Token } from "../src/token.ts";
import {
  audience,
  authenticated,
  authenticatorFor,
  contents,
  ecKey,
  issued,
  issuer,
  key,
  keys,
  now,
  otherKey,
  policyOf,
  revocations,
  token,
  verdict,
} from "./policies.ts";

const seconds = Math.floor(now / 1000);

/** The claims of a good token. */
const claims = {
  iss: issuer,
  sub: "dev@example.com",
  aud: audience,
  client_id: "cli",
  jti: "token-1",
  roles: ["developer"],
  iat: seconds - 10,
  exp: seconds + 290,
};
const header = { alg: "EdDSA", kid: key.kid!, typ: "at+jwt" };

/** A token with these claims and this header, signed well. */
async function signed(changed: object, headers: object = {}, by: JWK = key): Promise<string> {
  const whole = JSON.stringify({ ...claims, ...changed });
  const jws = new CompactSign(new TextEncoder().encode(whole));
  return jws
    .setProtectedHeader({ ...header, alg: by.alg!, kid: by.kid!, ...headers } as JWTHeaderParameters)
    .sign(await importJWK(by));
}

describe("a valid token", () => {
  test("gives the caller that its claims speak of", async () => {
    const authenticator = authenticatorFor(
      `${token}principal { team?: string from claim "team"  level?: int from claim "level"  since: time from claim "auth_time" }`,
    );
    const text = await issued({
      claims: { team: "core", auth_time: seconds - 60, other: 1 },
      scopes: ["read:files", "write:files"],
    });
    expect(await authenticated(authenticator, text)).toEqual({
      kind: "authenticated",
      principal: {
        id: "dev@example.com",
        client: "cli",
        roles: ["developer"],
        team: "core",
        since: (seconds - 60) * 1000,
      },
      token: { issuer, id: "token-1", subject: "dev@example.com", client: "cli", issuedAt: contents.issuedAt },
      audience,
      scopes: ["read:files", "write:files"],
      expiresAt: contents.issuedAt + 300_000,
    });
  });

  test("may be signed by any key of the issuer, by an algorithm that is allowed", async () => {
    const authenticator = authenticatorFor(token);
    for (const by of [key, ecKey]) {
      expect(verdict(await authenticated(authenticator, await issued({}, by)))).toBe("authenticated");
    }
    const text = await signed({}, { alg: "Ed25519" }, { ...key, alg: "Ed25519" });
    const withNewName = authenticatorFor(token, {
      keys: { [issuer]: localKeys(publicKeySet([{ ...key, alg: "Ed25519" }])) },
    });
    expect(verdict(await authenticated(withNewName, text))).toBe("authenticated");
  });

  // biome-ignore format: table
  test.for([
    [audience],
    ["https://MCP.example.com/fs"],
    ["HTTPS://mcp.example.com/fs"],
    [["https://other.example.com", audience]],
  ])("is for us as %j", async ([aud]) => {
    expect(verdict(await authenticated(authenticatorFor(token), await signed({ aud })))).toBe("authenticated");
  });

  test("is for a host with and without the slash that ends nothing (RFC 3986 §6.2.3)", async () => {
    const authenticator = authenticatorFor(`token { issuer "${issuer}" audience "https://mcp.example.com" }`);
    expect(verdict(await authenticated(authenticator, await signed({ aud: "https://mcp.example.com/" })))).toBe(
      "authenticated",
    );
  });

  test("names its client as `azp` where it says no `client_id`", async () => {
    const found = await authenticated(authenticatorFor(token), await signed({ client_id: undefined, azp: "other" }));
    expect(found).toMatchObject({ principal: { client: "other" } });
    const none = await authenticated(authenticatorFor(token), await signed({ client_id: undefined }));
    expect(none.kind === "authenticated" && Object.hasOwn(none.principal, "client")).toBe(false);
  });

  test("is of no use to somebody who prints what it gave", async () => {
    const found = await authenticated(authenticatorFor(token), await issued());
    expect(JSON.stringify(found)).not.toContain("eyJ");
    expect(Object.isFrozen(found) && found.kind === "authenticated" && Object.isFrozen(found.principal.roles)).toBe(
      true,
    );
  });
});

describe("a token is refused, always as invalid", () => {
  const { typ: _, ...untyped } = header;
  // biome-ignore format: table
  const bad: readonly [string, () => Promise<string> | string, string][] = [
    ["nothing",                    () => "",                                              "it is no JSON Web Token"],
    ["a word",                     () => "token",                                         "it is no JSON Web Token"],
    ["two parts",                  async () => (await issued()).split(".").slice(0, 2).join("."), "it is no JSON Web Token"],
    ["five parts (encrypted)",     async () => `${await issued()}.a.b`,                   "it is no JSON Web Token"],
    ["padding",                    async () => `${await issued()}=`,                      "it is no signed token: three parts of base64url, apart by dots"],
    ["stray bits",                 async () => withStrayBits(await issued()),             "it is no signed token: three parts of base64url, apart by dots"],
    ["white space",                async () => ` ${await issued()}`,                      "it is no JSON Web Token"],
    ["much too long",              () => `${"A".repeat(16_384)}.A.A`,                     "it has more than 16384 characters"],
    ["no signature",               async () => `${(await issued()).split(".").slice(0, 2).join(".")}.`, "it is no signed token: three parts of base64url, apart by dots"],
    ["a broken signature",         async () => broken(await issued()),                    "its signature does not hold"],
    ["another's key",              async () => issued({}, { ...otherKey, kid: key.kid! }), "its signature does not hold"],
    ["a key that nobody has",      async () => issued({}, otherKey),                      "the issuer's keys hold none, or several, that its algorithm could use under the name that it gives (`kid`)"],
    ["typ JWT",                    () => signed({}, { typ: "JWT" }),                      "its kind (`typ`) is none of at+jwt"],
    ["no typ",                     () => signed({}, { typ: undefined, ...untyped }),      "its kind (`typ`) is none of at+jwt"],
    ["typ of another",             () => signed({}, { typ: "logout+jwt" }),               "its kind (`typ`) is none of at+jwt"],
    ["crit",                       () => signed({}, { crit: ["b64"], b64: true }),        "its header asks for what is not understood (`crit`)"],
    ["no issuer",                  () => signed({ iss: undefined }),                      "its issuer (`iss`) is none of the policy's"],
    ["another issuer",             () => signed({ iss: `${issuer}/` }),                   "its issuer (`iss`) is none of the policy's"],
    ["several issuers",            () => signed({ iss: [issuer] }),                       "its issuer (`iss`) is none of the policy's"],
    ["an issuer of the language",  () => signed({ iss: "constructor" }),                  "its issuer (`iss`) is none of the policy's"],
    ["no audience",                () => signed({ aud: undefined }),                      "it is for somebody else (`aud`)"],
    ["another audience",           () => signed({ aud: "https://mcp.example.com" }),      "it is for somebody else (`aud`)"],
    ["an audience below ours",     () => signed({ aud: `${audience}/admin` }),            "it is for somebody else (`aud`)"],
    ["our audience and a slash",   () => signed({ aud: `${audience}/` }),                 "it is for somebody else (`aud`)"],
    ["another path's letters",     () => signed({ aud: audience.replace("fs", "FS") }),   "it is for somebody else (`aud`)"],
    ["an odd audience",            () => signed({ aud: [audience, 1] }),                  "it is for somebody else (`aud`)"],
    ["no iat",                     () => signed({ iat: undefined }),                      "its `iat` or `exp` is missing or no time"],
    ["no exp",                     () => signed({ exp: undefined }),                      "its `iat` or `exp` is missing or no time"],
    ["exp as text",                () => signed({ exp: String(seconds + 290) }),          "its `iat` or `exp` is missing or no time"],
    ["exp beyond all",             () => signed({ exp: 1e300 }),                          "its `iat` or `exp` is missing or no time"],
    ["nbf as text",                () => signed({ nbf: "now" }),                          "its `nbf` is no time"],
    ["nbf null",                   () => signed({ nbf: null }),                           "its `nbf` is no time"],
    ["living for too long",        () => signed({ exp: seconds + 291 }),                  "it lives for 301s, and 5m is the most"],
    ["ending before it begins",    () => signed({ exp: seconds - 11 }),                   "it ends before it begins"],
    ["from the future",            () => signed({ iat: seconds + 31, exp: seconds + 60 }), "it was issued 31s from now"],
    ["not valid yet",              () => signed({ nbf: seconds + 31 }),                   "it is not valid before 31s from now"],
    ["over",                       () => signed({ iat: seconds - 330, exp: seconds - 30 }), "it ended 30s ago"],
    ["no subject",                 () => signed({ sub: undefined }),                      "its `sub` is missing or no name"],
    ["an empty subject",           () => signed({ sub: "" }),                             "its `sub` is missing or no name"],
    ["a subject of two lines",     () => signed({ sub: "a\nb" }),                         "its `sub` is missing or no name"],
    ["half a character",           () => signed({ sub: "\ud800" }),                       "it is no JSON Web Token"],
    ["the same claim twice",       () => rawPayload(`{"sub":"a","sub":"b"}`),             "it is no JSON Web Token"],
    ["a client that is no name",   () => signed({ client_id: 7 }),                        "its `client_id` is no name"],
    ["roles as text",              () => signed({ roles: "admin" }),                      "its `roles` is no list of texts"],
    ["a role that is no text",     () => signed({ roles: ["dev", 1] }),                   "its `roles` is no list of texts"],
    ["an id of its own",           () => signed({ jti: 7 }),                              "its `jti` is no text"],
    ["bound to a key",             () => signed({ cnf: { jkt: "x" } }),                   "it is bound to a key (`cnf`), which a bearer does not show"],
    ["claims that are a list",     () => rawPayload("[]"),                                "it is no JSON Web Token"],
    ["claims that are no JSON",    () => rawPayload("{"),                                 "it is no JSON Web Token"],
  ];

  test.for(bad)("%s", async ([, text, why]) => {
    expect(verdict(await authenticated(authenticatorFor(token), await text()))).toBe(`invalid: ${why}`);
  });

  test("an ID token, also where plain JWTs are taken", async () => {
    const authenticator = authenticatorFor(token, { types: ["application/at+jwt", "JWT"] });
    expect(verdict(await authenticated(authenticator, await signed({}, { typ: "JWT" })))).toBe("authenticated");
    for (const mark of [{ nonce: "n" }, { at_hash: "h" }, { token_use: "id" }, { typ: "ID" }, { events: {} }]) {
      expect(verdict(await authenticated(authenticator, await signed(mark, { typ: "JWT" })))).toBe(
        "invalid: it is an ID token or tells of an event, and gives access to nothing",
      );
    }
  });

  test("no `kid`, and two keys that fit", async () => {
    const authenticator = authenticatorFor(token, { keys: { [issuer]: localKeys(publicKeySet([key, otherKey])) } });
    expect(verdict(await authenticated(authenticator, await signed({}, { kid: undefined })))).toMatch(
      /^invalid: .* names no key/,
    );
    const alone = authenticatorFor(token, { keys: { [issuer]: localKeys(publicKeySet([key])) } });
    expect(verdict(await authenticated(alone, await signed({}, { kid: undefined })))).toBe("authenticated");
  });

  test("a key whose own algorithm is another", async () => {
    const set = publicKeySet([{ ...ecKey, alg: "ES384" }]);
    const authenticator = authenticatorFor(token, { keys: { [issuer]: localKeys(set) } });
    expect(verdict(await authenticated(authenticator, await issued({}, ecKey)))).toMatch(
      /^invalid: the issuer's keys hold none/,
    );
  });

  test("a required attribute that is missing or of another type; an optional one is absent or stays unknown", async () => {
    const required = authenticatorFor(`${token}principal { team: string from claim "team" }`);
    expect(verdict(await authenticated(required, await signed({})))).toBe(
      "invalid: the attribute `team` is missing or of another type",
    );
    expect(verdict(await authenticated(required, await signed({ team: 1 })))).toBe(
      "invalid: the attribute `team` is missing or of another type",
    );
    const optional = authenticatorFor(`${token}principal { team?: string from claim "team" }`);
    expect(await authenticated(optional, await signed({}))).toMatchObject({ principal: { id: "dev@example.com" } });
    expect(await authenticated(optional, await signed({ team: 1 }))).toMatchObject({ principal: { team: 1 } });
  });

  test("a tenant that cannot be read, since it is part of every key", async () => {
    const authenticator = authenticatorFor(`${token}principal { tenant?: string from claim "org" }`);
    expect(verdict(await authenticated(authenticator, await signed({ org: { id: 1 } })))).toBe(
      "invalid: the attribute `tenant` is missing or of another type",
    );
    const found = await authenticated(authenticator, await signed({ org: "acme" }));
    expect(found.kind === "authenticated" && callerKeyOf(found.principal)).toBe('["acme","dev@example.com","cli"]');
  });
});

describe("claims", () => {
  test("come by name, or by a JSON pointer where they begin with a slash", async () => {
    const authenticator = authenticatorFor(
      `${token}principal { roles: list<string> from claim "/realm_access/roles"  team?: string from claim "https://example.com/team"  odd?: string from claim "/a~1b/__proto__" }`,
    );
    const text = await signed({ roles: 7, realm_access: { roles: ["lead"] }, "https://example.com/team": "core" });
    expect(await authenticated(authenticator, text)).toMatchObject({ principal: { roles: ["lead"], team: "core" } });
  });

  test("`scope` is a list where a list is asked for", async () => {
    const authenticator = authenticatorFor(`${token}principal { roles: list<string> from claim "scope" }`);
    expect(await authenticated(authenticator, await signed({ scope: "a  b" }))).toMatchObject({
      principal: { roles: ["a", "b"] },
      scopes: ["a", "b"],
    });
  });

  test("scopes that a policy knows are its roles, where it reads them from `scope`", () => {
    const roles = 'role "read:files" { }\nrole reader { }\nrole "Domain Admins" { }\n';
    expect(scopesOf(policyOf(`${roles}principal { roles: list<string> from claim "scope" }`))).toEqual([
      "read:files",
      "reader",
    ]);
    expect(scopesOf(policyOf(roles))).toEqual([]);
  });

  test("roles that the policy names a claim for must be there; else there may be none", async () => {
    const strict = authenticatorFor(`${token}principal { roles: list<string> from claim "groups" }`);
    expect(verdict(await authenticated(strict, await signed({})))).toBe("invalid: its `groups` is missing");
    expect(await authenticated(authenticatorFor(token), await signed({ roles: undefined }))).toMatchObject({
      principal: { roles: [] },
    });
  });

  test("a client that the policy requires must be there", async () => {
    const strict = authenticatorFor(`${token}principal { client: string }`);
    expect(verdict(await authenticated(strict, await signed({})))).toBe("authenticated");
    expect(verdict(await authenticated(strict, await signed({ client_id: undefined })))).toBe(
      "invalid: it names no client",
    );
  });

  test("an id may come from another claim; revocations know the subject all the same", async () => {
    const authenticator = authenticatorFor(`${token}principal { id: string from claim "email" }`);
    expect(await authenticated(authenticator, await signed({ email: "a@example.com" }))).toMatchObject({
      principal: { id: "a@example.com" },
      token: { subject: "dev@example.com" },
    });
  });
});

describe("several issuers", () => {
  const second = "https://login.example.org";
  const text = `token { issuer "${issuer}", "${second}" audience "${audience}" }`;
  const both = { [issuer]: localKeys(publicKeySet([key])), [second]: localKeys(publicKeySet([otherKey])) };

  test("name the same subject apart", async () => {
    const authenticator = authenticatorFor(text, { keys: both });
    const ids = [await signed({}), await signed({ iss: second }, {}, otherKey)].map(async (each) => {
      const found = await authenticated(authenticator, each);
      return found.kind === "authenticated" && found.principal.id;
    });
    expect(await Promise.all(ids)).toEqual([`${issuer} dev@example.com`, `${second} dev@example.com`]);
  });

  test("have their own keys: one cannot speak for the other", async () => {
    const authenticator = authenticatorFor(text, { keys: both });
    for (const forged of [
      await signed({ iss: second }),
      await signed({}, {}, otherKey),
      await signed({}, { kid: key.kid }, otherKey),
    ]) {
      expect(verdict(await authenticated(authenticator, forged))).toMatch(/^invalid: /);
    }
  });
});

describe("a token that was seen before", () => {
  test("is answered at once, held against the clock, and asked after at every use", async () => {
    const revoked = new Set<string>();
    const authenticator = authenticatorFor(token, { revocations: { isRevoked: ({ id }) => revoked.has(id!) } });
    const text = await issued();
    const first = await authenticated(authenticator, text);
    expect(first.kind).toBe("authenticated");
    const use = (at: number) => authenticator.authenticate(credentialsOf(text), at);
    expect(use(now)).toBe(first);
    expect(use(contents.issuedAt + 329_999)).toBe(first);
    revoked.add("token-1");
    expect(use(now)).toMatchObject({ kind: "refused", refusal: "invalid", detail: "it was revoked" });
    revoked.clear();
    expect(use(contents.issuedAt + 330_000)).toMatchObject({ kind: "refused", refusal: "invalid" });
    expect(use(now)).toBeInstanceOf(Promise);
  });

  test("is forgotten where there is no room, and verified again", async () => {
    const authenticator = authenticatorFor(token, { mostKept: 2 });
    const texts = await Promise.all(["a", "b", "c"].map((id) => issued({ id })));
    for (const text of texts) await authenticated(authenticator, text);
    const kinds = texts.map((text) => authenticator.authenticate(credentialsOf(text), now) instanceof Promise);
    expect(kinds).toEqual([true, false, false]);
  });

  test.for([
    () => {
      throw new Error("the store is away");
    },
    () => Promise.reject(new Error("the store is away")),
  ])("is a fault while revocations cannot be asked", async (isRevoked) => {
    const authenticator = authenticatorFor(token, { revocations: { isRevoked } });
    const text = await issued();
    for (let use = 0; use < 2; use++) {
      expect(verdict(await authenticated(authenticator, text))).toBe(
        "fault: whether the token was revoked cannot be found out: the store is away",
      );
    }
  });

  test.for([undefined, null, 0, "", "no", {}])("%j is no answer, and lets nobody in", async (answer) => {
    for (const isRevoked of [() => answer, async () => answer]) {
      const authenticator = authenticatorFor(token, { revocations: { isRevoked: isRevoked as () => boolean } });
      expect((await authenticated(authenticator, await issued())).kind).toBe("refused");
    }
  });
});

test("without credentials, with malformed ones, or without a time nobody is authenticated", async () => {
  const { authenticate } = authenticatorFor(token);
  expect(await authenticate({ kind: "none" }, now)).toMatchObject({ refusal: "missing" });
  expect(await authenticate({ kind: "malformed", why: "twice" }, now)).toMatchObject({ refusal: "malformed" });
  expect(await authenticate(credentialsOf(await issued()), Number.NaN)).toMatchObject({ refusal: "fault" });
  expect(await authenticate({ kind: "token", token: "text" as never }, now)).toMatchObject({ refusal: "fault" });
});

describe("an authenticator is not made", () => {
  const two = `token { issuer "${issuer}", "https://b.example.com" audience "${audience}" }`;
  // biome-ignore format: table
  const mistakes: readonly [string, string, object, string][] = [
    ["without `token`",              "",                                                 {}, "write `token {"],
    ["without an audience",          `token { issuer "${issuer}" }`,                     {}, "write `token {"],
    ["without an issuer",            `token { audience "${audience}" }`,                 {}, "write `token {"],
    ["with a fragment",              `token { issuer "${issuer}" audience "https://a#b" }`, {}, "it has a fragment"],
    ["with a slash at its end",      `token { issuer "${issuer}" audience "https://a/b/" }`, {}, "it ends in a slash"],
    ["without an issuer's keys",     two,                                                {}, "the keys of issuer `https://b.example.com` are not given"],
    ["with keys of a stranger",      token,                                              { keys: { ...keys, x: localKeys(publicKeySet([key])) } }, "there are keys of `x`, which is no issuer"],
    ["for an audience of another",   token,                                              { audience: "https://other.example.com" }, "is none of the policy's audiences"],
    ["for callers that cannot be",   `${token}principal { team: string }`,               {}, "which claim it comes from"],
  ];

  test.for(mistakes)("%s", ([, text, options, message]) => {
    expect(() => authenticatorFor(text, options)).toThrow(SettingsError);
    expect(() => authenticatorFor(text, options)).toThrow(message);
  });

  test("over an artifact that allows shared secrets or clocks that are far apart", () => {
    const made = (changed: object) => () =>
      authenticatorOf(
        {
          ...policyOf(token),
          deployment: { network: {}, token: { issuer: [issuer], audience: [audience], ...changed } },
        },
        { keys, revocations },
      );
    expect(made({})).not.toThrow();
    expect(made({ algorithms: ["HS256"] })).toThrow("`HS256`, which is no signature with a public key");
    expect(made({ algorithms: ["none"] })).toThrow("`none`");
    expect(made({ algorithms: [] })).toThrow("no `algorithms` is left");
    expect(made({ algorithms: "constructor" })).toThrow("`constructor`");
    expect(made({ skew: 61_000 })).toThrow("a minute is the most");
    expect(made({ lifetime: "5m" })).toThrow("no length of time");
    expect(made({ audience: [7] })).toThrow("no list of texts");
  });
});

describe("a policy that narrows another", () => {
  const wide = `mcpolicy 1\nserver s untyped\ntoken { issuer "${issuer}" audience "${audience}", "https://b.example.com" lifetime at most 10m }\nprincipal { team: string from claim "team" }`;
  const narrowed = (text: string) => policyOf(`narrows "wide.mcpolicy"\n${text}`, { "wide.mcpolicy": wide });

  test("demands what both demand", async () => {
    const authenticator = authenticatorOf(narrowed('token { audience "https://b.example.com" lifetime at most 1m }'), {
      keys,
      revocations,
    });
    expect(authenticator.audiences).toEqual(["https://b.example.com"]);
    const good = { audience: "https://b.example.com", lifetime: 60_000, claims: { team: "core" } };
    expect(verdict(await authenticated(authenticator, await issued(good)))).toBe("authenticated");
    expect(verdict(await authenticated(authenticator, await issued({ ...good, lifetime: 61_000 })))).toMatch(
      /lives for 61s/,
    );
    expect(verdict(await authenticated(authenticator, await issued({ ...good, claims: {} })))).toMatch(/`team`/);
  });

  // biome-ignore format: table
  test.for([
    ['token { audience "https://c.example.com" }',                                   "no `audience` is left"],
    [`token { issuer "${issuer}", "https://x.example.com" }`,                        "one `issuer` and a policy that it narrows several"],
    ['principal { team: string from claim "group" }',                                "from another claim"],
    ['principal { team: int from claim "team" }',                                    "as another type"],
  ] as const)("%s", ([text, message]) => {
    expect(() => authenticatorOf(narrowed(text), { keys, revocations })).toThrow(message);
  });
});

function credentialsOf(text: string) {
  return { kind: "token", token: new Token(text) } as const;
}

function broken(text: string): string {
  const [head, claims, signature] = text.split(".");
  return `${head}.${claims}.${signature!.startsWith("A") ? "B" : "A"}${signature!.slice(1)}`;
}

/** An Ed25519 signature has 64 bytes, its text 86 characters: four bits of the last are none of it. */
function withStrayBits(text: string): string {
  const last = { A: "B", Q: "R", g: "h", w: "x" }[text.at(-1)!];
  return text.slice(0, -1) + last;
}

async function rawPayload(payload: string): Promise<string> {
  return new CompactSign(new TextEncoder().encode(payload)).setProtectedHeader(header).sign(await importJWK(key));
}
