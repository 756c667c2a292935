import type { AuditRecord } from "@mcpolicy/core";
import { canonicalJson, isRecord } from "@mcpolicy/core";
import { openCheckpoint, type TreeHead } from "./checkpoint.ts";
import { type Disclosure, isDisclosed, toDisclosures } from "./disclosure.ts";
import { fromUtf8, toUtf8 } from "./encoding.ts";
import { isSame, portableHasher } from "./hasher.ts";
import type { Verifier } from "./keys.ts";
import { verifyInclusion } from "./proofs.ts";
import { recordOf } from "./record-line.ts";
import { readProof } from "./record-proof.ts";

/** What a proof of one record brings along: the record's line, and values that are disclosed. */
export interface ProofExtra {
  readonly record: string;
  readonly disclosed?: readonly Disclosure[];
}

/** What became of verifying a proof. */
export type ProofVerdict =
  | {
      readonly kind: "holds";
      readonly index: number;
      readonly record: AuditRecord;
      readonly disclosed: readonly Disclosure[];
      /** The signed head that the record is under. */
      readonly head: TreeHead;
      readonly by: readonly Verifier[];
    }
  | { readonly kind: "refused"; readonly why: string };

/** What a proof brings along, as bytes. */
export function extraBytes(extra: ProofExtra): Uint8Array {
  return toUtf8(canonicalJson(extra));
}

/** Verifies a proof file with the log's public keys alone. Runs everywhere. */
export async function verifyProof(bytes: Uint8Array, known: readonly Verifier[]): Promise<ProofVerdict> {
  const proof = readProof(bytes);
  const extra = proof?.extra === undefined ? undefined : toExtra(proof.extra);
  if (proof === undefined || extra === undefined) return refused("it has not the form of a proof with its record");
  const opened = await openCheckpoint(proof.checkpoint, known);
  if (opened.kind === "refused") return refused(`its checkpoint is refused: ${opened.why}`);
  const { head, by } = opened;
  const leaf = { index: proof.index, hash: portableHasher.leaf(toUtf8(extra.record)) };
  if (!verifyInclusion(leaf, head, proof.path, portableHasher)) {
    return refused(`the record is not number ${proof.index} of the ${head.size} under this head`);
  }
  const record = recordOf(extra.record);
  if (record === undefined) return refused("what is proved is no record");
  const wrong = (extra.disclosed ?? []).find((each) => !isDisclosed(record, each));
  if (wrong !== undefined)
    return refused(`what it discloses as ${wrong.path} is not what the record's digest stands for`);
  return { kind: "holds", index: proof.index, record, disclosed: extra.disclosed ?? [], head, by };
}

/** Reads what a proof brings along: exactly that, and as `extraBytes` writes it. */
function toExtra(bytes: Uint8Array): ProofExtra | undefined {
  try {
    const json: unknown = JSON.parse(fromUtf8(bytes) ?? "");
    if (!isRecord(json) || typeof json["record"] !== "string") return undefined;
    const disclosed = json["disclosed"] === undefined ? undefined : toDisclosures(json["disclosed"]);
    const extra = { record: json["record"], ...(disclosed === undefined ? {} : { disclosed }) };
    return isSame(extraBytes(extra), bytes) ? extra : undefined;
  } catch {
    return undefined;
  }
}

function refused(why: string): ProofVerdict {
  return { kind: "refused", why };
}
