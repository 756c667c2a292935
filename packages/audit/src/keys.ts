import { messageOf, toHex } from "@mcpolicy/core";
import { sha256 } from "@noble/hashes/sha2.js";
import { fromBase64, toBase64, toUtf8 } from "./encoding.ts";

/** Who can have signed a note: a name and a public key (C2SP signed-note; Ed25519, type 0x01). */
export interface Verifier {
  readonly name: string;
  /** 8 hexadecimal digits. */
  readonly id: string;
  /** `NAME+ID+KEY`: the public key as text. */
  readonly key: string;
  readonly verify: (message: Uint8Array<ArrayBuffer>, signature: Uint8Array<ArrayBuffer>) => Promise<boolean>;
}

/** Who signs notes. */
export interface Signer {
  readonly name: string;
  readonly id: string;
  /** The public key that belongs to it, as text. */
  readonly key: string;
  readonly sign: (message: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>;
}

/** A new key pair as text: `PRIVATE+KEY+NAME+ID+SEED` to sign with, and `NAME+ID+KEY` to verify with. */
export interface KeyPair {
  readonly signing: string;
  readonly verifying: string;
}

/** A key is no key, or no name for one. Says what is wrong, never the key. */
export class KeyError extends Error {
  override readonly name = "KeyError";
}

/** The type of Ed25519 keys, before their bytes. */
const ED25519 = 0x01;

/** What stands before a seed in PKCS #8 (RFC 8410, section 7). */
const pkcs8 = Uint8Array.from([0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20]);

/** Makes a key pair from 32 random bytes. A name is a URL without a scheme, such as `example.com/audit`. Throws a `KeyError` for another name. */
export async function keyPairOf(name: string, seed: Uint8Array): Promise<KeyPair> {
  nameOrThrow(name);
  if (seed.length !== 32) throw new KeyError("a key is made of 32 random bytes");
  const publicKey = await publicKeyOf(seed);
  const id = idOf(name, publicKey);
  return {
    signing: `PRIVATE+KEY+${name}+${id}+${toBase64(Uint8Array.from([ED25519, ...seed]))}`,
    verifying: verifierKey(name, publicKey),
  };
}

/** Reads a public key. Throws a `KeyError`. */
export async function verifierOf(key: string): Promise<Verifier> {
  const { name, id, bytes } = partsOf(key.trim(), "a public key is NAME+ID+KEY");
  if (idOf(name, bytes) !== id) throw new KeyError(`the public key of ${name} is damaged: its id does not fit`);
  const imported = await imports("the public key", () =>
    crypto.subtle.importKey("raw", bytes, "Ed25519", false, ["verify"]),
  );
  return {
    name,
    id,
    key: verifierKey(name, bytes),
    verify: (message, signature) => crypto.subtle.verify("Ed25519", imported, signature, message),
  };
}

/** Reads a private key. Throws a `KeyError`. */
export async function signerOf(key: string): Promise<Signer> {
  const prefix = "PRIVATE+KEY+";
  const form = "a private key is PRIVATE+KEY+NAME+ID+SEED";
  if (!key.startsWith(prefix)) throw new KeyError(form);
  const { name, id, bytes: seed } = partsOf(key.trim().slice(prefix.length), form);
  const publicKey = await publicKeyOf(seed);
  if (idOf(name, publicKey) !== id) throw new KeyError(`the private key of ${name} is damaged: its id does not fit`);
  const imported = await importSeed(seed, false);
  return {
    name,
    id,
    key: verifierKey(name, publicKey),
    sign: async (message) => new Uint8Array(await crypto.subtle.sign("Ed25519", imported, message)),
  };
}

/** Whether a text can be the name of a key: not empty, no `+`, no white space, nothing that a terminal would act upon. */
export function isKeyName(name: string): boolean {
  return name !== "" && !/[+\s\p{C}]/u.test(name);
}

function nameOrThrow(name: string): void {
  if (!isKeyName(name)) throw new KeyError("a key's name is not empty and has no white space and no + in it");
}

function partsOf(
  text: string,
  form: string,
): { readonly name: string; readonly id: string; readonly bytes: Uint8Array<ArrayBuffer> } {
  const [, name = "", id = "", encoded = ""] = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text) ?? [];
  const decoded = fromBase64(encoded);
  if (name === "" || decoded === undefined) throw new KeyError(form);
  nameOrThrow(name);
  if (decoded[0] !== ED25519 || decoded.length !== 33) throw new KeyError(`the key of ${name} is not of Ed25519`);
  return { name, id, bytes: decoded.slice(1) as Uint8Array<ArrayBuffer> };
}

function verifierKey(name: string, publicKey: Uint8Array): string {
  return `${name}+${idOf(name, publicKey)}+${toBase64(Uint8Array.from([ED25519, ...publicKey]))}`;
}

function idOf(name: string, publicKey: Uint8Array): string {
  const named = toUtf8(`${name}\n`);
  return toHex(sha256(Uint8Array.from([...named, ED25519, ...publicKey])).slice(0, 4));
}

type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

async function publicKeyOf(seed: Uint8Array): Promise<Uint8Array> {
  const { x } = await crypto.subtle.exportKey("jwk", await importSeed(seed, true));
  const publicKey = fromBase64(`${(x ?? "").replaceAll("-", "+").replaceAll("_", "/")}=`);
  if (publicKey?.length !== 32) throw new KeyError("this platform gives no Ed25519 public keys");
  return publicKey;
}

function importSeed(seed: Uint8Array, isExtractable: boolean): Promise<Key> {
  const bytes = Uint8Array.from([...pkcs8, ...seed]);
  return imports("the private key", () => crypto.subtle.importKey("pkcs8", bytes, "Ed25519", isExtractable, ["sign"]));
}

async function imports(what: string, load: () => Promise<Key>): Promise<Key> {
  try {
    return await load();
  } catch (cause) {
    throw new KeyError(`${what} cannot be used: ${messageOf(cause)}`, { cause });
  }
}
