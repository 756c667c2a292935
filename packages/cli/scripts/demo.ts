import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { printable } from "@mcpolicy/diagnostics";
import { run } from "../src/run.ts";
import { wantsColor } from "../src/session.ts";

/** `pnpm demo`: real decisions about real tools, and one denial on the wire. Ends with 1 where anything is not as it should be. */

const root = resolve(import.meta.dirname, "../../..");
const color = wantsColor(process.env, process.stdout.isTTY);
let wrong = 0;

title("The example policies, and their tests");
await show(["test", "policies"], / \d+ passed\n$/);

const reader = ["--as", "id=reader@example.com,roles=reader"];
const dev = ["--as", "id=dev@example.com,roles=developer"];
const files = ["--policy", "policies/filesystem"];
const at = ["--time", "2026-11-22T10:00:00Z"];

title("A permitted read");
await show(
  ["eval", ...files, ...reader, "--call", "fs.read_text_file", "--with", '{"path":"/workspace/README.md"}', ...at],
  /^allow/,
);

title("A denial names the rule, its line and the reason");
await show(
  ["eval", ...files, ...dev, "--call", "fs.read_text_file", "--with", '{"path":"/workspace/app/.env"}', ...at],
  /^deny \(rule\)[\s\S]*"no secrets" at [\s\S]*told/,
);

title("What cannot be read as a clean path grants nothing, and every deny meets it");
await show(
  ["explain", ...files, ...reader, "--call", "fs.list_directory", "--with", '{"path":"/workspace/../etc"}', ...at],
  /^deny \(unknown\)/,
);

title("A default denial names the nearest allow, and what failed in it");
await show(
  [
    "eval",
    ...files,
    ...dev,
    "--call",
    "fs.write_file",
    "--with",
    '{"path":"/workspace/package.json","content":"{}"}',
    ...at,
  ],
  /^deny \(default\)[\s\S]*nearest allow/,
);

title("Arguments that break the tool's own schema");
await show(
  ["eval", ...files, ...dev, "--call", "fs.read_text_file", "--with", '{"path":"/workspace/a.md","head":"ten"}', ...at],
  /^invalid/,
);

title("On the wire: the real filesystem server behind the proxy");
await onTheWire();

if (wrong > 0) console.error(`\n${wrong} of these came out otherwise than they should`);
process.exitCode = wrong > 0 ? 1 : 0;

function title(text: string): void {
  console.log(`\n${color ? `\u001b[1m${text}\u001b[0m` : text}`);
}

function expectThat(holds: boolean): void {
  if (holds) return;
  wrong += 1;
  console.log("  ^ this is not what should come out");
}

/** Runs `policy ARGUMENTS` in the repository and prints what a user would see; what it prints must fit `expected`. */
async function show(args: readonly string[], expected: RegExp): Promise<void> {
  console.log(`$ policy ${args.map(quoted).join(" ")}`);
  let printed = "";
  const channel = {
    color,
    write: (text: string): void => {
      printed += text;
      process.stdout.write(text);
    },
  };
  const code = await run(args, { cwd: root, env: process.env, out: channel, err: channel });
  expectThat(code === 0 && expected.test(printed.replace(/\u001b\[[\d;]*m/g, "")));
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`;
}

/** A first policy for a folder, the proxy in front of the server, and a client that speaks JSON-RPC over its pipes. */
async function onTheWire(): Promise<void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "mcpolicy-demo-")));
  try {
    const workspace = join(folder, "workspace");
    mkdirSync(workspace);
    writeFileSync(join(workspace, "hello.txt"), "hello from behind the policy\n");
    const tools = "policies/filesystem/tools/filesystem.json";
    await show(["init", "--from-tools", tools, "--name", "fs", "--root", workspace, "--dir", folder], /tests pass/);

    const require = createRequire(import.meta.url);
    const manifest = require.resolve("@modelcontextprotocol/server-filesystem/package.json");
    const server = join(dirname(manifest), Object.values(JSON.parse(readFileSync(manifest, "utf8")).bin)[0] as string);
    const proxied = [
      "proxy",
      "--policy",
      join(folder, "policies"),
      "--principal",
      "id=reader@example.com,roles=reader",
    ];
    console.log(`$ policy ${proxied.map(quoted).join(" ")} -- mcp-server-filesystem ${workspace}`);
    const main = resolve(import.meta.dirname, "../src/main.ts");
    const proxy = spawn(
      process.execPath,
      ["--conditions=@mcpolicy/source", main, ...proxied, "--", process.execPath, server, workspace],
      { cwd: root },
    );
    const client = clientOf(proxy);
    try {
      await client.ask("initialize", {
        protocolVersion: "2025-11-25",
        capabilities: {},
        clientInfo: { name: "demo", version: "0.0.0" },
      });
      client.tell("notifications/initialized");

      const listed = await client.ask("tools/list", {});
      const names: string[] = listed.result.tools.map((tool: { name: string }) => tool.name);
      console.log(`  the reader's list: ${printable(names.join(", "))}`);
      expectThat(names.includes("read_text_file") && !names.includes("write_file"));

      const call = (name: string, args: object) => client.ask("tools/call", { name, arguments: args });
      const good = await call("read_text_file", { path: join(workspace, "hello.txt") });
      expectThat(good.result?.isError !== true && JSON.stringify(good).includes("hello from behind the policy"));
      const bad = await call("read_text_file", { path: "/etc/passwd" });
      expectThat(JSON.stringify(bad).includes("Denied by policy") && !JSON.stringify(bad).includes("root:"));
    } finally {
      proxy.stdin.end();
      await new Promise((end) => proxy.once("close", end));
    }
    console.log("  what the proxy told its operator of the denial:");
    const denials = client
      .log()
      .split("\n")
      .filter((line) => line.includes('"effect":"deny"'));
    for (const line of denials) console.log(`  ${printable(line)}`);
    expectThat(denials.length === 1);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// biome-ignore lint/suspicious/noExplicitAny: answers of a server, looked into by hand
type Answer = any;

function clientOf(server: ChildProcessWithoutNullStreams) {
  const waiting = new Map<number, { resolve: (answer: Answer) => void; reject: (problem: Error) => void }>();
  let log = "";
  let nextId = 1;
  server.stderr.on("data", (chunk: Buffer) => {
    log += chunk;
  });
  createInterface({ input: server.stdout }).on("line", (line) => {
    const answer = JSON.parse(line);
    waiting.get(answer.id)?.resolve(answer);
    waiting.delete(answer.id);
  });
  server.once("close", (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`the proxy ended with ${code}:\n${log}`));
  });
  const send = (message: object): void =>
    void server.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  return {
    log: () => log,
    tell: (method: string) => send({ method }),
    async ask(method: string, params: object): Promise<Answer> {
      const id = nextId++;
      if (method === "tools/call") console.log(`  → ${printable(JSON.stringify({ id, method, params }))}`);
      const answer = await new Promise<Answer>((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        send({ id, method, params });
      });
      if (method === "tools/call") console.log(`  ← ${printable(JSON.stringify(answer))}`);
      return answer;
    },
  };
}
