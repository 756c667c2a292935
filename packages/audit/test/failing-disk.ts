import type { Disk, EndOfFile } from "../src/node/index.ts";

/** A change of a disk that a test can stop or make fail. */
export type Change = "add" | "sync" | "cut" | "put" | "write";

/** A disk over another. `before` is waited for ahead of each change; where it throws, the change fails, an `add` after half of it was written. */
export function failingDisk(disk: Disk, before: (change: Change, path: string) => void | Promise<void>): Disk {
  return {
    ...disk,
    async put(path, bytes) {
      await before("put", path);
      await disk.put(path, bytes);
    },
    async write(path, bytes) {
      await before("write", path);
      await disk.write(path, bytes);
    },
    async openEnd(path): Promise<EndOfFile> {
      const file = await disk.openEnd(path);
      return {
        ...file,
        async add(bytes) {
          try {
            await before("add", path);
          } catch (problem) {
            await file.add(bytes.subarray(0, Math.floor(bytes.length / 2)));
            throw problem;
          }
          await file.add(bytes);
        },
        async sync() {
          await before("sync", path);
          await file.sync();
        },
        async cut(size) {
          await before("cut", path);
          await file.cut(size);
        },
      };
    },
  };
}

/** As a system says that a disk is full. */
export function noSpace(): Error {
  return Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
}
