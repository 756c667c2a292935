import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type DevelopmentOptions,
  developmentAuthenticatorOf,
  issueDevelopmentToken,
  whyWeakSecret,
} from "../src/development.ts";
import { developmentTokenText, keyOf, parseDevelopmentToken } from "../src/development-token.ts";
import { audience, authenticated, issuer, now, policyOf, revocations, token, verdict } from "./policies.ts";

const secret = "c2VjcmV0cyBhcmUgYmVzdCBtYWRlIGJ5IG1hY2hpbmVz";
const otherSecret = "YW5vdGhlciBzZWNyZXQsIG9mIHNvbWVib2R5IGVsc2UgOyk";
const nonce = Uint8Array.from({ length: 16 }, (_, at) => at * 7);
const seconds = Math.floor(now / 1000);

const options: DevelopmentOptions = {
  clients: {
    laptop: { secret, roles: ["developer"], attributes: { team: "core" } },
    robot: { secret: otherSecret, roles: [] },
  },
  revocations,
  audience,
  listener: "127.0.0.1",
};

function made(changes: Partial<DevelopmentOptions> = {}, text = 'principal { team?: string from claim "team" }') {
  return developmentAuthenticatorOf(policyOf(text), { ...options, ...changes });
}

function issued(changes: object = {}): Promise<string> {
  return issueDevelopmentToken({ client: "laptop", secret, audience, nonce, now, ...changes });
}

describe("the guide's local form", () => {
  test("is what the format says, made with another implementation", async () => {
    const part = (bytes: string | Uint8Array): string => Buffer.from(bytes as string).toString("base64url");
    const message = ["mcpolicy-dev.v1", audience, "laptop", seconds, part(nonce)].join("\n");
    const mac = createHmac("sha256", secret).update(message).digest("base64url");
    expect(await issued()).toBe(`mcpolicy-dev.v1.${part("laptop")}.${seconds}.${part(nonce)}.${mac}`);
  });

  test("gives the client of the local table: its roles and attributes are never the token's", async () => {
    expect(await authenticated(await made(), await issued())).toEqual({
      kind: "authenticated",
      principal: { id: "laptop", client: "laptop", roles: ["developer"], team: "core" },
      token: {
        issuer: "mcpolicy-dev",
        id: Buffer.from(nonce).toString("base64url"),
        subject: "laptop",
        client: "laptop",
        issuedAt: seconds * 1000,
      },
      audience,
      scopes: [],
      expiresAt: seconds * 1000 + 300_000,
    });
  });

  // biome-ignore format: table
  test.for([
    [0,        "authenticated"],
    [300_000,  "authenticated"],
    [300_001,  "invalid: it ended 1ms ago"],
    [-30_000,  "authenticated"],
    [-30_001,  "invalid: it was issued 30001ms from now"],
  ] as const)("%d ms after its issue it is %s, at its first use and at a later one", async ([age, expected]) => {
    const authenticator = await made();
    const text = await issued();
    expect(verdict(await authenticated(await made(), text, now + age))).toBe(expected);
    await authenticated(authenticator, text);
    expect(verdict(await authenticated(authenticator, text, now + age))).toBe(expected);
  });

  test("lives no longer than the policy lets tokens live", async () => {
    const authenticator = await made(
      {},
      `token { issuer "${issuer}" audience "${audience}" lifetime at most 1m skew 0s }`.concat(
        '\nprincipal { team?: string from claim "team" }',
      ),
    );
    expect(verdict(await authenticated(authenticator, await issued(), now + 60_001))).toBe("invalid: it ended 1ms ago");
    expect(verdict(await authenticated(authenticator, await issued({ now: now + 1_000 })))).toMatch(/from now$/);
  });

  const unknown = "invalid: its client is unknown, or its code is not made with the client's secret";
  // biome-ignore format: table
  test.for([
    ["of a stranger",                 { client: "stranger" }],
    ["with another client's secret",  { secret: otherSecret }],
    ["for another audience",          { audience: "https://other.example.com" }],
    ["of a name of the language",     { client: "__proto__" }],
  ] as const)("is refused %s", async ([, changes]) => {
    expect(verdict(await authenticated(await made(), await issued(changes)))).toBe(unknown);
  });

  test("under the key that strangers are held against is refused all the same", async () => {
    const text = await developmentTokenText(
      { client: "stranger", timestamp: seconds, nonce },
      audience,
      await keyOf("nobody"),
    );
    expect(verdict(await authenticated(await made(), text))).toBe(unknown);
  });

  test("is revoked as any other", async () => {
    const authenticator = await made({ revocations: { isRevoked: ({ subject }) => subject === "laptop" } });
    expect(verdict(await authenticated(authenticator, await issued()))).toBe("invalid: it was revoked");
  });
});

describe("a text is a development token in one way only", () => {
  test.for([
    (text: string) => `${text}=`,
    (text: string) => `${text}.`,
    (text: string) => `${text}\n`,
    (text: string) => ` ${text}`,
    (text: string) => text.replace("v1", "v2"),
    (text: string) => text.replace("mcpolicy-dev", "MCPOLICY-DEV"),
    (text: string) => text.replace(/\.(\d+)\./, ".+$1."),
    (text: string) => text.replace(/\.(\d+)\./, ".0$1."),
    (text: string) => text.replace(/\.(\d+)\./, ".-$1."),
    (text: string) => text.replace(/\.(\d+)\./, ".$1.0."),
    (text: string) => text.replace(/\.(\d+)\./, ".1e9."),
    (text: string) => text.replace(/\.(\d+)\./, ".0x65.").concat(""),
    (text: string) => text.replace(/\.(\d+)\./, ".9999999999999."),
    (text: string) => text.replace(/[^.]+$/, ""),
    (text: string) => text.replace(/[^.]+$/, "AAAA"),
    (text: string) => text.replace(/\.[^.]+(\.[^.]+)$/, ".AAAA$1"),
    (text: string) => text.split(".").toSpliced(2, 1, "").join("."),
    (text: string) => text.split(".").toSpliced(2, 1, Buffer.from("a\nb").toString("base64url")).join("."),
    (text: string) =>
      text
        .split(".")
        .toSpliced(2, 1, Buffer.from([0xff]).toString("base64url"))
        .join("."),
    (text: string) =>
      text
        .split(".")
        .toSpliced(2, 1, Buffer.from("x".repeat(257)).toString("base64url"))
        .join("."),
    (text: string) => text.padEnd(3000, "A"),
  ])("%s", async (changed) => {
    const text = changed(await issued());
    expect(parseDevelopmentToken(text)).toBeUndefined();
    expect(verdict(await authenticated(await made(), text))).toBe("invalid: it is no development token");
  });

  const anyNonce = fc.uint8Array({ minLength: 16, maxLength: 64 }).map((bytes) => new Uint8Array(bytes));
  const anyName = fc
    .string({ minLength: 1, maxLength: 60, unit: "grapheme" })
    .filter((name) => !/[\p{Cc}\u2028\u2029]/u.test(name) && name.isWellFormed());

  test("what is written is read back", async () => {
    const key = await keyOf(secret);
    await fc.assert(
      fc.asyncProperty(anyName, fc.nat({ max: 999_999_999_999 }), anyNonce, async (client, timestamp, once) => {
        const text = await developmentTokenText({ client, timestamp, nonce: once }, audience, key);
        expect(parseDevelopmentToken(text)).toMatchObject({ client, timestamp, nonce: once });
      }),
    );
  });

  test("one changed character is another token, or none: it is never let in", async () => {
    const [authenticator, good] = [await made(), await issued()];
    const alphabet = fc.constantFrom(..."ABCXYZabcxyz0189-_.=+/ \n\u0000é");
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: good.length }), alphabet, fc.boolean(), async (at, letter, isInserted) => {
        const text = good.slice(0, at) + letter + good.slice(isInserted ? at : at + 1);
        fc.pre(text !== good);
        expect((await authenticated(authenticator, text)).kind).toBe("refused");
      }),
    );
  });

  test("any other text is none", () => {
    const near = fc.array(fc.oneof(fc.string(), fc.base64String(), fc.nat().map(String)), { maxLength: 7 });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          near.map((parts) => `mcpolicy-dev.v1.${parts.join(".")}`),
        ),
        (text) => {
          expect(parseDevelopmentToken(text)).toBeUndefined();
        },
      ),
    );
  });
});

describe("an authenticator of development tokens is not made", () => {
  const weak = (text: string) => ({ clients: { x: { secret: text, roles: [] } } });
  // biome-ignore format: table
  test.for([
    ["where others can reach it",        { listener: "0.0.0.0" },                     "which others than this machine can reach"],
    ["on all addresses",                 { listener: "::" },                          "which others than this machine can reach"],
    ["with a short secret",              weak("password"),                            "it has 8 characters"],
    ["with a dull secret",               weak("ab".repeat(40)),                       "it repeats a few characters"],
    ["for a client without a name",      { clients: { "": { secret, roles: [] } } },  "no name for a development client"],
    ["for a client of two lines",        { clients: { "a\nb": { secret, roles: [] } } }, "no name for a development client"],
    ["with roles that are none",         { clients: { x: { secret, roles: "dev" as never } } }, "no list of names"],
    ["with an attribute of its own",     { clients: { x: { secret, roles: [], attributes: { boss: true } } } }, "which the policy does not declare"],
    ["for nobody in particular",         { audience: undefined as never },            "which audience are development tokens for?"],
  ] as const)("%s", async ([, changes, message]) => {
    await expect(made(changes)).rejects.toThrow(message);
  });

  test("for a client that the policy would not know", async () => {
    await expect(made({}, 'principal { team: int from claim "team" }')).rejects.toThrow(
      "cannot be a caller of this policy: the attribute `team`",
    );
  });

  test("for an audience that the policy does not name", async () => {
    await expect(made({ audience: "https://x.example.com" }, token)).rejects.toThrow("none of the policy's audiences");
  });
});

test("beyond this machine they are taken only where that is said", async () => {
  const authenticator = await made({ listener: "10.0.0.1", allowBeyondLoopback: true });
  expect(verdict(await authenticated(authenticator, await issued()))).toBe("authenticated");
});

test("a secret of 32 random bytes in base64 or hex is no weak one", () => {
  expect(whyWeakSecret("3q2+7wAAERIiMzREVVVmZ3d4iImZmqqru7zMzd3e7u8=")).toBe("");
  expect(whyWeakSecret("0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0")).toBe("");
});
