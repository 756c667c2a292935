import { generateKeyPairSync } from "node:crypto";
import {
  type Authenticator,
  authenticatorOf,
  credentialsOf,
  developmentAuthenticatorOf,
  issueDevelopmentToken,
  issueToken,
  localKeys,
  openApproval,
  parseRevocation,
  proofKeysOf,
  publicKeySet,
  revocationLine,
  type SealedApproval,
  sealApproval,
  Token,
} from "@mcpolicy/identity";
import fc from "fast-check";
import { loadOver } from "../one-server.ts";
import type { Soak, SoakResult } from "../soak.ts";

/** A text that is good, and what must hold of every text near it: it gives a problem, or nothing. */
interface Target {
  readonly name: string;
  readonly good: readonly string[];
  readonly problemOf: (text: string) => Promise<string | undefined> | string | undefined;
}

const issuer = "https://id.example.com";
const audience = "https://mcp.example.com";
const now = Date.UTC(2026, 10, 22, 10);
const secret = "c2VjcmV0cyBhcmUgYmVzdCBtYWRlIGJ5IG1hY2hpbmVz";
const revocations = { isRevoked: () => false };

async function targets(): Promise<readonly Target[]> {
  const key = {
    ...generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" }),
    alg: "EdDSA",
    kid: "k",
  } as never;
  const token = `token { issuer "${issuer}" audience "${audience}" }`;
  const signed = authenticatorOf(policyOf(token), { keys: { [issuer]: localKeys(publicKeySet([key])) }, revocations });
  const contents = { issuer, audience, subject: "a", client: "b", id: "c", issuedAt: now, lifetime: 60_000 };
  const local = await developmentAuthenticatorOf(policyOf(""), {
    clients: { laptop: { secret, roles: [] }, "ü 😀": { secret, roles: [] } },
    audience,
    listener: "stdio",
    revocations,
  });
  const clients = ["laptop", "ü 😀"];
  const made = clients.map((client) =>
    issueDevelopmentToken({ client, secret, audience, nonce: Buffer.alloc(16, 7), now }),
  );
  const keys = await proofKeysOf([{ kid: "k", bytes: Buffer.alloc(32, 1) }], audience);
  const revocation = { kind: "subject", issuer, id: "a", issuedBefore: now, until: now } as const;
  return [
    { name: "signed tokens", good: [await issueToken(contents, key)], problemOf: (text) => lettingIn(signed, text) },
    { name: "development tokens", good: await Promise.all(made), problemOf: (text) => lettingIn(local, text) },
    {
      name: "sealed questions",
      good: [await sealApproval(approval, keys, Buffer.alloc(12, 9))],
      async problemOf(text) {
        return (await openApproval(text, keys, now)).kind === "opened" ? "it was opened" : undefined;
      },
    },
    { name: "Authorization", good: ["Bearer abc.DEF-_~+/123==", "Bearer a", "Basic dXNlcg=="], problemOf: misreading },
    {
      name: "lines of revocations",
      good: [revocationLine(revocation), revocationLine({ kind: "id", id: "x", until: now }, { reason: "r" })],
      problemOf(line) {
        const read = parseRevocation(line);
        const again = read === undefined ? undefined : parseRevocation(revocationLine(read));
        return JSON.stringify(read) === JSON.stringify(again) ? undefined : "it does not read back as it was read";
      },
    },
  ];
}

const approval: SealedApproval = {
  call: {
    principal: "a",
    server: "s",
    method: "tools/call",
    operation: "t",
    arguments: "sha256-0",
    policy: "sha256-1",
  },
  asked: [{ duty: { kind: "approval", from: "caller" }, rules: ["r"], nonce: "n" }],
  issuedAt: now,
  expiresAt: now + 1,
};

function policyOf(text: string) {
  return loadOver(`mcpolicy 1\nserver s untyped\n${text}`, "{}").policy.ir;
}

async function lettingIn(authenticator: Authenticator, text: string): Promise<string | undefined> {
  const found = await authenticator.authenticate({ kind: "token", token: new Token(text) }, now);
  if (found.kind === "authenticated") return "it was let in";
  return found.refusal === "invalid" ? undefined : `it is a ${found.refusal}: ${found.detail}`;
}

/** A token is taken from a header only as it stands behind `Bearer`, and only where another reader would see one credential. */
function misreading(value: string): string | undefined {
  const { kind } = credentialsOf({ headers: [["authorization", value]], url: "/" });
  if (kind !== "token") return undefined;
  return /^\s*bearer +[A-Za-z0-9._~+/-]+=*\s*$/i.test(value) ? undefined : "a token was seen where there is none";
}

/** Good texts with a few letters put in, taken out, doubled or cut; parts of them in another order; and any other text. */
function near(good: readonly string[]): fc.Arbitrary<string> {
  const letter = fc.oneof(
    fc.constantFrom(..."AQgwz019-_.=+/ ,;\t\n\u0000é\ud83d"),
    fc.string({ minLength: 1, maxLength: 1 }),
  );
  const edit = fc.tuple(fc.nat(), letter, fc.constantFrom(0, 1, 2, 50));
  const edited = fc
    .tuple(fc.constantFrom(...good), fc.array(edit, { minLength: 1, maxLength: 3 }))
    .map(([text, edits]) =>
      edits.reduce((before, [place, put, taken]) => {
        const at = place % (before.length + 1);
        return before.slice(0, at) + put + before.slice(at + taken);
      }, text),
    );
  const parts = good.flatMap((text) => text.split(/(?<=[.\s":,])/));
  const shuffled = fc
    .array(fc.oneof(fc.constantFrom(...parts), fc.string()), { maxLength: 12 })
    .map((each) => each.join(""));
  return fc.oneof(
    { arbitrary: edited, weight: 6 },
    { arbitrary: shuffled, weight: 3 },
    { arbitrary: fc.string(), weight: 1 },
  );
}

/** What anybody may send in place of a token, a question or a line: never let in, never a crash. */
export const tokens: Soak = {
  name: "tokens",
  summary: "tokens, sealed questions and headers, damaged at random: none is let in, none is a fault",
  needsShared: false,
  async run({ cases, seed }): Promise<SoakResult> {
    const lines: string[] = [];
    const data: Record<string, number> = {};
    let ok = true;
    for (const { name, good, problemOf } of await targets()) {
      let tried = 0;
      const law = fc.asyncProperty(near(good), async (text) => {
        if (good.includes(text)) return;
        tried += 1;
        const problem = await problemOf(text);
        if (problem !== undefined) throw new Error(`${JSON.stringify(text)}: ${problem}`);
      });
      const found = await fc.check(law, { numRuns: cases, seed });
      data[name] = tried;
      ok &&= !found.failed;
      lines.push(`${name}: ${tried} damaged texts, none let in or misread`);
      if (found.failed) lines.push(`PROBLEM ${name}: ${(found.errorInstance as Error).message}`);
    }
    return { ok, lines, data };
  },
};
