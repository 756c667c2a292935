import { createHmac, generateKeyPairSync, type JsonWebKey, type KeyObject, sign } from "node:crypto";
import {
  type Authentication,
  type Authenticator,
  authenticatorOf,
  challengeOf,
  developmentAuthenticatorOf,
  issueDevelopmentToken,
  localKeys,
  publicKeySet,
  Token,
} from "@mcpolicy/identity";
import { loadOver } from "../one-server.ts";
import { readData } from "../shared.ts";
import { type Oracle, tallyOf } from "./oracle.ts";

interface Attacks {
  readonly attacks: readonly { readonly id: string }[];
  readonly sample_tokens_in_source: readonly string[];
}

const issuer = "https://id.example.com";
const audience = "https://mcp.example.com";
const now = Date.UTC(2026, 10, 22, 10);
const seconds = now / 1000;

// --------------------------------------------------------------- our server

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const attacker = generateKeyPairSync("rsa", { modulusLength: 2048 });
const published = publicKeySet([{ ...jwkOf(rsa.publicKey), alg: "RS256", kid: "current" }]);

/** It takes every algorithm that a policy can allow, so that none of these is refused by its name alone where that can be helped. */
const authenticator: Authenticator = authenticatorOf(
  loadOver(
    `mcpolicy 1\nserver s untyped\ntoken { issuer "${issuer}" audience "${audience}" algorithms EdDSA, ES256, ES384, ES512, PS256, PS384, PS512, RS256, RS384, RS512 }`,
    "{}",
  ).policy.ir,
  { keys: { [issuer]: localKeys(published) }, revocations: { isRevoked: () => false } },
);

const secret = "c2VjcmV0cyBhcmUgYmVzdCBtYWRlIGJ5IG1hY2hpbmVz";
const development = await developmentAuthenticatorOf(loadOver("mcpolicy 1\nserver s untyped", "{}").policy.ir, {
  clients: { laptop: { secret, roles: ["admin"] } },
  audience,
  listener: "stdio",
  revocations: { isRevoked: () => false },
});

// ------------------------------------------------------------------- forgery

const claims = {
  iss: issuer,
  aud: audience,
  sub: "admin",
  client_id: "cli",
  roles: ["admin"],
  iat: seconds - 10,
  exp: seconds + 60,
};
const header = { alg: "RS256", typ: "at+jwt", kid: "current" };

function part(json: object): string {
  return Buffer.from(JSON.stringify(json)).toString("base64url");
}

type Signing = (text: string) => Buffer;

function forged(changes: { readonly header?: object; readonly claims?: object }, signing: Signing): string {
  const text = `${part({ ...header, ...changes.header })}.${part({ ...claims, ...changes.claims })}`;
  return `${text}.${signing(text).toString("base64url")}`;
}

const unsigned: Signing = () => Buffer.alloc(0);
const by =
  (key: KeyObject): Signing =>
  (text) =>
    sign("sha256", Buffer.from(text), key);
const keyed =
  (key: string | Buffer): Signing =>
  (text) =>
    createHmac("sha256", key).update(text).digest();

function jwkOf(key: KeyObject): JsonWebKey & { kty: string } {
  return key.export({ format: "jwk" }) as JsonWebKey & { kty: string };
}

const pems = [
  rsa.publicKey.export({ format: "pem", type: "spki" }),
  rsa.publicKey.export({ format: "pem", type: "pkcs1" }),
];
const hostile = { ...jwkOf(attacker.publicKey), alg: "RS256", kid: "current", use: "sig" };
const words = ["secret", "password", "123456", "admin", "your-256-bit-secret", ""];

/** The tokens of each technique, by its id in the data. */
const forgeries: Readonly<Record<string, () => Promise<readonly string[]> | readonly string[]>> = {
  "none-alg": () => ["none", "None", "NONE", "nOnE", ""].map((alg) => forged({ header: { alg } }, unsigned)),
  "null-signature": () => ["HS256", "RS256"].map((alg) => forged({ header: { alg } }, unsigned)),
  "key-confusion": () =>
    [
      ...pems,
      ...pems.map((pem) => String(pem).trim()),
      JSON.stringify(published.keys[0]),
      rsa.publicKey.export({ format: "der", type: "spki" }),
    ].map((key) => forged({ header: { alg: "HS256" } }, keyed(key as string | Buffer))),
  "embedded-jwk": () =>
    [
      { jwk: hostile },
      { jwk: hostile, kid: undefined },
      { jwk: hostile, kid: "attacker" },
      { jwk: { kty: "oct", k: "AA" }, alg: "HS256" },
    ].map((changed) => forged({ header: changed }, by(attacker.privateKey))),
  jku: () =>
    [
      "https://evil.example/jwks",
      `${issuer}@evil.example/jwks`,
      `${issuer}/redirect?to=https://evil.example`,
      `${issuer}#evil`,
    ].map((jku) => forged({ header: { jku } }, by(attacker.privateKey))),
  x5u: () => [
    forged({ header: { x5u: "https://evil.example/cert.pem" } }, by(attacker.privateKey)),
    forged({ header: { x5c: [Buffer.from("no certificate").toString("base64")] } }, by(attacker.privateKey)),
  ],
  "kid-path": () =>
    ["../../../../dev/null", "/dev/null", "file:///dev/null", "current/../../x"].flatMap((kid) => [
      forged({ header: { alg: "HS256", kid } }, keyed("")),
      forged({ header: { kid } }, by(attacker.privateKey)),
    ]),
  "kid-sqli": () =>
    ["x' UNION SELECT 'key';--", "' OR '1'='1", "current' --"].flatMap((kid) => [
      forged({ header: { alg: "HS256", kid } }, keyed("key")),
      forged({ header: { kid } }, by(attacker.privateKey)),
    ]),
  "kid-command": () =>
    ["current; sleep 1", "$(id)", "`id`", "| id"].map((kid) => forged({ header: { kid } }, by(attacker.privateKey))),
  "signature-disclosure": () => [
    forged({}, () => Buffer.alloc(256)),
    forged({}, by(attacker.privateKey)),
    forged({ header: { alg: "HS256" } }, keyed("wrong")),
  ],
  "weak-secret": () => words.map((word) => forged({ header: { alg: "HS256" } }, keyed(word))),
  "claims-not-checked": () =>
    [
      { exp: seconds - 31, iat: seconds - 60 },
      { nbf: seconds + 60 },
      { iss: "https://evil.example" },
      { aud: "https://other.example.com" },
      { exp: undefined },
      { iat: undefined },
      { aud: undefined },
      { iss: undefined },
      { sub: undefined },
    ].map((changed) => forged({ claims: changed }, by(rsa.privateKey))),
};

// ------------------------------------------------------------------ verdicts

/**
 * Known techniques against tokens, each built against our verifier with a key of its own: all are refused, all in the same words, and nothing
 * that is answered or logged holds the signature that would have been right.
 */
export const jwtAttacks: Oracle = {
  name: "jwt-attacks",
  async run(shared) {
    const { attacks, sample_tokens_in_source: samples } = readData<Attacks>(shared, "jwt-attacks", "attacks.json");
    const tally = tallyOf("jwt-attacks", []);
    if (!(await isTaken(forged({}, by(rsa.privateKey))))) tally.undocumented("the good token itself is refused");
    for (const { id } of attacks) {
      const tokens = Object.hasOwn(forgeries, id) ? await forgeries[id]!() : [];
      const faults = await Promise.all(tokens.map(faultOf));
      const found = faults.filter((fault) => fault !== "");
      if (tokens.length === 0) tally.undocumented(`${id}: nobody built this technique`);
      else if (found.length > 0) tally.undocumented(`${id}: ${found.join("; ")}`);
      else tally.agrees();
    }
    for (const [index, sample] of samples.entries()) {
      const fault = await faultOf(sample);
      if (fault === "") tally.agrees();
      else tally.undocumented(`sample ${index + 1}: ${fault}`);
    }
    for (const word of words) {
      const text = await issueDevelopmentToken({
        client: "laptop",
        secret: word,
        audience,
        nonce: Buffer.alloc(16),
        now,
      }).catch(() => undefined);
      if (text !== undefined)
        tally.undocumented(`a development token under the secret ${JSON.stringify(word)} was made`);
    }
    return tally.report();
  },
};

/** What is wrong with how a token was refused; empty where nothing is. */
async function faultOf(text: string): Promise<string> {
  for (const each of [authenticator, development]) {
    const found = await each.authenticate({ kind: "token", token: new Token(text) }, now);
    if (found.kind !== "refused" || found.refusal !== "invalid") return `it is ${found.kind}`;
    const told = JSON.stringify(challengeOf(found.refusal, { resource: audience, authorizationServers: [issuer] }));
    if (told !== usual) return `what the caller is told is its own: ${told}`;
    const right = sign("sha256", Buffer.from(text.split(".").slice(0, 2).join(".")), rsa.privateKey).toString(
      "base64url",
    );
    if (found.detail.includes(right) || found.detail.includes(text.slice(-20))) return "its detail holds a signature";
  }
  return "";
}

const usual = JSON.stringify(challengeOf("invalid", { resource: audience, authorizationServers: [issuer] }));

async function isTaken(text: string): Promise<boolean> {
  const found: Authentication = await authenticator.authenticate({ kind: "token", token: new Token(text) }, now);
  return found.kind === "authenticated";
}
