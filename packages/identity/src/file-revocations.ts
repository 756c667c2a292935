import { isUtf8 } from "node:buffer";
import { appendFileSync, closeSync, fstatSync, fsyncSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import type { RevocableToken, Revocation, Revocations } from "@mcpolicy/core";
import { parseRevocation, revocationLine } from "./revocation-line.ts";
import { memoryRevocations } from "./revocations.ts";
import { SettingsError } from "./settings-error.ts";

export interface FileRevocationsOptions {
  readonly path: string;
  /** How old what was read may be when somebody asks, in milliseconds: a revocation counts that long after it was written, at the latest. 1,000 by default. */
  readonly within?: number;
  /** Epoch milliseconds. */
  readonly now?: () => number;
  readonly most?: number;
}

/** Bytes of a file: far more than a hundred thousand lines. */
const MOST_BYTES = 64 * 1024 * 1024;

const NEWLINE = 0x0a;

interface Stamp {
  readonly size: number;
  readonly modified: number;
  readonly file: number;
}

/**
 * Revocations in a file of lines, which `policy token revoke` adds to and any number of processes on one machine read. Looked at again
 * when somebody asks, at most every `within`; no timer, no watcher. A file that is gone, or holds a line that is no revocation, makes `isRevoked`
 * throw: who is revoked is not known then. Throws a `SettingsError` where the file is not there to begin with.
 */
export function fileRevocations(options: FileRevocationsOptions): Revocations {
  const { path, within = 1_000, now = Date.now } = options;
  const bounds = { now, ...(options.most === undefined ? {} : { most: options.most }) };
  const ids = memoryRevocations(bounds);
  let held = memoryRevocations(bounds);
  let stamp: Stamp | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let problem: Error | undefined;

  const look = (): void => {
    const at = now();
    if (at - lookedAt < within && at >= lookedAt) return;
    lookedAt = at;
    try {
      const next = stampOf(path);
      if (problem === undefined && isSame(stamp, next)) return;
      stamp = undefined;
      const revocations = revocationsIn(path);
      held = memoryRevocations(bounds);
      for (const revocation of revocations) void held.revoke(revocation);
      stamp = next;
      problem = undefined;
    } catch (cause) {
      problem = cause instanceof Error ? cause : new Error(String(cause));
    }
  };

  look();
  if (problem !== undefined) {
    throw new SettingsError(
      `${problem.message}; revocations stand in that file: without it nobody is let in. Make an empty one where nothing was revoked yet`,
    );
  }
  return {
    isRevoked(token: RevocableToken) {
      look();
      if (problem !== undefined) throw problem;
      return held.isRevoked(token);
    },
    revoke(revocation: Revocation) {
      appendRevocation(path, revocationLine(revocation));
      lookedAt = Number.NEGATIVE_INFINITY;
    },
    seenOnce: ids.seenOnce,
  };
}

/** Adds a line to a file of revocations, which is made where it is not there, for its owner alone, and on disk when this returns. */
export function appendRevocation(path: string, line: string): void {
  const file = openSync(path, "a+", 0o600);
  try {
    const { size } = fstatSync(file);
    const last = new Uint8Array(1);
    const isWhole = size === 0 || (readSync(file, last, 0, 1, size - 1) === 1 && last[0] === NEWLINE);
    appendFileSync(file, `${isWhole ? "" : "\n"}${line}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function stampOf(path: string): Stamp {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new Error(`there is no file ${path}`);
  if (found.size > MOST_BYTES) throw new Error(`${path} has more than ${MOST_BYTES} bytes`);
  return { size: found.size, modified: found.mtimeMs, file: found.ino };
}

function isSame(a: Stamp | undefined, b: Stamp): boolean {
  return a !== undefined && a.size === b.size && a.modified === b.modified && a.file === b.file;
}

function revocationsIn(path: string): readonly Revocation[] {
  const bytes = readFileSync(path);
  if (!isUtf8(bytes)) throw new Error(`${path} is no UTF-8 text`);
  const lines = bytes.toString("utf8").split("\n");
  return lines.flatMap((line, index) => {
    if (line.trim() === "") return [];
    const revocation = parseRevocation(line);
    if (revocation !== undefined) return [revocation];
    throw new Error(`line ${index + 1} of ${path} is no revocation`);
  });
}
