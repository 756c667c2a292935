import { intake, isRecord, type JsonObject } from "@mcpolicy/core";
import { audienceOf } from "./audience.ts";
import { fromBase64url } from "./base64url.ts";
import type { Demands } from "./demands.ts";
import { type KeySource, KeysUnavailable } from "./keys.ts";
import { NotSigned, signedPayload } from "./signature.ts";
import { type Times, whyUntimely } from "./times.ts";

/** Characters; a proxy's or server's own bound on headers is about this (nginx 8 KiB, Node 16 KiB). */
const MOST_CHARACTERS = 16 * 1024;

/** What an issuer vouches for. */
export interface VerifiedJwt {
  readonly kind: "verified";
  readonly issuer: string;
  readonly claims: JsonObject;
  /** Which of our names it is for. */
  readonly audience: string;
  readonly times: Times;
}

/** `fault`: whether it is valid cannot be found out now. */
export type NotVerified = { readonly kind: "invalid" | "fault"; readonly why: string };

/** What a token of one kind must fulfil beside the policy's demands. */
export interface JwtOptions {
  readonly demands: Demands;
  /** Each issuer's own keys: a token is held against those of the issuer that it names, and no others. */
  readonly keys: ReadonlyMap<string, KeySource>;
  /** What `typ` may say (`kindOf`). */
  readonly types: ReadonlySet<string>;
}

interface Unverified {
  readonly header: JsonObject;
  readonly claims: JsonObject;
}

/** Why a token is refused; empty where this is no reason. The words name no value of the token. */
type Duty = (token: Unverified, options: JwtOptions, now: number) => string;

/** `typ` as it is compared: a media type without `application/` (RFC 7515 §4.1.9), in lower case. */
export function kindOf(typ: string): string {
  return typ.toLowerCase().replace(/^application\//, "");
}

/** What can be said before the signature is looked at. */
const headerDuties: readonly Duty[] = [
  // RFC 9068 §2.1 and §4, RFC 8725 §3.11: a token of one kind is not taken for another.
  ({ header: { typ } }, { types }) =>
    typeof typ === "string" && types.has(kindOf(typ)) ? "" : `its kind (\`typ\`) is none of ${[...types].join(", ")}`,
  // RFC 7515 §4.1.11: what must be understood and is not makes it invalid. Nothing of the kind is understood here.
  ({ header }) => (Object.hasOwn(header, "crit") ? "its header asks for what is not understood (`crit`)" : ""),
  // RFC 8725 §3.1: checked again with the signature.
  ({ header: { alg } }, { demands }) =>
    typeof alg === "string" && demands.algorithms.has(alg) ? "" : "its algorithm is not one that the policy allows",
];

/** What only a signed claim can say. The issuer was matched before: its keys were used. */
const claimDuties: readonly Duty[] = [
  // RFC 8707 §2, RFC 9068 §4, MCP "Access Token Privilege Restriction".
  ({ claims: { aud } }, { demands }) =>
    audienceOf(aud, demands.audiences) === undefined ? "it is for somebody else (`aud`)" : "",
  ({ claims }) =>
    isInstant(claims["iat"]) && isInstant(claims["exp"]) ? "" : "its `iat` or `exp` is missing or no time",
  ({ claims }) => (!Object.hasOwn(claims, "nbf") || isInstant(claims["nbf"]) ? "" : "its `nbf` is no time"),
  ({ claims }, { demands }, now) => whyUntimely(timesOf(claims), demands, now),
  ({ claims }) => {
    const mark = ["jti", "scope"].find((name) => Object.hasOwn(claims, name) && typeof claims[name] !== "string");
    return mark === undefined ? "" : `its \`${mark}\` is no text`;
  },
  // OpenID Connect Core §2 and §3.3.2.11, RFC 8417 §2.2, and what providers mark such tokens with, where `typ` is a plain `JWT`.
  ({ claims }) => {
    const mark = ["nonce", "at_hash", "c_hash", "s_hash", "events"].find((name) => Object.hasOwn(claims, name));
    const isOther = mark !== undefined || claims["token_use"] === "id" || claims["typ"] === "ID";
    return isOther ? "it is an ID token or tells of an event, and gives access to nothing" : "";
  },
  // RFC 9449 §6, RFC 8705 §3: bound to a key whose possession nobody proves here.
  ({ claims }) => (Object.hasOwn(claims, "cnf") ? "it is bound to a key (`cnf`), which a bearer does not show" : ""),
];

/** Holds a token against all duties, at an instant in epoch milliseconds. Never rejects. */
export async function verifyJwt(text: string, options: JwtOptions, now: number): Promise<VerifiedJwt | NotVerified> {
  const { demands, keys } = options;
  const invalid = (why: string): NotVerified => ({ kind: "invalid", why });
  if (text.length > MOST_CHARACTERS) return invalid(`it has more than ${MOST_CHARACTERS} characters`);
  const unverified = parsed(text);
  if (unverified === undefined) return invalid("it is no JSON Web Token");
  const early = whyRefused(headerDuties, unverified, options, now);
  if (early !== "") return invalid(early);

  const { iss } = unverified.claims;
  const issuerKeys = typeof iss === "string" ? keys.get(iss) : undefined;
  if (typeof iss !== "string" || issuerKeys === undefined) return invalid("its issuer (`iss`) is none of the policy's");
  try {
    await signedPayload(text, demands.algorithms, (hint) => issuerKeys.keyFor(hint, now));
  } catch (problem) {
    if (problem instanceof NotSigned) return invalid(problem.message);
    if (problem instanceof KeysUnavailable) return { kind: "fault", why: problem.message };
    return { kind: "fault", why: "its signature could not be checked" };
  }

  const { claims } = unverified;
  const late = whyRefused(claimDuties, unverified, options, now);
  if (late !== "") return invalid(late);
  const audience = audienceOf(claims["aud"], demands.audiences)!;
  return { kind: "verified", issuer: iss, claims, audience, times: timesOf(claims) };
}

function whyRefused(duties: readonly Duty[], token: Unverified, options: JwtOptions, now: number): string {
  for (const duty of duties) {
    const why = duty(token, options, now);
    if (why !== "") return why;
  }
  return "";
}

/** Header and claims as they stand in the text, read once; undefined where there are none. */
function parsed(text: string): Unverified | undefined {
  const parts = text.split(".");
  if (parts.length !== 3) return undefined;
  const [header, claims] = [jsonOf(parts[0]!), jsonOf(parts[1]!)];
  return isRecord(header) && isRecord(claims) ? { header, claims } : undefined;
}

/** Read as strictly as a request: what another reader of the same text could take for something else is nothing. */
function jsonOf(part: string): unknown {
  const bytes = fromBase64url(part);
  const read = bytes === undefined ? undefined : intake(bytes);
  return read?.kind === "value" ? read.value : undefined;
}

/** RFC 7519 §2, NumericDate: seconds. */
function timesOf({ iat, nbf, exp }: JsonObject): Times {
  const at = (seconds: unknown): number => (seconds as number) * 1000;
  return { issuedAt: at(iat), expiresAt: at(exp), ...(nbf === undefined ? {} : { notBefore: at(nbf) }) };
}

function isInstant(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && value <= 8.64e12;
}
