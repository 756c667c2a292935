import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rmdir, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";

/**
 * What a log needs of the file system; paths are relative to the log's folder, with `/`. What is not said to be durable may be gone after a
 * loss of power, in whole or in parts of any order. All reject where the system does.
 */
export interface Disk {
  /** The names in a folder, those of folders with a `/` behind; none where it is not there. */
  readonly list: (folder: string) => Promise<readonly string[]>;
  /** A whole file; undefined where it is not there. */
  readonly read: (path: string) => Promise<Buffer | undefined>;
  /** A file from a place on, in parts; none where it is not there. A part may be written to, and is good until the next is asked for. */
  readonly parts: (path: string, from?: number) => AsyncIterable<Buffer>;
  /** Bytes of a file; undefined where it is not there. */
  readonly size: (path: string) => Promise<number | undefined>;
  /** Puts a file in the place of what was there, all of it or nothing, and makes it durable. */
  readonly put: (path: string, bytes: Uint8Array) => Promise<void>;
  /** Writes a file whose name becomes durable with `syncFolder` only; what it holds is durable then too. */
  readonly write: (path: string, bytes: Uint8Array) => Promise<void>;
  /** The names in a folder, as they are now, are durable once this settles. */
  readonly syncFolder: (folder: string) => Promise<void>;
  /** Takes a file away; nothing where it is not there. */
  readonly remove: (path: string) => Promise<void>;
  /** Takes a folder away, if nothing is in it. */
  readonly removeFolder: (folder: string) => Promise<void>;
  /** Creates a file with this text, durably; false where it is there already. */
  readonly create: (path: string, text: string) => Promise<boolean>;
  /** Renames a file, within a folder; false where it is not there. */
  readonly move: (from: string, to: string) => Promise<boolean>;
  /** Opens a file to be added to, which is made, durably, where it is not there. */
  readonly openEnd: (path: string) => Promise<EndOfFile>;
}

/** A file that grows. */
export interface EndOfFile {
  readonly size: () => Promise<number>;
  /** Adds bytes at the end. Where it rejects, some of them may have been added. */
  readonly add: (bytes: Uint8Array) => Promise<void>;
  /** All that was added is durable once this settles. */
  readonly sync: () => Promise<void>;
  readonly cut: (size: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

const PART = 1024 * 1024;

/** Files below a folder. */
export function diskAt(root: string): Disk {
  const at = (path: string): string => join(root, path);

  const disk: Disk = {
    async list(folder) {
      const entries = await unlessAbsent(readdir(at(folder), { withFileTypes: true }));
      return (entries ?? []).map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
    },

    async read(path) {
      const file = await unlessAbsent(open(at(path)));
      return file === undefined ? undefined : closing(file, () => file.readFile());
    },

    async *parts(path, from = 0) {
      const file = await unlessAbsent(open(at(path)));
      if (file === undefined) return;
      try {
        const buffer = Buffer.allocUnsafe(PART);
        for (let place = from; ; ) {
          const { bytesRead } = await file.read(buffer, 0, PART, place);
          if (bytesRead === 0) return;
          place += bytesRead;
          yield buffer.subarray(0, bytesRead);
        }
      } finally {
        await file.close();
      }
    },

    async size(path) {
      return (await unlessAbsent(stat(at(path))))?.size;
    },

    async put(path, bytes) {
      const target = at(path);
      const fresh = `${target}.${randomBytes(6).toString("hex")}.new`;
      try {
        await writeSynced(fresh, "wx", bytes);
        await rename(fresh, target);
      } catch (problem) {
        await unlink(fresh).catch(() => {});
        throw problem;
      }
      await syncFolder(dirname(target));
    },

    write: (path, bytes) => writeSynced(at(path), "w", bytes),

    syncFolder: (folder) => syncFolder(at(folder)),

    async remove(path) {
      await unlessAbsent(unlink(at(path)));
    },

    async removeFolder(folder) {
      await rmdir(at(folder)).catch(() => {});
    },

    async create(path, text) {
      try {
        await writeSynced(at(path), "wx", Buffer.from(text));
        await syncFolder(dirname(at(path)));
        return true;
      } catch (problem) {
        if (codeOf(problem) === "EEXIST") return false;
        throw problem;
      }
    },

    async move(from, to) {
      try {
        await rename(at(from), at(to));
        return true;
      } catch (problem) {
        if (codeOf(problem) === "ENOENT") return false;
        throw problem;
      }
    },

    async openEnd(path) {
      const isNew = (await disk.size(path)) === undefined;
      const { O_APPEND, O_CREAT, O_RDWR } = constants;
      const file = await openedBelow(dirname(at(path)), () => open(at(path), O_RDWR | O_APPEND | O_CREAT, 0o640));
      if (isNew) {
        await file.datasync();
        await syncFolder(dirname(at(path)));
      }
      return endOf(file);
    },
  };
  return disk;
}

function endOf(file: FileHandle): EndOfFile {
  return {
    size: async () => (await file.stat()).size,
    async add(bytes) {
      for (let done = 0; done < bytes.length; ) {
        done += (await file.write(bytes, done, bytes.length - done)).bytesWritten;
      }
    },
    sync: () => file.datasync(),
    cut: (size) => file.truncate(size),
    close: () => file.close(),
  };
}

async function writeSynced(path: string, flags: "w" | "wx", bytes: Uint8Array): Promise<void> {
  const file = await openedBelow(dirname(path), () => open(path, flags, 0o640));
  await closing(file, async () => {
    await file.writeFile(bytes);
    await file.datasync();
  });
}

/** Opens a file; makes its folders first, durably, where they are not there. */
async function openedBelow(folder: string, opened: () => Promise<FileHandle>): Promise<FileHandle> {
  try {
    return await opened();
  } catch (problem) {
    if (codeOf(problem) !== "ENOENT") throw problem;
    const first = (await mkdir(folder, { recursive: true, mode: 0o750 })) ?? folder;
    for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
    return opened();
  }
}

/** A new or renamed name is durable once its folder is; where folders cannot be synced (Windows) names are durable anyway. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder);
    await closing(handle, () => handle.sync());
  } catch (problem) {
    if (process.platform !== "win32") throw problem;
  }
}

async function closing<Result>(file: FileHandle, use: () => Promise<Result>): Promise<Result> {
  try {
    return await use();
  } finally {
    await file.close();
  }
}

async function unlessAbsent<Result>(promise: Promise<Result>): Promise<Result | undefined> {
  try {
    return await promise;
  } catch (problem) {
    if (codeOf(problem) === "ENOENT") return undefined;
    throw problem;
  }
}

/** The code of a failure of the system, such as `ENOSPC`. */
export function codeOf(problem: unknown): string | undefined {
  const code = (problem as { readonly code?: unknown } | null)?.code;
  return typeof code === "string" ? code : undefined;
}
