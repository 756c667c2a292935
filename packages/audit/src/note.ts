import { fromHex, toHex } from "@mcpolicy/core";
import { fromBase64, fromUtf8, toBase64, toUtf8 } from "./encoding.ts";
import { isKeyName, type Signer, type Verifier } from "./keys.ts";

/** A text and who signed it (C2SP signed-note). Nothing of it may be believed before `openNote` has said by whom. */
export interface Note {
  /** Ends in a newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

export interface NoteSignature {
  readonly name: string;
  /** 8 hexadecimal digits. */
  readonly keyId: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What became of opening a note. */
export type OpenedNote =
  | { readonly kind: "opened"; readonly text: string; readonly by: readonly Verifier[] }
  | { readonly kind: "refused"; readonly why: string };

/** Notes beyond these are refused unread. */
const MOST_BYTES = 64 * 1024;
const MOST_SIGNATURES = 64;

/** Signs a text, which ends in a newline, by each signer. */
export async function signNote(text: string, signers: readonly Signer[]): Promise<string> {
  const message = toUtf8(text);
  const lines = await Promise.all(
    signers.map(async ({ name, id, sign }) => {
      const bytes = Uint8Array.from([...(fromHex(id) ?? []), ...(await sign(message))]);
      return `— ${name} ${toBase64(bytes)}\n`;
    }),
  );
  return `${text}\n${lines.join("")}`;
}

/** Reads a note; undefined where it is none. Its signatures are not verified. */
export function readNote(bytes: Uint8Array): Note | undefined {
  if (bytes.length > MOST_BYTES) return undefined;
  const whole = fromUtf8(bytes);
  if (whole === undefined || /[\u0000-\u0009\u000b-\u001f]/.test(whole)) return undefined;
  const middle = whole.lastIndexOf("\n\n");
  if (middle === -1 || !whole.endsWith("\n")) return undefined;
  const lines = whole.slice(middle + 2, -1).split("\n");
  if (lines.length > MOST_SIGNATURES) return undefined;
  const signatures = lines.map(readSignature);
  if (!signatures.every((each) => each !== undefined)) return undefined;
  return { text: whole.slice(0, middle + 1), signatures };
}

/**
 * Opens a note with the keys that are known: it is refused unless one of them signed it, and where a signature of a known key is wrong.
 * Signatures of unknown keys are passed over.
 */
export async function openNote(bytes: Uint8Array, known: readonly Verifier[]): Promise<OpenedNote> {
  const note = readNote(bytes);
  if (note === undefined) return { kind: "refused", why: "it has not the form of a signed note" };
  const message = toUtf8(note.text);
  const by: Verifier[] = [];
  for (const { name, keyId, bytes: signature } of note.signatures) {
    const verifier = known.find((each) => each.name === name && each.id === keyId);
    if (verifier === undefined) continue;
    if (!(await verifier.verify(message, signature))) {
      return { kind: "refused", why: `the signature by ${name} (key ${keyId}) is wrong` };
    }
    by.push(verifier);
  }
  if (by.length > 0) return { kind: "opened", text: note.text, by };
  const signers = note.signatures.map(({ name, keyId }) => `${name} (key ${keyId})`).join(", ");
  return { kind: "refused", why: `no key that is known signed it; it is signed by ${signers}` };
}

function readSignature(line: string): NoteSignature | undefined {
  const [, name = "", encoded = ""] = /^— ([^ ]+) ([^ ]+)$/.exec(line) ?? [];
  const bytes = fromBase64(encoded);
  if (!isKeyName(name) || bytes === undefined || bytes.length < 5) return undefined;
  return { name, keyId: toHex(bytes.slice(0, 4)), bytes: bytes.slice(4) as Uint8Array<ArrayBuffer> };
}
