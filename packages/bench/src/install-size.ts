import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { handWritten, peers } from "./engines/others.ts";
import { repository } from "./outside-data.ts";
import { peersFolder } from "./peers.ts";

/** What an engine's packages take on disk, with all that they depend on. */
export interface InstallSize {
  readonly label: string;
  readonly bytes: number;
  readonly packages: number;
}

/** Sizes by engine. Of our own packages, which are not installed here, what would be published counts: `dist` only where it is built. */
export function installSizes(isWanted: (engine: string) => boolean): ReadonlyMap<string, InstallSize> {
  const own: readonly (readonly [string, string, readonly string[]])[] = [
    ["mcpolicy", "mcpolicy, to decide: runtime", ["runtime"]],
    ["mcpolicy-generated", "mcpolicy, to compile and decide: compiler and runtime", ["compiler", "runtime"]],
  ];
  const rows = [
    ...own.map(([name, label, packages]) => {
      return { name, label, folders: packages.map((each) => join(repository, "packages", each)) };
    }),
    ...[...handWritten, ...peers]
      .filter((engine) => engine.peers !== undefined)
      .map(({ name, label, peers: packages = [] }) => {
        return { name, label, folders: packages.map((each) => join(peersFolder, "node_modules", each)) };
      }),
  ];
  return new Map(
    rows
      .filter(({ name, folders }) => isWanted(name) && folders.every((folder) => existsSync(folder)))
      .map(({ name, label, folders }) => [name, { label, ...sizeOf(folders) }]),
  );
}

function sizeOf(folders: readonly string[]): { readonly bytes: number; readonly packages: number } {
  const seen = new Set<string>();
  const visit = (folder: string): void => {
    const real = realpathSync(folder);
    if (seen.has(real)) return;
    seen.add(real);
    const manifest = JSON.parse(readFileSync(join(real, "package.json"), "utf8")) as {
      readonly dependencies?: Readonly<Record<string, string>>;
      readonly peerDependencies?: Readonly<Record<string, string>>;
    };
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
      const found = foundFrom(real, name);
      if (found !== undefined) visit(found);
    }
  };
  for (const folder of folders) visit(folder);
  return { bytes: [...seen].reduce((sum, folder) => sum + bytesOf(folder), 0), packages: seen.size };
}

/** Where a package finds another, as Node looks for it. */
function foundFrom(folder: string, name: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const candidate = join(at, "node_modules", name);
    if (existsSync(join(candidate, "package.json"))) return candidate;
    if (dirname(at) === at) return undefined;
  }
}

function bytesOf(folder: string): number {
  const isOurs = !folder.includes("node_modules");
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== "node_modules" && !(isOurs && name === "test"))
    .reduce((sum, entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return sum + bytesOf(path);
      return entry.isFile() ? sum + statSync(path).size : sum;
    }, 0);
}
