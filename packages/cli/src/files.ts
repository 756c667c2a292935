import { readFileSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import type { Files } from "@mcpolicy/language";

/** The files of this machine, called as `shownPath` calls them. Bytes that are not UTF-8 become U+FFFD. */
export function filesBelow(cwd: string): Files {
  return {
    read: (path) => {
      try {
        return new TextDecoder().decode(readFileSync(resolve(cwd, path)));
      } catch {
        return undefined;
      }
    },
    join: (from, path) => shownPath(resolve(cwd, dirname(from), path), cwd),
  };
}

/** A file as the user would write it, with `/`: below `cwd` relative, else absolute. One file has one name. */
export function shownPath(file: string, cwd: string): string {
  const path = relative(cwd, file);
  return (path === ".." || path.startsWith(`..${sep}`) ? file : path).split(sep).join("/");
}
