import { performance } from "node:perf_hooks";
import { setImmediate as turn } from "node:timers/promises";
import {
  type AuditRecord,
  type AuditSink,
  type LogNotice,
  messageOf,
  type NoticeRecord,
  type RecordSalt,
  recordSalt,
} from "@mcpolicy/core";
import { claimedHead, signCheckpoint, type TreeHead } from "../checkpoint.ts";
import { type Signer, verifierOf } from "../keys.ts";
import { recordLine } from "../record-line.ts";
import type { TileTree } from "../tile-tree.ts";
import { partialPlaces, partialTiles } from "../tiles.ts";
import { Batch, type Page } from "./batch.ts";
import { type Disk, diskAt } from "./disk.ts";
import { indexName, layout, segmentAt, segmentsOf } from "./layout.ts";
import { LONGEST_LINE } from "./lines.ts";
import { type Lock, SIGN_OF_LIFE, takeLock } from "./lock.ts";
import { LogError } from "./log-error.ts";
import type { LogEvent, LogOptions } from "./log-options.ts";
import { nodeHasher } from "./node-hasher.ts";
import { Publisher } from "./publisher.ts";
import { type Recovered, recover } from "./recover.ts";
import { prunable } from "./retention.ts";
import { NotWritten, SegmentFile } from "./segment-file.ts";

/** A log that is open to be added to. */
export interface AuditLog extends AuditSink {
  /** How many records are on the disk. */
  readonly size: number;
  /** The head that was signed last. */
  readonly head: TreeHead;
  /** Settles once all records so far are on the disk and a signed checkpoint covers them. Gives the checkpoint. */
  readonly checkpoint: () => Promise<string>;
  /** From now on another key signs; the head of the change is signed by both, and says so in the log. */
  readonly changeKey: (next: Signer) => Promise<void>;
  /** Deletes the files of records that are all older than an instant (epoch milliseconds). Gives back how many records went. */
  readonly prune: (before: number) => Promise<number>;
  /** Keeps what was taken, signs it, and gives the log back. */
  readonly close: () => Promise<void>;
}

/** This many bytes are written without waiting for the time to sync. */
const WRITE_BYTES = 1024 * 1024;
/** Beyond this appending waits for the disk; far beyond it it is refused. */
const WAIT_BYTES = 8 * 1024 * 1024;
const REFUSE_BYTES = WAIT_BYTES + 2 * LONGEST_LINE;
/** Full tiles that may wait for a checkpoint before one is made; of twice as many no more records are taken. */
const MOST_TILES = 4096;
/** How long a disk that failed is left alone. Milliseconds. */
const RETRY = 1_000;

/** Makes a log in a folder that has none. Its first record says by which key it is signed. Throws a `LogError`. */
export async function createAuditLog(
  folder: string,
  options: { readonly origin: string; readonly signer: Signer; readonly now?: () => number; readonly disk?: Disk },
): Promise<void> {
  const { origin, signer, now = Date.now, disk = diskAt(folder) } = options;
  const lock = await takeLock(disk, now);
  try {
    if (await isThere(disk)) throw new LogError("present", "there is a log here already: nothing was changed");
    await (await disk.openEnd(segmentAt(0).path)).close();
    await disk.put(layout.keys, Buffer.from(`${signer.key}\n`));
    const head = { origin, size: 0, root: nodeHasher.empty };
    await disk.put(layout.checkpoint, Buffer.from(await signCheckpoint(head, [signer])));
  } finally {
    await lock.release();
  }
  const log = await openAuditLog(folder, { signer, now, disk, durability: { sync: "every record" } });
  const text = `the log ${origin} begins`;
  await log.append({ kind: "notice", what: "log-created", at: now(), text, keys: { present: signer.key } });
  await log.close();
}

/** Whether there is anything that a new log would stand in the way of. */
async function isThere(disk: Disk): Promise<boolean> {
  if ((await disk.read(layout.checkpoint)) !== undefined) return true;
  const segments = await segmentsOf(disk);
  return segments.some(({ start }) => start > 0) || ((await disk.size(segmentAt(0).path)) ?? 0) > 0;
}

/**
 * Opens a log to be added to. What a writer that crashed left behind is taken over, and told in the log. Throws a `LogError` where there is
 * no log, another process writes to it, the key is not the log's, or what is there is not what was signed.
 */
export async function openAuditLog(folder: string, options: LogOptions): Promise<AuditLog> {
  const { signer, secret, now = Date.now, disk = diskAt(folder) } = options;
  if ((await disk.read(layout.checkpoint)) === undefined) {
    throw new LogError("absent", "there is no log here: nothing was opened. Make one first (`policy audit init`)");
  }
  if (secret !== undefined && secret.length < 32) {
    throw new LogError("wrong-key", "the secret for salts has fewer than 32 bytes: nothing was opened");
  }
  const lock = await takeLock(disk, now);
  let log: Writer | undefined;
  try {
    await mustSign(disk, signer);
    const recovered = await recover(disk, [await verifierOf(signer.key)], now());
    const file = await SegmentFile.open(disk, recovered.segment, recovered.bytes);
    log = new Writer({ ...options, now, disk }, lock, recovered, file);
    await log.begin(recovered);
    return log;
  } catch (problem) {
    await (log?.close() ?? lock.release()).catch(() => {});
    throw problem;
  }
}

/** A key that another has followed signs nothing more. */
async function mustSign(disk: Disk, { id, key }: Signer): Promise<void> {
  const keys = (await disk.read(layout.keys))?.toString("utf8").trim().split("\n") ?? [];
  if (keys.length === 0 || keys.at(-1) === key) return;
  throw new LogError("wrong-key", `the log is signed by ${keys.at(-1)}, not by key ${id}: nothing was opened`);
}

/** Somebody who waits until a record is kept. */
interface Waiter {
  readonly settle: () => void;
  readonly reject: (problem: LogError) => void;
}

/** A time in which records cannot be kept. */
interface Outage {
  readonly since: number;
  readonly why: string;
  missed: number;
}

/**
 * Takes records into a batch; one loop (`#pump`) writes batch after batch, makes them durable where somebody waits for that or it is time, and has
 * what is durable signed.
 */
class Writer implements AuditLog {
  readonly saltOf?: (id: string) => RecordSalt;
  readonly #options: LogOptions & { readonly now: () => number; readonly disk: Disk };
  readonly #lock: Lock;
  readonly #publisher: Publisher;
  readonly #origin: string;
  /** All that was written. */
  readonly #tree: TileTree;
  #file: SegmentFile;
  #fileBegun: number;
  /** The part of it that is on the disk to stay. */
  #durable: TreeHead;

  readonly #spare: Page[] = [];
  /** What is taken now, what is to be written before it, and who waits. */
  #batch = new Batch(this.#spare);
  readonly #queue: Batch[] = [];
  #waiters: Waiter[] = [];
  /** When the oldest line came that is on its way to the disk. */
  #unsynced: number | undefined;
  /** Whether records that were taken as kept could not be written yet. */
  #isStuck = false;

  #pumping: Promise<void> | undefined;
  #isSyncDue = false;
  #syncTimer: NodeJS.Timeout | undefined;

  #publishing: Promise<void> | undefined;
  #isPublishDue = false;
  #publishTimer: NodeJS.Timeout | undefined;
  #publishedAt = Number.NEGATIVE_INFINITY;
  /** Since when no checkpoint could be made, and why. */
  #unsigned: { readonly since: number; readonly why: string } | undefined;

  #outage: Outage | undefined;
  #isClosing = false;
  /** Why nothing more is taken, for good. */
  #ended: LogError | undefined;
  readonly #heartbeat: NodeJS.Timeout;

  constructor(
    options: LogOptions & { readonly now: () => number; readonly disk: Disk },
    lock: Lock,
    { head, checkpoint, tree, full }: Recovered,
    file: SegmentFile,
  ) {
    const { secret, disk, signer, now } = options;
    if (secret !== undefined) this.saltOf = (id) => recordSalt(secret, id);
    this.#options = options;
    this.#lock = lock;
    this.#origin = head.origin;
    this.#tree = tree;
    this.#file = file;
    this.#fileBegun = now();
    this.#durable = head;
    const published = { head, checkpoint, edge: partialTiles(head.size) };
    this.#publisher = new Publisher(disk, [signer], published, full, partialPlaces(head.size, tree.size));
    this.#heartbeat = setInterval(() => void this.#signOfLife(), SIGN_OF_LIFE);
    this.#heartbeat.unref();
  }

  /** Makes what was found durable, signs it, and says so in the log. */
  async begin({ unsigned, cut }: Recovered): Promise<void> {
    await this.#sync();
    if (unsigned > 0 || cut !== undefined) {
      const found = `${unsigned} records came after the last signature and were taken over`;
      const torn =
        cut === undefined
          ? ""
          : `; ${cut.bytes} bytes that were no whole record were cut off, and are kept in ${cut.path}`;
      this.#report({ kind: "recovered", text: found + torn });
      await this.#notice("log-recovered", found + torn);
    }
    await this.checkpoint();
    await this.#pruneOld();
  }

  get size(): number {
    return this.#durable.size;
  }

  get head(): TreeHead {
    return this.#publisher.published.head;
  }

  append(record: AuditRecord): void | Promise<void> {
    const problem = this.#whyNot();
    if (problem !== undefined) return this.#miss(problem);
    const now = performance.now();
    this.#batch.add(lineOf(record), now);
    if (this.#isWaitedFor(now)) return this.#kept();
    if (this.#batch.bytes >= WRITE_BYTES) this.#start();
    this.#syncLater();
  }

  async checkpoint(): Promise<string> {
    await this.#allKept();
    for (const { size } = this.#durable; this.head.size < size; ) {
      this.#isPublishDue = true;
      this.#isSyncDue = true;
      this.#start();
      await this.#pumping;
      await this.#publishing;
      if (this.#unsigned !== undefined) throw unsigned(this.#unsigned.why);
      if (this.#ended !== undefined) throw this.#ended;
    }
    return this.#publisher.published.checkpoint;
  }

  async changeKey(next: Signer): Promise<void> {
    const { disk } = this.#options;
    const [former] = this.#publisher.signers as readonly [Signer];
    if (next.key === former.key) throw new LogError("wrong-key", "this key signs the log already: nothing was changed");
    await this.#notice("log-key-changed", `from now on key ${next.id} signs, not ${former.id}`, {
      keys: { present: next.key, former: former.key },
    });
    this.#publisher.signers = [former, next];
    const checkpoint = await this.checkpoint();
    const size = claimedHead(checkpoint)?.size ?? this.head.size;
    await disk.put(`${layout.keyChanges}/${indexName(size)}`, Buffer.from(checkpoint));
    const keys = (await disk.read(layout.keys)) ?? Buffer.alloc(0);
    await disk.put(layout.keys, Buffer.concat([keys, Buffer.from(`${next.key}\n`)]));
    this.#publisher.signers = [next];
  }

  async prune(before: number): Promise<number> {
    const { disk } = this.#options;
    const { segments, end } = await prunable(disk, this.#file.segment, before);
    const [first] = segments;
    if (first === undefined) return 0;
    const text = `records before ${end} are deleted; their hashes stay`;
    await this.#notice("log-pruned", text, { before: end });
    await this.checkpoint();
    for (const { path } of segments) {
      await disk.remove(path);
      // One after the other, so that no later one is gone before an earlier.
      await disk.syncFolder(layout.records);
    }
    this.#report({ kind: "pruned", text });
    return end - first.start;
  }

  async close(): Promise<void> {
    if (this.#ended?.code === "closed") return;
    let problem: unknown;
    try {
      // What comes from now on is refused; what came before is kept.
      const kept = this.checkpoint();
      this.#isClosing = true;
      await kept;
    } catch (failure) {
      problem = failure;
    }
    this.#end(closed());
    await this.#pumping;
    await this.#publishing;
    await this.#file.close();
    await this.#lock.release();
    if (problem !== undefined) throw problem;
  }

  // ------------------------------------------------------------------ taking records

  #whyNot(): LogError | undefined {
    if (this.#ended !== undefined) return this.#ended;
    if (this.#isClosing) return closed();
    if (this.#isStuck) return this.#notKept();
    if (this.#batch.bytes > REFUSE_BYTES) return tooFast();
    if (this.#unsigned === undefined) return undefined;
    const isTooLong = performance.now() - this.#unsigned.since > this.#mostUnsigned;
    return isTooLong || this.#publisher.waitingTiles > 2 * MOST_TILES ? unsigned(this.#unsigned.why) : undefined;
  }

  /** A record that is not kept: the call that it is about is denied, unless the log is to go on without. */
  #miss(problem: LogError): void {
    const isGoingOn = this.#options.whenAway === "go on" && problem.code === "away";
    if (isGoingOn) this.#goesAway(problem.message);
    if (this.#outage !== undefined) this.#outage.missed += 1;
    if (!isGoingOn) throw problem;
  }

  /** Whether the record that came last counts as kept only once it is on the disk. */
  #isWaitedFor(now: number): boolean {
    const { durability } = this.#options;
    if (durability.sync === "every record" || this.#batch.bytes > WAIT_BYTES) return true;
    return now - (this.#unsynced ?? this.#batch.since ?? now) >= durability.ms;
  }

  #kept(): Promise<void> {
    return new Promise((settle, reject) => {
      this.#waiters.push({ settle, reject });
      this.#start();
    });
  }

  /** Settles once all that was taken is on the disk. */
  async #allKept(): Promise<void> {
    if (this.#ended !== undefined) throw this.#ended;
    if (this.#batch.bytes > 0 || this.#unsynced !== undefined) await this.#kept();
  }

  #syncLater(ms?: number): void {
    const { durability } = this.#options;
    // At half of the time, so that a disk that needs no more than the other half holds up nobody.
    const wait = ms ?? (durability.sync === "interval" ? durability.ms / 2 : undefined);
    if (wait === undefined || this.#syncTimer !== undefined || this.#ended !== undefined) return;
    this.#syncTimer = setTimeout(() => {
      this.#syncTimer = undefined;
      this.#isSyncDue = true;
      this.#start();
    }, wait);
  }

  // ------------------------------------------------------------------ writing

  #start(): void {
    this.#pumping ??= this.#pump();
  }

  async #pump(): Promise<void> {
    // What comes in the same turn goes together.
    await turn();
    do await this.#flush();
    while (this.#hasWork());
    this.#pumping = undefined;
  }

  #hasWork(): boolean {
    if (this.#ended !== undefined || this.#isStuck) return false;
    return this.#isSyncDue || this.#waiters.length > 0 || this.#batch.bytes >= WRITE_BYTES;
  }

  /** Writes what was taken; where somebody waits, or it is time, makes it durable. Never rejects. */
  async #flush(): Promise<void> {
    const waiters = this.#waiters.splice(0);
    const isSync = this.#isSyncDue || waiters.length > 0;
    this.#isSyncDue = false;
    this.#queueBatch();
    try {
      await this.#writeQueue();
      if (!isSync) return;
      await this.#sync();
    } catch (problem) {
      const failure = this.#ended ?? this.#notWritten(problem);
      for (const waiter of waiters) this.#refuse(waiter, failure);
      return;
    }
    for (const { settle } of waiters) settle();
    if (this.#outage !== undefined) this.#isBack(this.#outage);
    await this.#afterSync();
  }

  #queueBatch(): void {
    if (this.#batch.bytes === 0) return;
    this.#unsynced ??= this.#batch.since;
    this.#queue.push(this.#batch);
    this.#batch = new Batch(this.#spare);
  }

  async #writeQueue(): Promise<void> {
    for (let batch = this.#queue[0]; batch !== undefined; batch = this.#queue[0]) {
      await this.#file.write(batch.pages.map(({ lines }) => lines));
      for (const { hashes } of batch.pages) this.#tree.append(hashes);
      this.#queue.shift();
      batch.release();
    }
    this.#isStuck = false;
  }

  async #sync(): Promise<void> {
    const head = { origin: this.#origin, size: this.#tree.size, root: this.#tree.root() };
    await this.#file.sync();
    this.#durable = head;
    this.#unsynced = undefined;
    if (this.#batch.bytes > 0) this.#syncLater();
  }

  /** What is said to those who wait for records that were not written, or of which nobody can tell any more whether they are on the disk. */
  #notWritten(problem: unknown): LogError {
    // After a sync that failed, a second one may say yes to what is lost.
    if (!(problem instanceof NotWritten && problem.isUndone)) return this.#fail(messageOf(problem));
    this.#goesAway(problem.message);
    if (this.#options.durability.sync === "every record") {
      this.#dropQueue();
    } else {
      // These were taken as kept: they are written as soon as the disk takes them.
      this.#isStuck = true;
      this.#syncLater(RETRY);
    }
    return this.#notKept();
  }

  /** Begins an outage, unless there is one. */
  #goesAway(why: string): void {
    if (this.#outage !== undefined) return;
    this.#outage = { since: this.#options.now(), why, missed: 0 };
    this.#report({ kind: "away", text: `records cannot be kept: ${why}. ${this.#meanwhile()}` });
  }

  #dropQueue(): void {
    for (const batch of this.#queue.splice(0)) if (this.#outage !== undefined) this.#outage.missed += batch.size;
    this.#unsynced = undefined;
  }

  #refuse({ settle, reject }: Waiter, problem: LogError): void {
    if (this.#options.whenAway === "go on" && problem.code === "away") settle();
    else reject(problem);
  }

  /** The disk takes records again: the log says how many it has not got. */
  #isBack({ since, why, missed }: Outage): void {
    this.#outage = undefined;
    const became = this.#options.whenAway === "go on" ? "their calls went on without" : "their calls were denied";
    const text = `from ${new Date(since).toISOString()} on records could not be written (${why}); ${missed} were not kept, and ${became}`;
    this.#report({ kind: "back", text });
    this.#batch.add(lineOf(this.#noticeOf("log-away", text)), performance.now());
    this.#isSyncDue = true;
  }

  // ------------------------------------------------------------------ signing

  /** What is due once something is durable. Nothing is written meanwhile. */
  async #afterSync(): Promise<void> {
    if (this.#ended !== undefined) return;
    const { checkpointEvery = 1_000 } = this.#options;
    const waited = performance.now() - this.#publishedAt;
    const isDue = this.#isPublishDue || waited >= checkpointEvery || this.#publisher.waitingTiles > MOST_TILES;
    if (this.#isFileFull()) await this.#nextFile();
    else if (isDue && this.#publishing === undefined) this.#publish();
    else if (this.head.size < this.#durable.size) this.#publishLater(Math.max(0, checkpointEvery - waited));
  }

  #publishLater(ms: number): void {
    if (this.#ended !== undefined) return;
    this.#publishTimer ??= setTimeout(() => {
      this.#publishTimer = undefined;
      this.#isPublishDue = true;
      this.#isSyncDue = true;
      this.#start();
    }, ms).unref();
  }

  /** Has what is durable signed. To be entered where all that is written is durable. */
  #publish(): void {
    this.#isPublishDue = false;
    this.#publishedAt = performance.now();
    this.#publishing = this.#publisher
      .publish(this.#durable, this.#tree.edge())
      .then(() => {
        this.#unsigned = undefined;
      })
      .catch((problem: unknown) => {
        const why = messageOf(problem);
        const rest = `Records are kept; after ${this.#mostUnsigned / 1_000} s without a checkpoint no more are taken`;
        if (this.#unsigned === undefined)
          this.#report({ kind: "unsigned", text: `no checkpoint could be made: ${why}. ${rest}` });
        this.#unsigned ??= { since: performance.now(), why };
        this.#publishLater(RETRY);
      })
      .finally(() => {
        this.#publishing = undefined;
      });
  }

  get #mostUnsigned(): number {
    return this.#options.mostUnsigned ?? 60_000;
  }

  #isFileFull(): boolean {
    const { bytes = 64 * 1024 * 1024, ms = 24 * 3_600_000 } = this.#options.segment ?? {};
    return this.#file.bytes >= bytes || (this.#file.bytes > 0 && this.#options.now() - this.#fileBegun >= ms);
  }

  /** Goes on in a new file, once all of the present one is signed. Where that is not possible the present one grows. */
  async #nextFile(): Promise<void> {
    const { disk, now } = this.#options;
    await this.#publishing;
    this.#publish();
    await this.#publishing;
    if (this.head.size !== this.#tree.size) return;
    const former = this.#file;
    try {
      this.#file = await SegmentFile.open(disk, segmentAt(this.#tree.size), 0);
    } catch (problem) {
      return this.#report({
        kind: "unsigned",
        text: `no new file of records could be begun, the present one grows: ${messageOf(problem)}`,
      });
    }
    this.#fileBegun = now();
    await former.close().catch(() => {});
    void this.#pruneOld();
  }

  async #pruneOld(): Promise<void> {
    const { keep, now } = this.#options;
    if (keep === undefined) return;
    try {
      await this.prune(now() - keep);
    } catch (problem) {
      if (problem instanceof LogError && problem.code === "closed") return;
      this.#report({
        kind: "pruned",
        text: `old records could not be deleted, and are still there: ${messageOf(problem)}`,
      });
    }
  }

  // ------------------------------------------------------------------ saying

  async #notice(what: LogNotice, text: string, more: Partial<NoticeRecord> = {}): Promise<void> {
    await this.append(this.#noticeOf(what, text, more));
    await this.#allKept();
  }

  #noticeOf(what: LogNotice, text: string, more: Partial<NoticeRecord> = {}): NoticeRecord {
    return { kind: "notice", what, at: this.#options.now(), text, ...more };
  }

  #report(event: LogEvent): void {
    try {
      this.#options.report?.(event);
    } catch {
      // Whoever listens must not stop the log.
    }
  }

  #notKept(): LogError {
    return new LogError("away", `the log cannot be written to (${this.#outage?.why ?? ""}): the record was not kept`);
  }

  #meanwhile(): string {
    return this.#options.whenAway === "go on" ? "Calls go on WITHOUT a record" : "Calls are denied meanwhile";
  }

  async #signOfLife(): Promise<void> {
    try {
      const isOurs = await this.#lock.renew();
      if (!isOurs && this.#ended === undefined) this.#fail("another process took the right to write");
    } catch {
      // The disk is away: appending will find out.
    }
  }

  /** Nothing more is taken until the log is opened again. */
  #fail(why: string): LogError {
    const failure = new LogError("away", `${why}: the record was not kept, and none is until the log is opened again`);
    this.#outage ??= { since: this.#options.now(), why, missed: 0 };
    this.#report({
      kind: "away",
      text: `${why}. Nothing is written until the log is opened again. ${this.#meanwhile()}`,
      final: true,
    });
    this.#end(failure);
    return failure;
  }

  #end(problem: LogError): void {
    this.#ended = problem;
    clearTimeout(this.#syncTimer);
    clearTimeout(this.#publishTimer);
    clearInterval(this.#heartbeat);
    this.#queueBatch();
    this.#dropQueue();
    for (const waiter of this.#waiters.splice(0)) this.#refuse(waiter, problem);
  }
}

function closed(): LogError {
  return new LogError("closed", "the log is closed: the record was not kept");
}

function unsigned(why: string): LogError {
  return new LogError("away", `no checkpoint could be made (${why}): what came last is not signed`);
}

function tooFast(): LogError {
  return new LogError(
    "away",
    "records come faster than the disk takes them, and nobody waits: the record was not kept",
  );
}

function lineOf(record: AuditRecord): string {
  try {
    return recordLine(record);
  } catch (cause) {
    throw new LogError("record", `the record is not kept: ${messageOf(cause)}`, { cause });
  }
}
