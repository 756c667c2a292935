import type { NoticeRecord } from "@mcpolicy/core";
import { openCheckpoint, type TreeHead } from "../checkpoint.ts";
import { type Hash, isSame } from "../hasher.ts";
import { type Verifier, verifierOf } from "../keys.ts";
import type { Finding } from "./findings.ts";

/** A change of keys as the log tells it. */
interface Change {
  readonly index: number;
  readonly former: Verifier;
  readonly present: Verifier;
}

/** A head that was put aside when keys changed. */
export interface KeyChange {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly head: TreeHead | undefined;
}

/** Whom to believe. */
export interface KeyChain {
  /** Keys that sign for the log now: those that were given, and those that they handed over to. */
  readonly present: readonly Verifier[];
  /** Keys that signed before: good for heads that were kept apart then. */
  readonly former: readonly Verifier[];
  readonly findings: readonly Finding[];
}

/**
 * Follows a log's changes of keys from the keys that are trusted. Forwards a key is believed where a head that the former key signed holds the
 * record of the change; backwards where the log, signed by the present key, says which was the former.
 */
export async function keyChain(
  trusted: readonly Verifier[],
  notices: readonly { readonly index: number; readonly notice: NoticeRecord }[],
  changes: readonly KeyChange[],
  roots: ReadonlyMap<number, Hash>,
): Promise<KeyChain> {
  const told = await changesTold(notices);
  const findings: Finding[] = [];
  const present = [...trusted];
  for (const { path, bytes, head } of changes) {
    const root = head === undefined ? undefined : roots.get(head.size);
    const opened = await openCheckpoint(bytes, present);
    const why = opened.kind === "refused" ? opened.why : undefined;
    if (head === undefined || root === undefined || !isSame(root, head.root)) {
      const text = `it does not fit the records${why === undefined ? "" : `; ${why}`}`;
      findings.push({ code: "key-change-refused", where: path, text });
      continue;
    }
    if (opened.kind === "refused") continue;
    for (const { index, former, present: next } of told) {
      if (index < head.size && isAmong(present, former) && !isAmong(present, next)) present.push(next);
    }
  }
  const former: Verifier[] = [];
  for (const change of told.toReversed()) {
    if (isAmong([...present, ...former], change.present) && !isAmong(present, change.former))
      former.push(change.former);
  }
  return { present, former, findings };
}

async function changesTold(
  notices: readonly { readonly index: number; readonly notice: NoticeRecord }[],
): Promise<readonly Change[]> {
  const changes: Change[] = [];
  for (const { index, notice } of notices) {
    if (notice.what !== "log-key-changed" || notice.keys?.former === undefined) continue;
    try {
      const { former, present } = notice.keys;
      changes.push({ index, former: await verifierOf(former), present: await verifierOf(present) });
    } catch {
      // A notice whose keys are none hands over to nobody.
    }
  }
  return changes;
}

export function isAmong(verifiers: readonly Verifier[], { key }: Pick<Verifier, "key">): boolean {
  return verifiers.some((each) => each.key === key);
}
