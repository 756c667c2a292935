import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { folderOf, policy } from "./policy.ts";

const main = join(import.meta.dirname, "../src/main.ts");
const fake = join(import.meta.dirname, "../../mcp/test/stdio/fake-server.ts");
const memory = join(
  dirname(createRequire(import.meta.url).resolve("@modelcontextprotocol/server-memory/package.json")),
  "dist/index.js",
);

const text = `mcpolicy 1

server fake untyped
server memory untyped

capability tools { fake.echo, fake.slow, memory.read_graph }
role dev { tools }

token {
  issuer "https://id.example.com"
  audience "http://127.0.0.1/mcp/fake", "http://127.0.0.1/mcp/memory"
}
`;

const config = {
  policies: ["p"],
  servers: {
    fake: { command: process.execPath, args: [fake] },
    memory: { command: process.execPath, args: [memory], env: { MEMORY_FILE_PATH: "memory.jsonl" } },
  },
  proxy: {
    listen: { port: 0, drain: "20s" },
    auth: { keys: { "https://id.example.com": "jwks.json" } },
    audit: { folder: "log" },
  },
};

/** A folder with the policy, a configuration, a key set and a log. */
async function deployment(changes: object = {}): Promise<string> {
  const cwd = folderOf({ "p/a.mcpolicy": text, "mcpolicy.config.json": JSON.stringify({ ...config, ...changes }) });
  writeFileSync(join(cwd, "jwks.json"), (await policy(["token", "key", "--out", "key.jwk"], { cwd })).out);
  writeFileSync(join(cwd, "log.pub"), (await policy(["audit", "init", "log", "--origin", "test"], { cwd })).out);
  return cwd;
}

async function tokenFor(cwd: string, server: string): Promise<string> {
  const who = ["--subject", "dev@example.com", "--client", "cli", "--role", "dev"];
  const audience = ["--audience", `http://127.0.0.1/mcp/${server}`];
  const made = await policy(["token", "issue", "--policy", "p", "--key", "key.jwk", ...who, ...audience], { cwd });
  expect(made.err).toBe("");
  return made.out.trim();
}

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
});

/** `policy ARGUMENTS` as a process; `said` resolves when its standard error says something. */
function start(cwd: string, args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ["--conditions=@mcpolicy/source", main, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: "pipe",
  });
  running.push(child);
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    errors += chunk;
  });
  return {
    child,
    errors: () => errors,
    said: (what: string | RegExp) =>
      vi.waitFor(
        () => {
          expect(errors).toMatch(what);
          return what instanceof RegExp ? (what.exec(errors) as RegExpExecArray) : [what];
        },
        { timeout: 30_000, interval: 50 },
      ),
  };
}

/** One message of revision 2026-07-28, as a client posts it. */
async function post(url: string, token: string | undefined, method: string, params: Record<string, unknown> = {}) {
  const meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  const name = params["name"];
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": method,
      ...(typeof name === "string" ? { "mcp-name": name } : {}),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: { ...params, _meta: meta } }),
  });
  const body = await response.text();
  const json = /^data: (\{.*)$/m.exec(body)?.[1] ?? body;
  return { status: response.status, answer: JSON.parse(json) };
}

const call = (url: string, token: string | undefined, name: string, args: object = {}) =>
  post(url, token, "tools/call", { name, arguments: args });

describe("policy proxy before servers on HTTP, from a configuration", () => {
  it("keeps servers apart by path and audience, follows its policies, and ends without losing an answer", async () => {
    const cwd = await deployment();
    const [token, other] = [await tokenFor(cwd, "fake"), await tokenFor(cwd, "memory")];
    const proxy = start(cwd, ["proxy"]);
    const [, fakeUrl = ""] = await proxy.said(/guards server `fake` at (\S+)/);
    const [, memoryUrl = ""] = await proxy.said(/guards server `memory` at (\S+)/);

    expect(await call(fakeUrl, undefined, "echo")).toMatchObject({ status: 401 });
    expect(await call(fakeUrl, other, "echo")).toMatchObject({ status: 401 });
    const said = await call(fakeUrl, token, "echo", { text: "hello" });
    expect(said).toMatchObject({ status: 200, answer: { id: 1, result: { content: [{ text: "hello" }] } } });
    expect(await call(memoryUrl, other, "read_graph")).toMatchObject({
      answer: { result: { structuredContent: { entities: [] } } },
    });
    expect(await call(memoryUrl, other, "echo", { text: "x" })).not.toMatchObject({
      answer: { result: { content: [{ text: "x" }] } },
    });

    writeFileSync(join(cwd, "p/a.mcpolicy"), text.replace("fake.echo, ", "nonsense "));
    await proxy.said(/the policy that was read is not good: policy \S+ stays in force/);
    expect(await call(fakeUrl, token, "echo", { text: "still" })).toMatchObject({
      answer: { result: { content: [{ text: "still" }] } },
    });

    writeFileSync(join(cwd, "p/a.mcpolicy"), text.replace("fake.echo, ", ""));
    await proxy.said(/mcpolicy: policy \S+ is in force\n/);
    expect(await call(fakeUrl, token, "echo", { text: "no" })).not.toMatchObject({
      answer: { result: { content: [{ text: "no" }] } },
    });
    proxy.child.kill("SIGHUP");
    await proxy.said("is in force, and has not changed");

    const slow = call(fakeUrl, token, "slow");
    await new Promise((resolve) => setTimeout(resolve, 100));
    proxy.child.kill("SIGTERM");
    expect(await slow).toMatchObject({ answer: { result: { content: [{ text: "late" }] } } });
    expect(await once(proxy.child, "close")).toEqual([0, null]);

    const verified = await policy(["audit", "verify", "log", "--key", "log.pub"], { cwd });
    expect(verified).toMatchObject({ code: 0 });
    const { out } = await policy(["audit", "query", "log", "--format", "json"], { cwd });
    expect(out).toContain("policy-loaded");
    expect(out).toContain("policy-refused");
  }, 120_000);

  it("serves one of its servers on standard input and output, to whom the environment's token names", async () => {
    const cwd = await deployment();
    const token = await tokenFor(cwd, "memory");
    const { proxy } = config;
    const { listen: _, ...rest } = proxy;
    writeFileSync(join(cwd, "stdio.json"), JSON.stringify({ ...config, proxy: rest }));
    const args = ["proxy", "--config", "stdio.json", "--server", "memory"];
    const asked = `${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "read_graph", arguments: {} } })}\n`;

    const known = start(cwd, args, { MCPOLICY_TOKEN: token });
    known.child.stdin.end(asked);
    expect(await answerOf(known.child), known.errors()).toMatchObject({
      id: 1,
      result: { content: [{ type: "text" }] },
    });

    const unknown = start(cwd, args);
    unknown.child.stdin.end(asked);
    expect(await answerOf(unknown.child)).toMatchObject({ id: 1, error: { code: -31401 } });
    expect(unknown.errors()).toContain("nobody is known to call");
  }, 120_000);
});

async function answerOf({ stdout }: ReturnType<typeof start>["child"]): Promise<object> {
  let out = "";
  for await (const chunk of stdout) out += chunk;
  return JSON.parse(out.trim());
}

describe("policy proxy --upstream", () => {
  it("stands on stdio before a server on HTTP, which another proxy puts there", async () => {
    const cwd = folderOf({ "a.mcpolicy": 'mcpolicy 1\nserver fake untyped\nallow "all" anyone to everything\n' });
    const flags = ["--policy", "a.mcpolicy", "--principal", "id=dev"];
    const behind = start(cwd, ["proxy", ...flags, "--listen", "127.0.0.1:0", "--", process.execPath, fake]);
    const [, url = ""] = await behind.said(/guards server `fake` at (\S+)/);
    expect(url).toMatch(/\/mcp$/);
    const front = start(cwd, ["proxy", ...flags, "--upstream", url]);
    const lines = [
      {
        id: 0,
        method: "initialize",
        params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } },
      },
      { method: "notifications/initialized" },
      { id: 1, method: "tools/call", params: { name: "echo", arguments: { text: "through both" } } },
    ];
    front.child.stdin.end(lines.map((line) => `${JSON.stringify({ jsonrpc: "2.0", ...line })}\n`).join(""));
    let out = "";
    for await (const chunk of front.child.stdout) out += chunk;
    const answers = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(answers.find(({ id }) => id === 1)).toMatchObject({ result: { content: [{ text: "through both" }] } });
    behind.child.kill("SIGTERM");
    expect(await once(behind.child, "close")).toEqual([0, null]);
  }, 120_000);
});
