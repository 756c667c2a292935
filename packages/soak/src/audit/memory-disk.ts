import type { Disk, EndOfFile } from "@mcpolicy/audit/node";

/** A disk in memory, over a map of paths: as many copies of a log as a run of tamperings needs. */
export function memoryDisk(files: Map<string, Buffer>): Disk {
  return {
    async list(folder) {
      const below = [...files.keys()].filter((path) => path.startsWith(`${folder}/`));
      return [...new Set(below.map((path) => path.slice(folder.length + 1).replace(/\/.*/, "/")))].sort();
    },
    read: async (path) => files.get(path),
    async *parts(path, from = 0) {
      const bytes = files.get(path)?.subarray(from);
      if (bytes !== undefined && bytes.length > 0) yield Buffer.from(bytes);
    },
    size: async (path) => files.get(path)?.length,
    async put(path, bytes) {
      files.set(path, Buffer.from(bytes));
    },
    async write(path, bytes) {
      files.set(path, Buffer.from(bytes));
    },
    async syncFolder() {},
    async remove(path) {
      files.delete(path);
    },
    async removeFolder() {},
    async create(path, text) {
      if (files.has(path)) return false;
      files.set(path, Buffer.from(text));
      return true;
    },
    async move(from, to) {
      const bytes = files.get(from);
      if (bytes === undefined) return false;
      files.delete(from);
      files.set(to, bytes);
      return true;
    },
    async openEnd(path): Promise<EndOfFile> {
      if (!files.has(path)) files.set(path, Buffer.alloc(0));
      const bytes = () => files.get(path) ?? Buffer.alloc(0);
      return {
        size: async () => bytes().length,
        add: async (more) => void files.set(path, Buffer.concat([bytes(), more])),
        sync: async () => {},
        cut: async (size) => void files.set(path, bytes().subarray(0, size)),
        close: async () => {},
      };
    },
  };
}
