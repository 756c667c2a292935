import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A Redis server of one's own on loopback, for trials and tests: it needs `redis-server` on the path. */
export interface LocalServer {
  readonly port: number;
  /** Ends it as a crash does. */
  readonly kill: () => Promise<void>;
  /** Starts it again on the same files. */
  readonly restart: () => Promise<void>;
  /** Ends it, and removes its files. */
  readonly stop: () => Promise<void>;
}

/** Whether there is a `redis-server` to be started. */
export function hasRedisServer(): boolean {
  return spawnSync("redis-server", ["--version"]).status === 0;
}

/**
 * Starts a server on a free port, in a folder of its own. `settings` are those of redis.conf; unless said otherwise nothing is kept on disk.
 * Rejects where it ends before it is ready.
 */
export async function startServer(settings: Readonly<Record<string, string>> = {}): Promise<LocalServer> {
  const folder = mkdtempSync(join(tmpdir(), "mcpolicy-redis-"));
  const port = await freePort();
  let running: ChildProcess | undefined;

  async function start(): Promise<void> {
    const all = { bind: "127.0.0.1", port: String(port), dir: folder, save: "", appendonly: "no", ...settings };
    const args = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]);
    const child = spawn("redis-server", args, { stdio: ["ignore", "pipe", "inherit"] });
    running = child;
    // It is never left behind.
    const end = (): void => void child.kill("SIGKILL");
    process.once("exit", end);
    child.once("exit", () => process.off("exit", end));
    await new Promise<void>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`redis-server on port ${port} ended with ${code}`)));
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        if (text.includes("Ready to accept connections")) resolve();
      });
    });
  }

  async function end(): Promise<void> {
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, "exit");
    running.kill("SIGKILL");
    await ended;
  }

  await start();
  return {
    port,
    kill: end,
    restart: start,
    async stop() {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Starts so many servers as one cluster, without replicas, and waits until each of them says that it is well. */
export async function startCluster(
  nodes: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<{ readonly servers: readonly LocalServer[]; readonly stop: () => Promise<void> }> {
  const servers: LocalServer[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.stop()));
  };
  try {
    for (let node = 0; node < nodes; node += 1) {
      servers.push(await startServer({ "cluster-enabled": "yes", "cluster-node-timeout": "2000", ...settings }));
    }
    const slots = 16_384;
    for (const [node, { port }] of servers.entries()) {
      const [first, last] = [node, node + 1].map((each) => Math.floor((each * slots) / nodes)) as [number, number];
      await ask(port, `CLUSTER ADDSLOTSRANGE ${first} ${last - 1}`);
      await ask(port, `CLUSTER MEET 127.0.0.1 ${servers[0]!.port}`);
    }
    for (const { port } of servers) {
      for (;;) {
        const info = await ask(port, "CLUSTER INFO");
        if (info.includes("cluster_state:ok") && info.includes(`cluster_known_nodes:${nodes}`)) break;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    return { servers, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Sends one inline command, and gives what comes back of it, as text (RESP). Rejects on an error of the server's. */
export async function ask(port: number, command: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.setEncoding("utf8");
  try {
    socket.write(`${command}\r\nQUIT\r\n`);
    let reply = "";
    for await (const text of socket) reply += String(text);
    if (reply.startsWith("-")) throw new Error(`${command}: ${reply.trim()}`);
    return reply;
  } finally {
    socket.destroy();
  }
}

/** A port of loopback that nobody listened on just now, nor 10,000 above it, where nodes of a cluster talk. */
async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    if (port < 55_000) return port;
  }
}
