import { type DutyIr, intake, isRecord, type JsonObject, type Value } from "@mcpolicy/core";
import type { CryptoKey } from "jose";
import { fromBase64url, toBase64url } from "./base64url.ts";
import { SettingsError } from "./settings-error.ts";

/** The call that an approval is for. Any difference asks anew. */
export interface ApprovalCall {
  readonly principal: string;
  readonly tenant?: string;
  readonly client?: string;
  /** As the policy names it. */
  readonly server: string;
  /** As the protocol names it: `tools/call`. */
  readonly method: string;
  /** The name of the tool or prompt, or the resource's URI. */
  readonly operation: string;
  /** `digestOf(arguments)`: SHA-256 of their canonical JSON (RFC 8785). */
  readonly arguments: string;
  /** Likewise of what the caller answers to the server's own questions with this call (MCP 2026-07-28), where it does. */
  readonly inputs?: string;
  /** The digest that the tool's definition is pinned by, where it is. */
  readonly pin?: string;
  /** The policy's digest. */
  readonly policy: string;
}

/** A question that was asked about a call, as it travels through the caller's client and back. Times in epoch milliseconds. */
export interface SealedApproval {
  readonly call: ApprovalCall;
  /** What was asked for: one or more. */
  readonly asked: readonly SealedDuty[];
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** The server's own `requestState` and the answers to its questions, which it gets back. */
  readonly requestState?: string;
  readonly inputResponses?: JsonObject;
}

/** One duty that a question is about. */
export interface SealedDuty {
  readonly duty: DutyIr;
  /** The rules that asked: its proof is none for others. */
  readonly rules: readonly string[];
  /** 128 random bits: the id under which the answer is spent, once. */
  readonly nonce: string;
}

/** Keys that seal and open. One seals, all open: so keys are renewed without a question being lost. */
export interface ProofKeys {
  readonly sealing: { readonly kid: string; readonly key: CryptoKey };
  readonly opening: ReadonlyMap<string, CryptoKey>;
  /** Whose questions these are: what is sealed for one server opens at no other. */
  readonly audience: string;
}

export type OpenedApproval =
  | { readonly kind: "opened"; readonly approval: SealedApproval }
  /** `why` is for the operator: a caller asks anew, whatever it is. */
  | { readonly kind: "refused"; readonly why: string };

const FORMAT = "mcpolicy-approval.v1";

/** Characters, looked at before anything else. */
const MOST_CHARACTERS = 64 * 1024;

/** Bytes: AES-256, and the IV of GCM (NIST SP 800-38D §8.2.2). */
const KEY = 32;
const IV = 12;

/** How far the clocks of two instances may differ, in milliseconds. */
const SKEW = 60_000;

/**
 * Keys from their bytes, 32 random ones each, the first being the one that seals. Rejects with a `SettingsError` where a key or its name
 * cannot be used.
 */
export async function proofKeysOf(
  keys: readonly { readonly kid: string; readonly bytes: Uint8Array }[],
  audience: string,
): Promise<ProofKeys> {
  const opening = new Map<string, CryptoKey>();
  for (const { kid, bytes } of keys) {
    if (!/^[A-Za-z0-9_-]{1,64}$/.test(kid))
      throw new SettingsError("a key's name is letters, digits, `-` and `_`, 64 at most");
    if (bytes.length !== KEY)
      throw new SettingsError(`key \`${kid}\` has ${bytes.length} bytes; AES-256 takes ${KEY} random ones`);
    if (opening.has(kid)) throw new SettingsError(`there are two keys \`${kid}\``);
    opening.set(
      kid,
      await crypto.subtle.importKey("raw", new Uint8Array(bytes), "AES-GCM", false, ["encrypt", "decrypt"]),
    );
  }
  const [first] = opening;
  if (first === undefined) throw new SettingsError("there is no key to seal with");
  if (audience === "" || /\p{Cc}/u.test(audience))
    throw new SettingsError("the audience of sealed questions is no name");
  return { sealing: { kid: first[0], key: first[1] }, opening, audience };
}

/**
 * Seals a question: nobody but us can read it, change it or make one. `iv`: 12 random bytes, new ones for each. Throws a `RangeError` where it
 * is too large to be opened again, or the IV is none.
 */
export async function sealApproval(
  approval: SealedApproval,
  { sealing, audience }: ProofKeys,
  iv: Uint8Array,
): Promise<string> {
  if (iv.length !== IV) throw new RangeError(`an IV has ${IV} bytes, not ${iv.length}`);
  const { kid, key } = sealing;
  const plain = new TextEncoder().encode(JSON.stringify(approval));
  const cipher = await crypto.subtle.encrypt(parametersOf(new Uint8Array(iv), audience, kid), key, plain);
  const text = [FORMAT, kid, toBase64url(iv), toBase64url(new Uint8Array(cipher))].join(".");
  if (text.length > MOST_CHARACTERS)
    throw new RangeError(`a sealed question has at most ${MOST_CHARACTERS} characters, not ${text.length}`);
  return text;
}

/** Opens what `sealApproval` sealed, at an instant in epoch milliseconds. Never rejects: whatever a caller sends instead is refused. */
export async function openApproval(
  text: string,
  { opening, audience }: ProofKeys,
  now: number,
): Promise<OpenedApproval> {
  const refused = (why: string): OpenedApproval => ({ kind: "refused", why });
  if (text.length > MOST_CHARACTERS || !text.startsWith(`${FORMAT}.`))
    return refused("it is no sealed question of this version");
  const [kid = "", ivText = "", cipherText = "", ...rest] = text.slice(FORMAT.length + 1).split(".");
  const [iv, cipher] = [fromBase64url(ivText), fromBase64url(cipherText)];
  if (rest.length > 0 || iv?.length !== IV || cipher === undefined)
    return refused("it is no sealed question of this version");
  const key = opening.get(kid);
  if (key === undefined) return refused("it was sealed with a key that is not held");
  let plain: ArrayBuffer;
  try {
    plain = await crypto.subtle.decrypt(parametersOf(iv, audience, kid), key, cipher);
  } catch {
    return refused("it was changed, or sealed for somebody else");
  }
  const approval = approvalIn(new Uint8Array(plain));
  if (approval === undefined) return refused("what was sealed is no question of this version");
  if (approval.expiresAt <= now) return refused("it is too old");
  if (approval.issuedAt > now + SKEW) return refused("it is from the future");
  return { kind: "opened", approval };
}

/** What of a call is not as it was asked about, by name; empty where the approval is for this very call. */
export function differenceOf(asked: ApprovalCall, now: ApprovalCall): readonly (keyof ApprovalCall)[] {
  return bound.filter((name) => asked[name] !== now[name]);
}

// biome-ignore format: a list
const bound = [
  "principal", "tenant", "client", "server", "method", "operation", "arguments", "inputs", "pin", "policy",
] as const satisfies readonly (keyof ApprovalCall)[];

/** Format, purpose, audience and key are part of what is sealed (AEAD, RFC 5116 §2.1). */
function parametersOf(iv: Uint8Array<ArrayBuffer>, audience: string, kid: string) {
  return {
    name: "AES-GCM",
    iv,
    additionalData: new TextEncoder().encode([FORMAT, audience, kid].join("\n")),
    tagLength: 128,
  };
}

/** What we sealed ourselves, perhaps in another version of this program. */
function approvalIn(bytes: Uint8Array): SealedApproval | undefined {
  const taken = intake(bytes);
  const record = taken.kind === "value" ? taken.value : undefined;
  if (!isRecord(record) || !isRecord(record["call"])) return undefined;
  const call = record["call"] as JsonObject;
  const isWhole =
    bound.every((name) => typeof call[name] === "string" || (optional.has(name) && call[name] === undefined)) &&
    Array.isArray(record["asked"]) &&
    record["asked"].length > 0 &&
    record["asked"].every(isDuty) &&
    Number.isFinite(record["issuedAt"]) &&
    Number.isFinite(record["expiresAt"]) &&
    ["string", "undefined"].includes(typeof record["requestState"]) &&
    (record["inputResponses"] === undefined || isRecord(record["inputResponses"]));
  return isWhole ? (record as unknown as SealedApproval) : undefined;
}

function isDuty(value: Value): boolean {
  return (
    isRecord(value) && isRecord(value["duty"]) && Array.isArray(value["rules"]) && typeof value["nonce"] === "string"
  );
}

const optional: ReadonlySet<keyof ApprovalCall> = new Set(["tenant", "client", "inputs", "pin"]);
