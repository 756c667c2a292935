/**
 * Runs policies/deployment without containers: a Redis, a server on HTTP and one on stdio, and two instances of the proxy, each with a log of its own. Shows what they
 * let through, and ends with 1 where that is not what it should be.
 *
 *   node --conditions=@mcpolicy/source packages/cli/scripts/deployment.ts
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { startServer } from "@mcpolicy/state-redis/local";
import { run } from "../src/run.ts";

const root = join(import.meta.dirname, "../../..");
const main = join(root, "packages/cli/src/main.ts");
const node = [process.execPath, "--conditions=@mcpolicy/source", main] as const;
const folder = mkdtempSync(join(tmpdir(), "mcpolicy-deployment-"));
const children: ChildProcess[] = [];
process.once("exit", () => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

cpSync(join(root, "policies/deployment"), folder, { recursive: true });
// On a machine with other work a command of the Redis may well take longer than a second.
const settings = join(folder, "mcpolicy.config.json");
const config = JSON.parse(readFileSync(settings, "utf8"));
config.proxy.state.timeout = "10s";
writeFileSync(settings, JSON.stringify(config));
mkdirSync(join(folder, "var"));
writeFileSync(join(folder, "var/jwks.json"), await policy("token", "key", "--out", "key.jwk"));
for (const n of [1, 2]) {
  writeFileSync(
    join(folder, `audit-${n}.pub`),
    await policy("audit", "init", `var/audit-${n}`, "--origin", `proxy-${n}`),
  );
}

const redis = await startServer({ appendonly: "yes", appendfsync: "always" });
const everything = await freePort();
const server = createRequire(import.meta.url).resolve("@modelcontextprotocol/server-everything/package.json");
start([process.execPath, join(dirname(server), "dist/index.js"), "streamableHttp"], { PORT: String(everything) });
const around = {
  EVERYTHING_URL: `http://127.0.0.1:${everything}/mcp`,
  MEMORY_FILE: join(folder, "var/memory.jsonl"),
  REDIS_URL: `redis://127.0.0.1:${redis.port}`,
  PATH: `${join(root, "packages/cli/node_modules/.bin")}${delimiter}${process.env["PATH"]}`,
};
const proxies = [];
for (const n of [1, 2]) {
  const flags = ["proxy", "--listen", "127.0.0.1:0", "--audit", `var/audit-${n}`];
  const proxy = start([...node, ...flags], around);
  proxies.push({ ...proxy, url: await proxy.says(/guards server `memory` at (http:\S+)\/mcp\/memory/) });
}
const [first, second] = proxies as [(typeof proxies)[0], (typeof proxies)[0]];

const editor = { memory: await token("editor", "memory"), everything: await token("editor", "everything") };
const reader = await token("reader", "memory");
await shows("without a token", call(first.url, "memory", undefined, "read_graph", {}), "HTTP 401");
await shows("a token for another server", call(first.url, "memory", editor.everything, "read_graph", {}), "HTTP 401");
await shows("a sum", call(first.url, "everything", editor.everything, "get-sum", { a: 40, b: 2 }), "42");
await shows("the environment", call(first.url, "everything", editor.everything, "get-env", {}), "not found");
await shows(
  "a reader writes",
  call(first.url, "memory", reader, "create_entities", { entities: [] }),
  "nown tool|not found",
);
for (const [n, { url }] of [first, second, first].entries()) {
  await shows(
    `write ${n + 1}, at proxy ${n % 2 === 0 ? 1 : 2}`,
    call(url, "memory", editor.memory, "create_entities", { entities: [] }),
    "\\[\\]",
  );
}
await shows(
  "write 4, at proxy 2",
  call(second.url, "memory", editor.memory, "create_entities", { entities: [] }),
  "Three writes an hour",
);
await redis.kill();
await shows(
  "without the Redis",
  call(first.url, "memory", editor.memory, "create_entities", { entities: [] }),
  "Internal error",
);
await redis.restart();
await shows("with it again", connected(), "Three writes an hour");

for (const { child } of proxies) {
  child.kill("SIGTERM");
  await once(child, "close");
}
for (const n of [1, 2])
  console.log((await policy("audit", "verify", `var/audit-${n}`, "--key", `audit-${n}.pub`)).trim());
await redis.stop();
process.exit(process.exitCode);

/** Prints what a call came to, and whether it should have. */
async function shows(what: string, outcome: Promise<string>, expected: string): Promise<void> {
  const came = await outcome;
  const isRight = new RegExp(expected).test(came);
  console.log(`${isRight ? "ok  " : "FAIL"}  ${what}: ${came}`);
  if (!isRight) process.exitCode = 1;
}

/** What a write comes to once the proxy is connected to the Redis again: until then nobody is let in, or nothing is let through. */
async function connected(): Promise<string> {
  for (let attempt = 0; ; attempt += 1) {
    const came = await call(first.url, "memory", editor.memory, "create_entities", { entities: [] });
    if (attempt === 100 || !/^(Internal error|HTTP 5)/.test(came)) return came;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** A call in a session of its own, and what it came to in one line. A server on HTTP may take a moment to listen, and a client one to be connected again. */
async function call(
  base: string,
  server: string,
  token: string | undefined,
  name: string,
  args: object,
): Promise<string> {
  const post = async (id: number | undefined, method: string, params: object, session: Record<string, string> = {}) => {
    const response = await fetch(`${base}/mcp/${server}`, {
      method: "POST",
      headers: {
        ...{ "content-type": "application/json", accept: "application/json, text/event-stream", ...session },
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ jsonrpc: "2.0", ...(id === undefined ? {} : { id }), method, params }),
    });
    return { response, text: await response.text() };
  };
  const clientInfo = { name: "deployment", version: "1" };
  for (let attempt = 0; ; attempt += 1) {
    const opening = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo };
    const opened = await post(1, "initialize", opening);
    const { headers, status } = opened.response;
    if (status === 401) return "HTTP 401";
    const session = { "mcp-session-id": headers.get("mcp-session-id") ?? "", "mcp-protocol-version": "2025-11-25" };
    if (status === 200 && headers.has("mcp-session-id")) {
      await post(undefined, "notifications/initialized", {}, session);
      const { text } = await post(2, "tools/call", { name, arguments: args }, session);
      const { result, error } = JSON.parse(/^data: (\{.*)$/m.exec(text)?.[1] ?? text);
      const said = error?.message ?? result.content.map((each: { text?: string }) => each.text ?? "").join(" ");
      return said.replaceAll(/\s+/g, " ");
    }
    if (attempt === 100 || status !== 200) return `HTTP ${status}: ${opened.text}`;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function token(role: string, server: string): Promise<string> {
  const who = ["--subject", `${role}@example.com`, "--client", "cli", "--role", role];
  const audience = ["--audience", `https://mcp.example.com/mcp/${server}`];
  return (
    await policy("token", "issue", "--policy", "deployment.mcpolicy", "--key", "key.jwk", ...who, ...audience)
  ).trim();
}

/** Runs a command, and gives what it wrote. */
async function policy(...args: readonly string[]): Promise<string> {
  const written = { out: "", err: "" };
  const channel = (name: "out" | "err") => ({
    write(text: string) {
      written[name] += text;
    },
    color: false,
  });
  const code = await run(args, { cwd: folder, env: process.env, out: channel("out"), err: channel("err") });
  if (code !== 0) throw new Error(`policy ${args.join(" ")}: ${written.err}`);
  return written.out;
}

function start([program = "", ...args]: readonly string[], env: Readonly<Record<string, string>>) {
  const child = spawn(program, args, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  children.push(child);
  let errors = "";
  const { promise: gone, reject } = Promise.withResolvers<never>();
  gone.catch(() => {});
  child.once("exit", (code) => reject(new Error(`${args.join(" ")} ended with ${code}: ${errors}`)));
  return {
    child,
    says: (what: RegExp): Promise<string> =>
      Promise.race([
        gone,
        new Promise<string>((resolve) => {
          child.stderr.setEncoding("utf8").on("data", (text: string) => {
            errors += text;
            const found = what.exec(errors)?.[1];
            if (found !== undefined) resolve(found);
          });
        }),
      ]),
  };
}

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as { port: number };
  listener.close();
  return port;
}
