import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, resolve, sep } from "node:path";
import { suggest } from "@mcpolicy/diagnostics";
import { glob, isDynamicPattern } from "tinyglobby";
import { UsageError } from "./exit-codes.ts";
import { shownPath } from "./files.ts";

/** What a command looks for: how such files are called, and a name for them. */
export interface Wanted {
  readonly noun: string;
  readonly pattern: string;
  readonly isNamed: (name: string) => boolean;
  /** What to say to somebody who names a file of another kind. */
  readonly otherwise: string;
}

export const policyFiles: Wanted = {
  noun: "policy",
  pattern: "**/*.mcpolicy",
  isNamed: (name) => name.endsWith(".mcpolicy"),
  otherwise: "a policy's name ends in .mcpolicy",
};

export const fixtureFiles: Wanted = {
  noun: "test file",
  pattern: "**/*.test.{yaml,yml,json}",
  isNamed: (name) => /\.test\.(yaml|yml|json)$/.test(name),
  otherwise: "a test file's name ends in .test.yaml, .test.yml or .test.json",
};

/**
 * The files that PATHs mean: a file is itself, a folder stands for the wanted files below it, a glob for those that match; without
 * a PATH the project's folder counts. `node_modules` and folders whose name begins with a dot are passed over. Relative to `cwd`
 * with `/`, each once, sorted. A path that is not there, or a file of another kind, is a UsageError; no file at all is not.
 */
export async function filesAt(paths: readonly string[], wanted: Wanted, cwd: string): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const path of paths.length === 0 ? [projectFolder(cwd)] : paths) {
    for (const file of await filesOf(path, wanted, cwd)) found.add(shownPath(file, cwd));
  }
  return [...found].sort();
}

/** The folder of the nearest `mcpolicy.config.json`, at or above `cwd`; else `cwd`. */
export function projectFolder(cwd: string): string {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (existsSync(resolve(folder, "mcpolicy.config.json"))) return folder;
    if (folder === dirname(folder)) return cwd;
  }
}

async function filesOf(path: string, wanted: Wanted, cwd: string): Promise<readonly string[]> {
  const at = resolve(cwd, path);
  const stat = statSync(at, { throwIfNoEntry: false });
  if (stat?.isDirectory()) return glob(wanted.pattern, { cwd: at, absolute: true, ignore: "**/node_modules/**" });
  if (stat !== undefined) {
    if (wanted.isNamed(basename(at))) return [at];
    throw new UsageError(`${path} is no ${wanted.noun}: ${wanted.otherwise}`);
  }
  if (isDynamicPattern(path)) {
    const pattern = path.split(sep).join("/");
    const matches = await glob(pattern, { cwd, absolute: true, ignore: "**/node_modules/**" });
    return matches.filter((file) => wanted.isNamed(basename(file)));
  }
  const near = suggest(basename(at), siblings(at));
  throw new UsageError(
    `there is no file or folder ${path}${near === undefined ? "" : `; did you mean \`${shownPath(resolve(dirname(at), near), cwd)}\`?`}`,
  );
}

function siblings(path: string): readonly string[] {
  try {
    return readdirSync(dirname(path));
  } catch {
    return [];
  }
}
