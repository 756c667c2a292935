import { claimedHead } from "./checkpoint.ts";
import { fromBase64, fromUtf8, toBase64, toCount, toUtf8 } from "./encoding.ts";
import { isHash } from "./hasher.ts";
import type { InclusionProof } from "./proofs.ts";

/** A proof in one file that a record is in a log, verified with the log's public key alone (C2SP tlog-proof). */
export interface RecordProof {
  readonly index: number;
  readonly path: InclusionProof;
  /** The signed checkpoint, as it stands. */
  readonly checkpoint: string;
  /** What the proof brings along, unsigned: it has to be held against what is proved. */
  readonly extra?: Uint8Array;
}

const firstLine = "c2sp.org/tlog-proof@v1";

export function writeProof({ index, path, checkpoint, extra }: RecordProof): string {
  return [
    firstLine,
    ...(extra === undefined ? [] : [`extra ${toBase64(extra)}`]),
    `index ${index}`,
    ...path.map(toBase64),
    "",
    checkpoint,
  ].join("\n");
}

/** Reads a proof; undefined where it is none. Nothing of it is verified. */
export function readProof(bytes: Uint8Array): RecordProof | undefined {
  const text = fromUtf8(bytes);
  const middle = text?.indexOf("\n\n") ?? -1;
  if (text === undefined || middle === -1) return undefined;
  const [first, ...lines] = text.slice(0, middle).split("\n");
  const checkpoint = text.slice(middle + 2);
  const extra = lines[0]?.startsWith("extra ") ? fromBase64((lines.shift() as string).slice("extra ".length)) : null;
  const indexLine = lines.shift() ?? "";
  const index = indexLine.startsWith("index ") ? toCount(indexLine.slice("index ".length)) : undefined;
  const path = lines.map(fromBase64);
  if (first !== firstLine || extra === undefined || index === undefined) return undefined;
  if (!path.every((each) => each !== undefined && isHash(each)) || claimedHead(toUtf8(checkpoint)) === undefined) {
    return undefined;
  }
  return { index, path: path as InclusionProof, checkpoint, ...(extra === null ? {} : { extra }) };
}
