import { claimedHead, openCheckpoint, type TreeHead } from "../checkpoint.ts";
import { isSame } from "../hasher.ts";
import { type Verifier, verifierOf } from "../keys.ts";
import { type Disk, diskAt } from "./disk.ts";
import type { Finding } from "./findings.ts";
import { isAmong, type KeyChain, type KeyChange, keyChain } from "./key-chain.ts";
import { layout, tilesOf } from "./layout.ts";
import { TileChecks } from "./tile-checks.ts";
import { type Walk, walk } from "./walk.ts";

/** A checkpoint that was kept apart from the log: what the log must still hold. */
export interface KeptCheckpoint {
  /** Where it comes from, for people. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface VerifyOptions {
  /** Public keys that are trusted to sign for this log. Where there are none, the log's own are taken, which whoever rewrote the log could have replaced. */
  readonly trusted: readonly Verifier[];
  readonly kept?: readonly KeptCheckpoint[];
  /** The log is written to meanwhile: what comes after its checkpoint is no finding. */
  readonly isLive?: boolean;
  readonly disk?: Disk;
}

/** What became of verifying a log. It holds where there are no findings. */
export interface LogReport {
  readonly holds: boolean;
  /** The signed head; undefined where there is none that can be believed. */
  readonly head: TreeHead | undefined;
  /** Records that are there, bodies or hashes; those whose bodies were deleted. */
  readonly records: number;
  readonly pruned: number;
  /** Whose signatures were believed: `NAME+ID+KEY`. */
  readonly keys: readonly string[];
  /** Whether these are the log's own, since none were given. */
  readonly isOwnKey: boolean;
  readonly findings: readonly Finding[];
}

/**
 * Verifies a log: reads all records, builds the tree anew, and holds it against the signed head, against every tile, and against checkpoints that were
 * kept apart. Rejects only where the disk does.
 */
export async function verifyLog(folder: string, options: VerifyOptions): Promise<LogReport> {
  const { kept = [], isLive = false, disk = diskAt(folder) } = options;
  const findings: Finding[] = [];
  // The checkpoint first: what is written meanwhile comes after it.
  const checkpoint = await disk.read(layout.checkpoint);
  const claimed = checkpoint === undefined ? undefined : claimedHead(checkpoint);
  const { tiles, others } = await tilesOf(disk);
  const signed = claimed?.size ?? 0;
  const checks = new TileChecks(disk, tiles, signed, isLive);
  const changes = await keyChanges(disk);
  const own = await ownKeys(disk, findings);
  const trusted = options.trusted.length > 0 ? options.trusted : own;

  const asked = [claimed, ...changes.map(({ head }) => head), ...kept.map(({ bytes }) => claimedHead(bytes))];
  const sizes = asked.flatMap((head) => (head === undefined ? [] : [head.size]));
  const walked = await walk(disk, sizes, (tile) => checks.hold(tile));
  for (const tile of walked.edge) await checks.hold(tile);
  const chain = await keyChain(trusted, walked.notices, changes, walked.roots);
  const head = await verifiedHead(checkpoint, walked, chain, findings);
  for (const each of kept) findings.push(...(await keptFindings(each, walked, chain, claimed)));
  findings.push(...walked.findings.filter(({ code }) => !(isLive && code === "records-torn")), ...chain.findings);
  if (walked.size > signed && !isLive) {
    const count = walked.size - signed;
    findings.push({
      code: "records-unsigned",
      where: layout.records,
      text: `${count} records come after the ${signed} that are signed`,
    });
  }
  if (!isPruningSaid(walked)) {
    findings.push({
      code: "pruned-unsaid",
      where: layout.records,
      text: `records before ${walked.first} are not there`,
    });
  }
  findings.push(...checks.findings());
  for (const where of others) findings.push({ code: "tile-unknown", where, text: "it is no tile" });
  findings.push(...unvouched(own, trusted, chain));
  return {
    holds: findings.length === 0,
    head,
    records: walked.size,
    pruned: walked.first,
    keys: chain.present.map(({ key }) => key),
    isOwnKey: options.trusted.length === 0,
    findings,
  };
}

/** The heads at which keys changed, oldest first. */
async function keyChanges(disk: Disk): Promise<readonly KeyChange[]> {
  const changes: KeyChange[] = [];
  for (const name of await disk.list(layout.keyChanges)) {
    const path = `${layout.keyChanges}/${name}`;
    const bytes = await disk.read(path);
    if (bytes !== undefined) changes.push({ path, bytes, head: claimedHead(bytes) });
  }
  return changes;
}

/** The keys that the log itself names. */
async function ownKeys(disk: Disk, findings: Finding[]): Promise<readonly Verifier[]> {
  const lines = (await disk.read(layout.keys))?.toString("utf8").split("\n") ?? [""];
  const verifiers: Verifier[] = [];
  if (lines.pop() !== "")
    findings.push({ code: "key-unvouched", where: layout.keys, text: "its last line is not whole" });
  for (const line of lines) {
    try {
      const verifier = await verifierOf(line);
      if (verifier.key !== line) throw new Error("there is white space around a key");
      verifiers.push(verifier);
    } catch (problem) {
      findings.push({ code: "key-unvouched", where: layout.keys, text: (problem as Error).message });
    }
  }
  return verifiers;
}

/** Holds the log's head against its signature and its records. */
async function verifiedHead(
  checkpoint: Uint8Array | undefined,
  walked: Walk,
  { present }: KeyChain,
  findings: Finding[],
): Promise<TreeHead | undefined> {
  const where = layout.checkpoint;
  if (checkpoint === undefined) {
    findings.push({ code: "checkpoint-missing", where, text: "there is no checkpoint" });
    return undefined;
  }
  const opened = await openCheckpoint(checkpoint, present);
  if (opened.kind === "refused") {
    findings.push({ code: "checkpoint-refused", where, text: opened.why });
    return undefined;
  }
  const { head } = opened;
  const root = walked.roots.get(head.size);
  if (root === undefined) {
    findings.push({
      code: "records-missing",
      where,
      text: `it is of ${head.size} records, and ${walked.size} are there`,
    });
  } else if (!isSame(root, head.root)) {
    findings.push({ code: "records-changed", where, text: `the ${head.size} records that it is of have another root` });
  }
  return head;
}

async function keptFindings(
  { name, bytes }: KeptCheckpoint,
  walked: Walk,
  { present, former }: KeyChain,
  claimed: TreeHead | undefined,
): Promise<readonly Finding[]> {
  const opened = await openCheckpoint(bytes, [...present, ...former]);
  if (opened.kind === "refused") return [{ code: "kept-refused", where: name, text: opened.why }];
  const { origin, size, root } = opened.head;
  if (claimed !== undefined && claimed.origin !== origin) {
    const text = `it is of the log ${origin}, this one says that it is ${claimed.origin}`;
    return [{ code: "kept-differs", where: name, text }];
  }
  if (size > walked.size) {
    return [{ code: "kept-longer", where: name, text: `it is of ${size} records, and ${walked.size} are there` }];
  }
  if (claimed !== undefined && size > claimed.size) {
    return [
      {
        code: "kept-longer",
        where: name,
        text: `it is of ${size} records, the log's own checkpoint of ${claimed.size}`,
      },
    ];
  }
  const here = walked.roots.get(size);
  const isSameTree = here !== undefined && isSame(here, root);
  return isSameTree
    ? []
    : [{ code: "kept-differs", where: name, text: `the first ${size} records are not those of then` }];
}

function isPruningSaid({ first, notices }: Walk): boolean {
  return first === 0 || notices.some(({ notice }) => notice.what === "log-pruned" && (notice.before ?? 0) >= first);
}

/** Keys that the log names beside those that are trusted must be told of in it. */
function unvouched(own: readonly Verifier[], trusted: readonly Verifier[], chain: KeyChain): readonly Finding[] {
  const known = [...chain.present, ...chain.former];
  const where = layout.keys;
  const named = own.some((each) => isAmong(trusted, each));
  return [
    ...own
      .filter((each) => !isAmong(known, each))
      .map(({ name, id }): Finding => ({ code: "key-unvouched", where, text: `${name} (key ${id})` })),
    ...(named ? [] : [{ code: "key-unvouched", where, text: "it names none of the keys that are trusted" } as const]),
  ];
}
