import { readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { Files } from "@mcpolicy/language";

/** The repository's root. */
export const root: string = resolve(import.meta.dirname, "../../..");

/** The repository's files by paths relative to its root, so that what is printed is the same on every machine. */
export const files: Files = {
  read(path) {
    try {
      return readFileSync(join(root, path), "utf8");
    } catch {
      return undefined;
    }
  },
  join: (from, path) => relative(root, resolve(root, from, "..", path)),
};

/** Files that are not there, by path, over those of the repository. */
export function withFiles(extra: Readonly<Record<string, string>>): Files {
  return { ...files, read: (path) => (Object.hasOwn(extra, path) ? extra[path] : files.read(path)) };
}
