import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * Where the engines of others are installed: a folder with a lock file of its own, no part of the workspace. Bundles, which lie elsewhere,
 * are told by `MCPOLICY_BENCH_PEERS`.
 */
export const peersFolder: string = process.env["MCPOLICY_BENCH_PEERS"] ?? resolve(import.meta.dirname, "../peers");

interface Importer {
  readonly load: (name: string) => Promise<unknown>;
  readonly require: NodeJS.Require;
}

/** A module of a peer. `T` is the part of it that is used. */
export async function importPeer<T>(name: string): Promise<T> {
  return (await (await importer()).load(name)) as T;
}

/** The same of a CommonJS module. */
export async function requirePeer<T>(name: string): Promise<T> {
  return (await importer()).require(name) as T;
}

/** The file that a name leads to. */
export async function resolvePeer(name: string): Promise<string> {
  return (await importer()).require.resolve(name);
}

async function importer(): Promise<Importer> {
  return (await import(pathToFileURL(join(peersFolder, "import.mjs")).href)) as Importer;
}

/** The version of a peer, as it is installed; undefined where it is not. */
export function versionOf(name: string): string | undefined {
  const manifest = join(peersFolder, "node_modules", name, "package.json");
  return existsSync(manifest) ? (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version : undefined;
}

/**
 * Installs the peers as their lock file says, where that has not been done since the lock file changed. Gives what went wrong, in words,
 * or nothing. Runs none of their install scripts.
 */
export function installPeers(say: (line: string) => void): string | undefined {
  const lock = join(peersFolder, "pnpm-lock.yaml");
  const stamp = join(peersFolder, "node_modules", ".installed");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === stampOf(lock)) return undefined;
  say(`installing the engines to compare with into ${peersFolder} (once, some 160 MB)`);
  const flags = ["install", "--ignore-workspace", "--frozen-lockfile", "--ignore-scripts"];
  const [command, ...before] = pnpm();
  const { status, stderr, stdout, error } = spawnSync(command, [...before, ...flags], {
    cwd: peersFolder,
    encoding: "utf8",
    env: { ...process.env, CI: "true" },
  });
  if (status === 0) {
    writeFileSync(stamp, stampOf(lock));
    return undefined;
  }
  const why = error?.message ?? (stderr || stdout).trim().split("\n").slice(-3).join(" ");
  return `the engines to compare with could not be installed (is the package registry within reach?): ${why}`;
}

/** The pnpm that runs this, else the one on the path. */
function pnpm(): readonly [string, ...string[]] {
  const running = process.env["npm_execpath"];
  if (running === undefined || !/pnpm[^/\\]*$/.test(running)) return ["pnpm"];
  return /\.[cm]?js$/.test(running) ? [process.execPath, running] : [running];
}

function stampOf(lock: string): string {
  const { size, mtimeMs } = statSync(lock);
  return `${dirname(lock)} ${size} ${mtimeMs}`;
}
