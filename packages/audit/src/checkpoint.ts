import { fromBase64, toBase64, toCount, toUtf8 } from "./encoding.ts";
import { type Hash, isHash } from "./hasher.ts";
import { isKeyName, type Signer, type Verifier } from "./keys.ts";
import { openNote, readNote, signNote } from "./note.ts";

/** The head of a log: how many records it has, and the hash over all of them (C2SP tlog-checkpoint). */
export interface TreeHead {
  /** The log's name, the same for all its life: a URL without a scheme, such as `example.com/audit`. */
  readonly origin: string;
  readonly size: number;
  readonly root: Hash;
}

/** What became of opening a checkpoint. */
export type OpenedCheckpoint =
  | { readonly kind: "opened"; readonly head: TreeHead; readonly by: readonly Verifier[] }
  | { readonly kind: "refused"; readonly why: string };

/** Whether a text can name a log. */
export const isOrigin: (text: string) => boolean = isKeyName;

/** Signs a head, by each signer. */
export function signCheckpoint({ origin, size, root }: TreeHead, signers: readonly Signer[]): Promise<string> {
  return signNote(`${origin}\n${size}\n${toBase64(root)}\n`, signers);
}

/** Opens a checkpoint with the keys that are known, as `openNote` does. */
export async function openCheckpoint(note: Uint8Array | string, known: readonly Verifier[]): Promise<OpenedCheckpoint> {
  const opened = await openNote(typeof note === "string" ? toUtf8(note) : note, known);
  if (opened.kind === "refused") return opened;
  const head = headOf(opened.text);
  return head === undefined
    ? { kind: "refused", why: "it is a signed note, but no checkpoint" }
    : { kind: "opened", head, by: opened.by };
}

/** The head that a checkpoint claims, unverified; undefined where it is none. */
export function claimedHead(note: Uint8Array | string): TreeHead | undefined {
  const read = readNote(typeof note === "string" ? toUtf8(note) : note);
  return read === undefined ? undefined : headOf(read.text);
}

/** Lines after the third are extensions, which say nothing of the tree. */
function headOf(text: string): TreeHead | undefined {
  const [origin = "", count = "", encoded = "", ...extensions] = text.slice(0, -1).split("\n");
  const size = toCount(count);
  const root = fromBase64(encoded);
  if (origin === "" || size === undefined || root === undefined || !isHash(root) || extensions.includes("")) {
    return undefined;
  }
  return { origin, size, root };
}
