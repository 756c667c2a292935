import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A Redis server of its own, on loopback. */
export interface RedisServer {
  readonly port: number;
  /** Ends it as a crash does. */
  readonly kill: () => Promise<void>;
  /** Starts it again on the same files. */
  readonly restart: () => Promise<void>;
  /** Ends it, and removes its files. */
  readonly stop: () => Promise<void>;
}

/** Whether there is a `redis-server` to be started. Under CI=true there has to be. */
export function hasRedis(): boolean {
  const found = spawnSync("redis-server", ["--version"]).status === 0;
  if (!found) {
    const what = "there is no `redis-server` on the path, so what needs a real one is not tested";
    if (process.env["CI"] === "true") throw new Error(what);
    console.warn(`SKIPPED: ${what}`);
  }
  return found;
}

/** Starts a server on a free port of loopback, in a folder of its own. `settings` are those of redis.conf. */
export async function startRedis(settings: Readonly<Record<string, string>> = {}): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), "mcpolicy-redis-"));
  const port = await freePort();
  let running: ChildProcess | undefined;

  async function start(): Promise<void> {
    const all = { bind: "127.0.0.1", port: String(port), dir: folder, save: "", appendonly: "no", ...settings };
    const args = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]);
    running = spawn("redis-server", args, { stdio: ["ignore", "pipe", "inherit"] });
    running.stdout!.setEncoding("utf8");
    for await (const text of running.stdout!) {
      if (String(text).includes("Ready to accept connections")) break;
    }
    if (running.exitCode !== null) throw new Error(`redis-server on port ${port} ended with ${running.exitCode}`);
  }
  async function end(signal: NodeJS.Signals): Promise<void> {
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, "exit");
    running.kill(signal);
    await ended;
  }

  await start();
  return {
    port,
    kill: () => end("SIGKILL"),
    restart: start,
    async stop() {
      await end("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A port of loopback that nobody listened on just now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
