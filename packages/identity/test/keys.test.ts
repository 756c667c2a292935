import { generateKeyPairSync, sign } from "node:crypto";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fetchKeys, isLoopback } from "../src/fetch-keys.ts";
import { publicKeySet } from "../src/issue.ts";
import { type KeyHint, localKeys } from "../src/keys.ts";
import { rotatingKeys } from "../src/rotating-keys.ts";
import { NotSigned, signedPayload } from "../src/signature.ts";
import { authenticated, authenticatorFor, issued, issuer, key, now, otherKey, token, verdict } from "./policies.ts";

const hint = { alg: "EdDSA", kid: key.kid! };
const minute = 60_000;

describe("a local key set", () => {
  test("is public keys, and nothing else", async () => {
    const set = publicKeySet([key]);
    expect(Object.keys(set.keys[0]!).toSorted()).toEqual(["alg", "crv", "kid", "kty", "use", "x"]);
    expect((await localKeys(set).keyFor(hint, now)).type).toBe("public");
  });

  // biome-ignore format: table
  test.for([
    [undefined,                                        "no JSON Web Key Set"],
    [[],                                               "no JSON Web Key Set"],
    [{ keys: {} },                                     "no JSON Web Key Set"],
    [{ keys: ["x"] },                                  "no JSON Web Key Set"],
    [{ keys: [] },                                     "holds no key"],
    [{ keys: [key] },                                  "key 1 of the set is no public key"],
    [{ keys: [...publicKeySet([key]).keys, { kty: "oct", kid: "s" }] }, "key 2 of the set is no public key"],
    [{ keys: [{ kty: "RSA", n: "x", e: "AQAB", k: "x" }] }, "key 1 of the set is no public key"],
  ] as const)("%j", ([jwks, message]) => {
    expect(() => localKeys(jwks)).toThrow(message);
  });

  test("a key that is too weak verifies nothing (RFC 7518 §3.3)", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
    const jwk = { ...publicKey.export({ format: "jwk" }), alg: "RS256", kid: "weak" };
    const text = `${Buffer.from('{"alg":"RS256","kid":"weak"}').toString("base64url")}.e30`;
    const signature = sign("sha256", Buffer.from(text), privateKey).toString("base64url");
    const keyFor = (each: KeyHint) => localKeys({ keys: [jwk] }).keyFor(each, now);
    await expect(signedPayload(`${text}.${signature}`, new Set(["RS256"]), keyFor)).rejects.toThrow(NotSigned);
  });

  test("signs nothing with an algorithm that is not of the list", async () => {
    const keyFor = (each: KeyHint) => localKeys(publicKeySet([key])).keyFor(each, now);
    const text = await issued();
    expect((await signedPayload(text, new Set(["EdDSA"]), keyFor)).length).toBeGreaterThan(0);
    await expect(signedPayload(text, new Set(["ES256"]), keyFor)).rejects.toThrow("not one that the policy allows");
  });

  test("a name is a name: nothing of it is a path, a query or a command", async () => {
    for (const kid of ["../../../../dev/null", "' UNION SELECT 'x", "$(id)", "__proto__", "constructor", ""]) {
      await expect(localKeys(publicKeySet([key])).keyFor({ ...hint, kid }, now)).rejects.toThrow("kid");
    }
  });
});

describe("keys that rotate", () => {
  /** A source that counts how often it is asked, and gives what it is told. */
  function loading(answers: (() => unknown)[]) {
    const asked = { times: 0 };
    const load = async (): Promise<unknown> => answers[Math.min(asked.times++, answers.length - 1)]!();
    return { asked, load };
  }
  const old = (): unknown => publicKeySet([otherKey]);
  const both = (): unknown => publicKeySet([otherKey, key]);
  const away = (): never => {
    throw new Error("away");
  };

  test("are asked for once, however many want them", async () => {
    const { asked, load } = loading([both]);
    const keys = rotatingKeys(load);
    expect(asked.times).toBe(0);
    await Promise.all(Array.from({ length: 50 }, () => keys.keyFor(hint, now)));
    expect(asked.times).toBe(1);
    await keys.keyFor(hint, now + 10 * minute - 1);
    expect(asked.times).toBe(1);
    await keys.keyFor(hint, now + 10 * minute);
    expect(asked.times).toBe(2);
  });

  test("are asked for again for a new name, but not for each that nobody has", async () => {
    const { asked, load } = loading([old, both]);
    const keys = rotatingKeys(load);
    await expect(keys.keyFor(hint, now)).rejects.toThrow("kid");
    expect(asked.times).toBe(1);
    await keys.keyFor(hint, now + minute);
    expect(asked.times).toBe(2);
    for (let at = 0; at < 100; at++) {
      await expect(keys.keyFor({ ...hint, kid: `guess ${at}` }, now + minute + at)).rejects.toThrow("kid");
    }
    expect(asked.times).toBe(2);
  });

  test("are used while no newer ones can be had, for an hour", async () => {
    const { load } = loading([both, away]);
    const keys = rotatingKeys(load);
    await keys.keyFor(hint, now);
    await keys.keyFor(hint, now + 59 * minute);
    await expect(keys.keyFor(hint, now + 60 * minute)).rejects.toThrow("the issuer's keys cannot be had: away");
  });

  test("which were withdrawn are refused as soon as that is known", async () => {
    const { load } = loading([both, old]);
    const keys = rotatingKeys(load);
    await keys.keyFor(hint, now);
    await expect(keys.keyFor(hint, now + 10 * minute)).rejects.toThrow("kid");
  });

  test("that cannot be had are a fault; they are asked for again soon", async () => {
    const { asked, load } = loading([away, () => "no key set", both]);
    const authenticator = authenticatorFor(token, { keys: { [issuer]: rotatingKeys(load) } });
    const text = await issued();
    expect(verdict(await authenticated(authenticator, text, now))).toBe("fault: the issuer's keys cannot be had: away");
    expect(verdict(await authenticated(authenticator, text, now + 4_999))).toMatch(/^fault/);
    expect(asked.times).toBe(1);
    expect(verdict(await authenticated(authenticator, text, now + 5_000))).toBe(
      "fault: the issuer's keys cannot be had: what came is no JSON Web Key Set",
    );
    expect(verdict(await authenticated(authenticator, text, now + 10_000))).toBe("authenticated");
  });

  test("are asked for again where the clock was set back", async () => {
    const { asked, load } = loading([both]);
    const keys = rotatingKeys(load);
    await keys.keyFor(hint, now);
    await keys.keyFor(hint, now - minute);
    expect(asked.times).toBe(2);
  });

  test("hold no private or shared key, whoever publishes one", async () => {
    const keys = rotatingKeys(async () => ({ keys: [key, { kty: "oct", k: "c2VjcmV0", kid: key.kid, alg: "HS256" }] }));
    await expect(keys.keyFor(hint, now)).rejects.toThrow("kid");
    const beside = rotatingKeys(async () => ({ keys: [{ ...otherKey, kid: key.kid }, ...publicKeySet([key]).keys] }));
    expect((await beside.keyFor(hint, now)).type).toBe("public");
  });
});

describe("fetched keys", () => {
  let server: Server;
  let at: string;
  let answer: (response: ServerResponse) => void;
  const fetched = (options: { mostBytes?: number; timeout?: number } = {}): Promise<unknown> =>
    fetchKeys(`${at}/jwks`, { fetch, ...options })();

  beforeAll(async () => {
    server = createServer((_, response) => answer(response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  test("verify a token", async () => {
    answer = (response) => response.end(JSON.stringify(publicKeySet([key])));
    const keys = { [issuer]: rotatingKeys(fetchKeys(`${at}/jwks`, { fetch })) };
    expect(verdict(await authenticated(authenticatorFor(token, { keys }), await issued()))).toBe("authenticated");
  });

  test("a redirect is not followed, another status is no answer", async () => {
    let asked = 0;
    answer = (response) => {
      asked += 1;
      if (asked === 1) response.writeHead(302, { location: `${at}/other` }).end();
      else response.end(JSON.stringify(publicKeySet([key])));
    };
    await expect(fetched()).rejects.toThrow();
    expect(asked).toBe(1);
    answer = (response) => response.writeHead(500).end("{}");
    await expect(fetched()).rejects.toThrow("status 500");
  });

  test("an answer without end, that is too large, or no JSON is refused", async () => {
    answer = (response) => {
      const more = (): unknown => response.write(" ".repeat(65_536)) && setImmediate(more);
      response.on("drain", more);
      more();
    };
    await expect(fetched()).rejects.toThrow("more than 262144 bytes");
    answer = (response) => void response.write("{");
    await expect(fetched({ timeout: 50 })).rejects.toThrow();
    answer = (response) => response.end("<html>");
    await expect(fetched()).rejects.toThrow();
  });

  test.for([
    "http://id.example.com/jwks",
    "http://127.0.0.1.example.com/jwks",
    "https://user:secret@id.example.com/jwks",
    "ftp://id.example.com/jwks",
    "file:///etc/passwd",
    "/jwks",
    "",
  ])("never come from %s", (url) => {
    expect(() => fetchKeys(url, { fetch })).toThrow("cannot be where keys come from");
  });
});

test.for([
  ["localhost", true],
  ["127.0.0.1", true],
  ["127.9.9.9", true],
  ["::1", true],
  ["[::1]", true],
  ["0.0.0.0", false],
  ["::", false],
  ["localhost.example.com", false],
  ["127.0.0.1.example.com", false],
  ["10.0.0.1", false],
] as const)("%s is this machine itself: %s", ([host, expected]) => {
  expect(isLoopback(host)).toBe(expected);
});
