import type { Signer } from "../keys.ts";
import type { Disk } from "./disk.ts";

/**
 * When a record counts as kept. `every record`: once it is on the disk; records that come together are written together. `interval`: at once; it
 * is on the disk within `ms`, so that a crash loses at most the records of the last `ms` milliseconds. Where the disk is slower than that, records wait for it.
 */
export type Durability = { readonly sync: "every record" } | { readonly sync: "interval"; readonly ms: number };

/** How a log is written. Times are in milliseconds. */
export interface LogOptions {
  /** Signs checkpoints: the key that the log was made with, or changed to. */
  readonly signer: Signer;
  /** What digests of values are salted with, 32 random bytes or more, kept apart from the log; without it records keep names only. */
  readonly secret?: Uint8Array;
  readonly durability: Durability;
  /** How often a checkpoint is signed while records come; 1,000 unless said. What comes after it nobody has signed yet. */
  readonly checkpointEvery?: number;
  /** How long records may go unsigned, since no checkpoint can be made, before no more are taken; 60,000 unless said. */
  readonly mostUnsigned?: number;
  /** When a file of records is followed by the next; 64 MiB or a day unless said. */
  readonly segment?: { readonly bytes?: number; readonly ms?: number };
  /** How long records are kept; for ever unless said. Files go as a whole, once all of their records are older; their hashes stay. */
  readonly keep?: number;
  /**
   * What becomes of records that cannot be kept, since the disk is full or gone: `refuse`, unless said: the call is denied; `go on`: the call goes on
   * without a record, which is reported, counted, and told in the log once it can be written again.
   */
  readonly whenAway?: "refuse" | "go on";
  /** Told what operators must know. */
  readonly report?: (event: LogEvent) => void;
  /** Epoch milliseconds. */
  readonly now?: () => number;
  /** In place of the file system below the folder. */
  readonly disk?: Disk;
}

/** What operators must know of a log. `text` is for people. */
export interface LogEvent {
  readonly kind: /** Something was there behind the last signature, or a tear. */
    | "recovered"
    /** Records cannot be kept; `final`: not before the log is opened again. */
    | "away"
    | "back"
    /** A checkpoint could not be signed or written; records are kept, and nobody vouches for them yet. */
    | "unsigned"
    | "pruned";
  readonly text: string;
  readonly final?: boolean;
}
