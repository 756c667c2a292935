import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it } from "vitest";
import { folderOf, policy } from "./policy.ts";

const main = join(import.meta.dirname, "../src/main.ts");
const manifest = createRequire(import.meta.url).resolve("@modelcontextprotocol/server-filesystem/package.json");
const filesystem = join(dirname(manifest), "dist/index.js");
const example = join(import.meta.dirname, "../../../policies/filesystem");
const pins = readFileSync(join(example, "tools/filesystem.json"), "utf8");

/** A workspace, and the example policy with its paths moved there. */
function workspace(): string {
  const folder = folderOf({
    "ws/README.md": "hello\n",
    "ws/.env": "KEY=1\n",
    "ws/src/a.ts": "",
    "policy/tools/filesystem.json": pins,
  });
  const text = readFileSync(join(example, "filesystem.mcpolicy"), "utf8");
  return withFile(folder, "policy/filesystem.mcpolicy", text.replaceAll("/workspace", join(folder, "ws")));
}

function withFile(folder: string, path: string, text: string): string {
  writeFileSync(join(folder, path), text);
  return folder;
}

interface Proxy {
  readonly child: ChildProcessWithoutNullStreams;
  readonly errors: () => string;
  ask(message: object): Promise<Record<string, unknown>>;
}

function start(folder: string, roles: string, ...command: readonly string[]): Proxy {
  return startWith(folder, roles, [], ...command);
}

function startWith(folder: string, roles: string, more: readonly string[], ...command: readonly string[]): Proxy {
  const flags = ["--policy", "policy", "--principal", `id=dev,roles=${roles}`, ...more];
  const child = spawn(process.execPath, ["--conditions=@mcpolicy/source", main, "proxy", ...flags, "--", ...command], {
    cwd: folder,
    stdio: "pipe",
  });
  const waiting: ((message: Record<string, unknown>) => void)[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => waiting.shift()?.(JSON.parse(line)));
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    errors += chunk;
  });
  return {
    child,
    errors: () => errors,
    ask(message) {
      child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
}

const call = (id: number, name: string, args: object) => ({
  id,
  method: "tools/call",
  params: { name, arguments: args },
});

describe("policy proxy", () => {
  it("enforces the example policy in front of the real server", async () => {
    const folder = workspace();
    const proxy = start(folder, "reader", process.execPath, filesystem, join(folder, "ws"));
    const opened = await proxy.ask({
      id: 0,
      method: "initialize",
      params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } },
    });
    expect(opened).toMatchObject({ id: 0, result: { serverInfo: { name: "secure-filesystem-server" } } });

    const read = await proxy.ask(call(1, "read_text_file", { path: join(folder, "ws/README.md") }));
    expect(read).toMatchObject({ id: 1, result: { content: [{ type: "text", text: "hello\n" }] } });

    const secret = await proxy.ask(call(2, "read_text_file", { path: join(folder, "ws/.env") }));
    expect(secret).toMatchObject({
      id: 2,
      result: {
        isError: true,
        content: [
          { text: expect.stringMatching(/^Denied by policy: Secrets and git's own files .+ \(decision .+\)\.$/) },
        ],
        _meta: { "dev.mcpolicy/decision": { outcome: "deny", reason: "rule" } },
      },
    });

    const hidden = await proxy.ask(call(3, "write_file", { path: join(folder, "ws/src/b.ts"), content: "" }));
    expect(hidden).toEqual({
      jsonrpc: "2.0",
      id: 3,
      result: { content: [{ type: "text", text: "MCP error -32602: Tool write_file not found" }], isError: true },
    });

    const { result } = (await proxy.ask({ id: 4, method: "tools/list" })) as { result: { tools: { name: string }[] } };
    expect(result.tools.map(({ name }) => name)).toContain("read_text_file");
    expect(result.tools.map(({ name }) => name)).not.toContain("write_file");
    expect(JSON.stringify(result)).not.toContain("x-mcpolicy");

    proxy.child.stdin.end();
    const [code] = await once(proxy.child, "close");
    expect(code).toBe(0);
    expect(proxy.errors()).toContain("for development only");
    const decided = proxy
      .errors()
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line));
    expect(decided.find(({ effect, method }) => effect === "deny" && method === "tools/call")).toMatchObject({
      operation: { kind: "tool", server: "fs", name: "read_text_file" },
      rules: [{ id: "no secrets", matched: "true" }],
    });
  });

  it("records each decision and outcome in a log that verifies, and starts without none that it was given", async () => {
    const folder = workspace();
    const { out } = await policy(["audit", "init", "log", "--origin", "example.com/audit"], { cwd: folder });
    const server = [process.execPath, filesystem, join(folder, "ws")];
    const proxy = startWith(folder, "reader", ["--audit", "log"], ...server);
    const client = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } };
    await proxy.ask({ id: 0, method: "initialize", params: client });
    await proxy.ask(call(1, "read_text_file", { path: join(folder, "ws/README.md") }));
    await proxy.ask(call(2, "read_text_file", { path: join(folder, "ws/.env") }));
    proxy.child.stdin.end();
    expect(await once(proxy.child, "close")).toEqual([0, null]);
    expect(proxy.errors()).toContain("each record is on the disk before its call goes on");
    expect(proxy.errors()).not.toContain('"kind":"decision"');

    expect(await policy(["audit", "verify", "log", "--key", out.trim()], { cwd: folder })).toMatchObject({ code: 0 });
    const found = await policy(["audit", "query", "log", "--tool", "fs.*", "--format", "json"], { cwd: folder });
    const records = JSON.parse(found.out).records.map(({ record }: { record: object }) => record);
    expect(records).toMatchObject([
      { kind: "decision", effect: "allow", caller: { id: "dev", roles: ["reader"] }, rules: [{}] },
      { kind: "outcome", ended: "result" },
      { kind: "decision", effect: "deny", reason: "rule", rules: [{ id: "no secrets" }] },
    ]);
    expect(records[0].arguments).toEqual({
      kept: "hashed",
      digests: { path: expect.stringMatching(/^salted-sha256-[0-9a-f]{64}$/) },
    });
    const asked = ["audit", "query", "log", "--arg", `path=${join(folder, "ws/.env")}`, "--secret", "log.secret"];
    expect((await policy(asked, { cwd: folder })).out).toContain(
      'deny    fs.read_text_file  for dev  rule by "no secrets"',
    );

    const without = startWith(
      folder,
      "reader",
      ["--audit", "nowhere", "--audit-key", "log.key", "--audit-secret", "log.secret"],
      ...server,
    );
    expect(await once(without.child, "close")).toEqual([2, null]);
    expect(without.errors()).toContain("there is no log here");
  });

  it.each([
    ["approval", 'require "a second look" approval from developer for fs.write_file'],
    ["mfa", "require mfa for fs.write_file"],
    ['duty "ticket"', 'require duty "ticket" for fs.write_file'],
  ])("does not start with a policy that it cannot carry out: %s", async (sort, statement) => {
    const folder = workspace();
    withFile(folder, "policy/more.mcpolicy", `mcpolicy 1\nimport "./filesystem.mcpolicy"\n${statement}\n`);
    const flags = ["--policy", "policy", "--principal", "id=dev,roles=reader"];
    const { code, err } = await policy(["proxy", ...flags, "--", process.execPath, "-e", ""], { cwd: folder });
    expect(err).toContain("error[P0605]: the policy asks for what its host has not declared that it carries out");
    expect(err).toContain(`\`${sort}\``);
    expect(code).toBe(2);
  });

  it("keeps limits, labels, history and what may leave of results", async () => {
    const folder = workspace();
    const statements = [
      'limit "two looks" fs.read_text_file to 2 per 1h per principal',
      'deny "no keys leave" result of fs.read_text_file when result.content contains "PRIVATE"',
      "redact email-address in result of fs.read_text_file",
    ];
    withFile(folder, "policy/more.mcpolicy", `mcpolicy 1\nimport "./filesystem.mcpolicy"\n${statements.join("\n")}\n`);
    withFile(folder, "ws/mail.txt", "ask ada@example.org");
    withFile(folder, "ws/key.txt", "PRIVATE");
    const proxy = start(folder, "reader", process.execPath, filesystem, join(folder, "ws"));
    const read = (id: number, path: string) => proxy.ask(call(id, "read_text_file", { path: join(folder, path) }));
    const masked = await read(1, "ws/mail.txt");
    const held = await read(2, "ws/key.txt");
    const spent = await read(3, "ws/mail.txt");
    expect(masked).toMatchObject({ result: { content: [{ text: "ask [redacted]" }] } });
    expect(held).toMatchObject({ result: { isError: true, _meta: { "dev.mcpolicy/decision": { reason: "rule" } } } });
    expect(JSON.stringify(held)).not.toContain("PRIVATE");
    expect(spent).toMatchObject({
      result: {
        isError: true,
        _meta: { "dev.mcpolicy/decision": { reason: "limit", retryAfterMs: expect.any(Number) } },
      },
    });
    proxy.child.stdin.end();
    await once(proxy.child, "close");
  });

  it("ends with 1 where the server ends by itself, though the client still speaks", async () => {
    const folder = workspace();
    const proxy = start(folder, "reader", process.execPath, "-e", "process.exit(7)");
    const [code] = await once(proxy.child, "close");
    expect(code).toBe(1);
    expect(proxy.errors()).toContain("mcpolicy: the server ended by itself (exit code 7)\n");
  });

  it("ends, and ends its server, on SIGTERM", async () => {
    const folder = workspace();
    const proxy = start(folder, "reader", process.execPath, filesystem, join(folder, "ws"));
    await proxy.ask({ id: 0, method: "ping" });
    proxy.child.kill("SIGTERM");
    expect(await once(proxy.child, "close")).toEqual([0, null]);
  });

  const command = ["--", process.execPath, "-e", ""];
  it.each([
    [["--policy", "policy", "--principal", "id=a,roles=reader"], "which server is guarded? give its program"],
    [["--policy", "policy", ...command], "who calls? give --keys or --development-clients"],
    [["--policy", "policy", "--principal", "roles=reader", ...command], "--principal needs an id"],
    [
      ["--policy", "policy", "--principal", "id=a", "--server", "gs", ...command],
      "the policy has no server `gs`; it has fs",
    ],
    [
      ["--policy", "policy", "--principal", "id=a", "--upstream", "http://127.0.0.1:1", ...command],
      "either --upstream, or a program",
    ],
    [["--policy", "policy", "--principal", "id=a", "--upstream", "ftp://a"], "begins with http:// or https://"],
    [["--policy", "policy", "--principal", "id=a", "--listen", "8080", ...command], "--listen takes HOST:PORT"],
    [
      ["--policy", "policy", "--principal", "id=a", "--listen", "0.0.0.0:0", ...command],
      "by which names do clients reach",
    ],
    [
      ["--policy", "policy", "--principal", "id=a", "--listen", "0.0.0.0:0", "--host", "a", ...command],
      "without tokens everybody who reaches `0.0.0.0` would be let in",
    ],
    [["--policy", "policy", "--principal", "id=a", "--keys", "k.json", ...command], "either --principal, or --keys"],
    [["--policy", "policy", "--keys", "nowhere.json", ...command], "--keys nowhere.json: whose are they?"],
    [["--policy", "policy", "--config", "nowhere.json"], "cannot read nowhere.json"],
    [["--policy", "policy", "--principal", "id=a", "--", "/no/such/program"], "the server did not start"],
  ])("refuses %j", async (args, message) => {
    const { code, err } = await policy(["proxy", ...args], { cwd: workspace() });
    expect(err).toContain(message);
    expect(code).toBe(4);
  });

  it("starts nothing under a policy that is not valid", async () => {
    const folder = withFile(
      workspace(),
      "policy/filesystem.mcpolicy",
      'mcpolicy 1\nserver fs from "tools/none.json"\n',
    );
    const { code, err } = await policy(
      ["proxy", "--policy", "policy", "--principal", "id=a", "--", process.execPath, "-e", ""],
      { cwd: folder },
    );
    expect(code).toBe(2);
    expect(err).not.toContain("guards server");
  });
});
