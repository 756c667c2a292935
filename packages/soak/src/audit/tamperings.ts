import { claimedHead, recordLine, recordOf, type Signer, signCheckpoint } from "@mcpolicy/audit";
import type { AuditRecord } from "@mcpolicy/core";
import type { Random } from "../agreement/random.ts";
import { type LogFiles, logOf, origin } from "./sample-log.ts";

/** What whoever tampers has at hand: the log, its records, an earlier state of it, its very key, and a key of their own. */
export interface Loot {
  readonly files: LogFiles;
  readonly records: readonly AuditRecord[];
  readonly earlier: LogFiles;
  readonly signer: Signer;
  readonly stranger: Signer;
}

/** One way to tamper with a log: what is left of its files. */
export interface Tampering {
  readonly name: string;
  readonly tamper: (loot: Loot, random: Random) => LogFiles | Promise<LogFiles>;
}

const recordFiles = (files: LogFiles): readonly string[] =>
  [...files].flatMap(([path, bytes]) => (path.startsWith("records/") && bytes.length > 0 ? [path] : []));

function withFile(files: LogFiles, path: string, bytes: Buffer): LogFiles {
  return new Map([...files, [path, bytes]]);
}

function flipped(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
  return copy;
}

/** Changes the lines of one file of records. */
function withLines(
  files: LogFiles,
  random: Random,
  change: (lines: string[], at: number) => readonly string[],
): LogFiles {
  const path = random.pick(recordFiles(files));
  const lines = (files.get(path) as Buffer).toString("utf8").split("\n").slice(0, -1);
  const changed = change(lines, random.int(0, lines.length - 1));
  return withFile(files, path, Buffer.from(changed.map((line) => `${line}\n`).join("")));
}

/** A record that could well be one of the log's. */
function invented(random: Random, like: string): string {
  const record = recordOf(like) as AuditRecord;
  return recordLine({ ...record, at: record.at + random.int(1, 9_999) });
}

/** The log anew, with other records from some index on, signed with its very key. */
async function forked({ records, signer }: Loot, random: Random): Promise<LogFiles> {
  const at = random.int(0, records.length - 1);
  const other = { ...(records[at] as AuditRecord), at: random.int(1, 1e12) };
  const { files } = await logOf(records.toSpliced(at, 1, other), signer);
  return files;
}

/** Every way, by name. */
export const tamperings: readonly Tampering[] = [
  {
    name: "a bit flipped, in any file",
    tamper({ files }, random) {
      const [path, bytes] = random.pick([...files].filter(([, each]) => each.length > 0));
      return withFile(files, path, flipped(bytes, random.int(0, 8 * bytes.length - 1)));
    },
  },
  {
    name: "a bit flipped, in the records",
    tamper({ files }, random) {
      const path = random.pick(recordFiles(files));
      const bytes = files.get(path) as Buffer;
      return withFile(files, path, flipped(bytes, random.int(0, 8 * bytes.length - 1)));
    },
  },
  {
    name: "a bit flipped, in the checkpoint",
    tamper({ files }, random) {
      const bytes = files.get("checkpoint") as Buffer;
      return withFile(files, "checkpoint", flipped(bytes, random.int(0, 8 * bytes.length - 1)));
    },
  },
  {
    name: "records dropped",
    tamper: ({ files }, random) => withLines(files, random, (lines, at) => lines.toSpliced(at, random.int(1, 3))),
  },
  {
    name: "a record repeated",
    tamper: ({ files }, random) =>
      withLines(files, random, (lines, at) => lines.toSpliced(random.int(0, lines.length), 0, lines[at] as string)),
  },
  {
    name: "records swapped",
    tamper: ({ files }, random) =>
      withLines(files, random, (lines, at) => {
        const other = random.int(0, lines.length - 1);
        return lines.with(at, lines[other] as string).with(other, lines[at] as string);
      }),
  },
  {
    name: "a record inserted",
    tamper: ({ files }, random) =>
      withLines(files, random, (lines, at) =>
        lines.toSpliced(random.int(0, lines.length), 0, invented(random, lines[at] as string)),
      ),
  },
  {
    name: "a record changed",
    tamper: ({ files }, random) =>
      withLines(files, random, (lines, at) => lines.with(at, invented(random, lines[at] as string))),
  },
  {
    name: "records moved to another place",
    tamper: ({ files }, random) =>
      withLines(files, random, (lines, at) => {
        const count = random.int(1, 20);
        const rest = lines.toSpliced(at, count);
        return rest.toSpliced(random.int(0, rest.length), 0, ...lines.slice(at, at + count));
      }),
  },
  {
    name: "white space put in",
    tamper: ({ files }, random) =>
      withLines(files, random, (lines, at) => {
        const line = lines[at] as string;
        return lines.with(
          at,
          random.pick([`${line} `, `${line}\r`, `\ufeff${line}`, line.replace(":", ": "), `\n${line}`]),
        );
      }),
  },
  {
    name: "a file cut short",
    tamper({ files }, random) {
      const [path, bytes] = random.pick([...files].filter(([, each]) => each.length > 0));
      return withFile(files, path, bytes.subarray(0, random.int(0, bytes.length - 1)));
    },
  },
  {
    name: "a file made longer",
    tamper({ files }, random) {
      const [path, bytes] = random.pick([...files]);
      return withFile(files, path, Buffer.concat([bytes, Buffer.alloc(random.int(1, 64), random.int(0, 255))]));
    },
  },
  {
    name: "a file taken away",
    tamper({ files }, random) {
      const [gone] = random.pick([...files].filter(([, each]) => each.length > 0));
      return new Map([...files].filter(([path]) => path !== gone));
    },
  },
  {
    name: "two files exchanged",
    tamper({ files }, random) {
      const [one, other] = random.some(
        [...files].filter(([, each]) => each.length > 0),
        2,
      ) as [[string, Buffer], [string, Buffer]];
      return new Map([...files, [one[0], other[1]], [other[0], one[1]]]);
    },
  },
  {
    name: "an earlier state of the log put back",
    tamper: ({ earlier }) => earlier,
  },
  {
    name: "an earlier checkpoint put back",
    tamper: ({ files, earlier }) => withFile(files, "checkpoint", earlier.get("checkpoint") as Buffer),
  },
  {
    name: "another head signed with the log's key",
    async tamper({ files, signer }, random) {
      const { size = 0, root = new Uint8Array(32) } = claimedHead(files.get("checkpoint") as Buffer) ?? {};
      const isRoot = random.chance(0.5);
      const head = {
        origin,
        size: isRoot ? size : Math.max(0, size - random.int(1, 300)),
        root: isRoot ? flipped(Buffer.from(root), random.int(0, 255)) : root,
      };
      return withFile(files, "checkpoint", Buffer.from(await signCheckpoint(head, [signer])));
    },
  },
  { name: "another history, signed with the log's key", tamper: forked },
  {
    name: "the log signed with another key",
    async tamper({ files, stranger }) {
      const head = claimedHead(files.get("checkpoint") as Buffer);
      if (head === undefined) throw new Error("the log has no checkpoint");
      const signed = withFile(files, "checkpoint", Buffer.from(await signCheckpoint(head, [stranger])));
      return withFile(signed, "keys", Buffer.from(`${stranger.key}\n`));
    },
  },
];
