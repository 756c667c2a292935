import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { filesystemArtifact } from "../between/filesystem.ts";
import type { Engine, Loaded } from "../engine.ts";
import { repository } from "../outside-data.ts";
import type { Workload } from "../workload.ts";

/** A file to read, below the folder that is served. */
type Path = string;

/** The way to a server of files, as a command; `folder` is what it serves. */
type Way = (server: readonly string[], folder: string) => Promise<readonly string[]>;

/** A process of `between/`: its bundle within a run (`MCPOLICY_BENCH_RUN` names its folder), else its source. */
function between(name: string): readonly string[] {
  const run = process.env["MCPOLICY_BENCH_RUN"];
  if (run !== undefined) return [process.execPath, join(run, `between/${name}.js`)];
  const source = join(repository, `packages/bench/src/between/${name}.ts`);
  return [process.execPath, "--conditions=@mcpolicy/source", source];
}

/** The file server of the protocol's own repository. */
function filesystemServer(): string {
  const { resolve } = createRequire(join(repository, "packages/bench/package.json"));
  return join(dirname(resolve("@modelcontextprotocol/server-filesystem/package.json")), "dist/index.js");
}

function engine(name: string, label: string, way: Way): Engine<Path> {
  return {
    name,
    label,
    async load() {
      const folder = realpathSync(mkdtempSync(join(tmpdir(), "mcpolicy-bench-files-")));
      mkdirSync(join(folder, "src"));
      for (const path of paths()) writeFileSync(join(folder, path), `export const path = "${path}";\n`);
      const client = new Client(await way([process.execPath, filesystemServer(), folder], folder));
      await client.open();
      return {
        isAsync: true,
        isWaitedFor: true,
        answer: (path) => client.read(join(folder, path)),
        async close() {
          await client.close();
          rmSync(folder, { recursive: true });
        },
      } satisfies Loaded<Path>;
    },
  };
}

/** A client of one line a message, which takes as little time as it can. */
class Client {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, { resolve(result: unknown): void; reject(why: Error): void }>();
  #next = 0;
  #rest = "";

  constructor([command = "", ...args]: readonly string[]) {
    this.#process = spawn(command, args, { stdio: ["pipe", "pipe", "ignore"] });
    this.#process.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = (this.#rest + chunk).split("\n");
      this.#rest = lines.pop() ?? "";
      for (const line of lines) {
        const { id, result } = JSON.parse(line);
        this.#waiting.get(id)?.resolve(result);
        this.#waiting.delete(id);
      }
    });
    this.#process.once("close", () => {
      for (const { reject } of this.#waiting.values()) reject(new Error("the server ended"));
    });
  }

  async open(): Promise<void> {
    const clientInfo = { name: "bench", version: "1" };
    await this.#ask("initialize", { protocolVersion: "2025-11-25", capabilities: {}, clientInfo });
    this.#send({ method: "notifications/initialized" });
    await this.#ask("tools/list", {});
  }

  /** What a file holds, as the server says. */
  async read(path: Path): Promise<unknown> {
    const result = await this.#ask("tools/call", { name: "read_text_file", arguments: { path } });
    return (result as { content: readonly { text: string }[] }).content[0]?.text;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#process.once("close", resolve));
    this.#process.stdin?.end();
    const kill = setTimeout(() => this.#process.kill("SIGKILL"), 2_000);
    await closed;
    clearTimeout(kill);
  }

  #ask(method: string, params: object): Promise<unknown> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#send({ id, method, params });
    });
  }

  #send(message: object): void {
    this.#process.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  }
}

function paths(): readonly Path[] {
  return Array.from({ length: 100 }, (_, at) => `src/file-${at}.ts`);
}

/** What the stdio proxy adds to a round trip. */
export const proxyWorkload: Workload<Path> = {
  name: "proxy",
  title: "A file read from a real server on stdio, waited for: the policy of policies/filesystem",
  inputs: paths,
  rounds: 5,
  // What stands between is held against the process that passes bytes on.
  otherRounds: 2,
  timing: 2_000,
  expected: (path) => `export const path = "${path}";\n`,
  engines: [
    engine("pass-through", "a process that passes bytes on unread", async (server) => [
      ...between("pass-through"),
      ...server,
    ]),
    engine("direct", "no process between", async (server) => server),
    engine("proxied", "behind the stdio proxy", async (server, folder) => {
      const artifact = join(folder, "artifact.json");
      writeFileSync(artifact, await filesystemArtifact(`filesystem-${process.pid}`, folder));
      return [...between("proxy"), artifact, ...server];
    }),
  ],
  // Half a millisecond, at the median.
  targets: [{ engine: "proxied", by: "median", limit: { nanoseconds: 500_000, above: "pass-through" } }],
};
