import { existsSync, readFileSync } from "node:fs";
import { posix, resolve } from "node:path";
import type { Files } from "../src/files.ts";

/** Files below a folder, under paths relative to it, so that goldens name no machine's folders. */
export function filesIn(folder: string): Files {
  return {
    read: (path) => {
      const file = resolve(folder, path);
      return existsSync(file) ? readFileSync(file, "utf8") : undefined;
    },
    join: (from, path) => posix.join(posix.dirname(from), path),
  };
}

/** Files in memory, by path. */
export function filesOf(texts: Readonly<Record<string, string>>): Files {
  return {
    read: (path) => (Object.hasOwn(texts, path) ? texts[path] : undefined),
    join: (from, path) => posix.join(posix.dirname(from), path),
  };
}
