import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { answerQuestion } from "@mcpolicy/mcp";
import { folderApprovals } from "@mcpolicy/mcp/approvals";
import { fromIoredis, redisApprovals, redisRevocations } from "@mcpolicy/state-redis";
import { hasRedisServer, startServer } from "@mcpolicy/state-redis/local";
import { exampleQuestion } from "@mcpolicy/testing";
import { Ajv2020 } from "ajv/dist/2020.js";
import { Redis } from "ioredis";
import { describe, expect, it, onTestFinished } from "vitest";
import { folderOf, policy, type Transcript } from "./policy.ts";

const main = join(import.meta.dirname, "../src/main.ts");
const manifest = createRequire(import.meta.url).resolve("@modelcontextprotocol/server-filesystem/package.json");
const filesystem = join(dirname(manifest), "dist/index.js");
const pins = readFileSync(join(import.meta.dirname, "../../../policies/filesystem/tools/filesystem.json"), "utf8");

/** A folder with a file server's policy, in which writing takes a lead, and moving the caller's own word. */
function workspace(): string {
  return folderOf({
    "ws/a.txt": "hello\n",
    "policy/tools/filesystem.json": pins,
    "policy/fs.mcpolicy": `mcpolicy 1

server fs from "tools/filesystem.json" root "/"

capability all { fs.* }
role developer { all }
role lead { all }

require "writes" approval from lead for fs.write_file because "Writing takes a lead."
require "sure" approval from caller for fs.move_file
`,
  });
}

interface Proxy {
  readonly child: ChildProcessWithoutNullStreams;
  readonly errors: () => string;
  ask(message: object): Promise<Record<string, unknown>>;
}

function started(folder: string, ...flags: readonly string[]): Promise<Proxy> {
  const all = ["--policy", "policy", "--principal", "id=dev,roles=developer", ...flags];
  return startedWith(folder, ...all, "--", process.execPath, filesystem, join(folder, "ws"));
}

async function startedWith(folder: string, ...args: readonly string[]): Promise<Proxy> {
  const child = spawn(process.execPath, ["--conditions=@mcpolicy/source", main, "proxy", ...args], {
    cwd: folder,
    stdio: "pipe",
  });
  onTestFinished(async () => {
    if (child.exitCode !== null) return;
    child.stdin.end();
    await once(child, "close");
  });
  const waiting: ((message: Record<string, unknown>) => void)[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => waiting.shift()?.(JSON.parse(line)));
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    errors += chunk;
  });
  const ask = (message: object): Promise<Record<string, unknown>> => {
    child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
    return new Promise((resolve) => waiting.push(resolve));
  };
  const client = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } };
  await ask({ id: 0, method: "initialize", params: client });
  return { child, errors: () => errors, ask };
}

const write = (folder: string, id: number, content: string) => ({
  ...{ id, method: "tools/call" },
  params: { name: "write_file", arguments: { path: join(folder, "ws/b.txt"), content } },
});
const lead = ["--as", "id=boss,roles=lead"];
const approve = (cwd: string, ...args: readonly string[]): Promise<Transcript> =>
  policy(["approve", ...args, "--policy", "policy", "--approvals", "asked"], { cwd });

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../test-fixtures/schema/approve.schema.json"), "utf8"),
);
const isWritten = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);

describe("policy approve", () => {
  it("shows what a proxy's call waits for, and lets that call through, once", async () => {
    const folder = workspace();
    const proxy = await started(folder, "--approvals", "asked");
    const denied = JSON.stringify(await proxy.ask(write(folder, 1, "one")));
    const id = /question ([0-9a-f]{32})/.exec(denied)?.[1] ?? "";
    expect(denied).toContain("It needs: approval from lead.");

    const listed = await approve(folder, "list", ...lead);
    expect(listed).toMatchObject({ code: 0, err: expect.stringContaining("for development only") });
    expect(listed.out).toMatch(new RegExp(`^${id}  until .+Z  dev → fs write_file  needs approval from lead\\n$`));
    const shown = await approve(folder, "show", id, ...lead);
    expect(shown.out).toContain(`arguments  {"path":"${join(folder, "ws/b.txt")}","content":"one"}`);
    expect(shown.out).toContain("rules      writes\nbecause    Writing takes a lead.");
    const json = JSON.parse((await approve(folder, "list", ...lead, "--format", "json")).out);
    expect(json.questions).toMatchObject([{ id, caller: { id: "dev" }, mayAnswer: true, duty: { kind: "approval" } }]);
    expect(isWritten(json)).toBe(true);
    expect(isWritten({ ...json, binding: "" })).toBe(false);

    const own = await approve(folder, "accept", id, "--as", "id=dev,roles=lead");
    expect(own).toMatchObject({ code: 1, err: expect.stringContaining("not answered: it is a call of one's own") });
    const stranger = await approve(folder, "accept", id, "--as", "id=eve,roles=developer");
    expect(stranger).toMatchObject({ code: 1, err: expect.stringContaining("it takes approval from lead") });

    const one = JSON.parse((await approve(folder, "show", id, ...lead, "--format", "json")).out);
    expect([isWritten(one), one]).toEqual([true, json.questions[0]]);
    const accepted = await approve(folder, "accept", id, ...lead, "--format", "text", "--format", "json=answer.json");
    expect(accepted).toMatchObject({ code: 0, out: "approved: write_file at fs, for dev\n" });
    const answer = JSON.parse(readFileSync(join(folder, "answer.json"), "utf8"));
    expect([isWritten(answer), answer]).toMatchObject([true, { approved: true, by: "boss", question: { id } }]);
    expect((await approve(folder, "accept", id, ...lead)).err).toContain("it was answered before");
    expect(JSON.stringify(await proxy.ask(write(folder, 2, "two")))).toContain("It needs");
    expect(await proxy.ask(write(folder, 3, "one"))).toMatchObject({ result: { content: [{ type: "text" }] } });
    expect(readFileSync(join(folder, "ws/b.txt"), "utf8")).toBe("one");

    const again = /question ([0-9a-f]{32})/.exec(JSON.stringify(await proxy.ask(write(folder, 4, "one"))))?.[1] ?? "";
    expect((await approve(folder, "deny", again, ...lead)).out).toBe("denied: write_file at fs, for dev\n");
    expect(JSON.stringify(await proxy.ask(write(folder, 5, "one")))).toContain("It was declined.");
    expect((await approve(folder, "list", ...lead)).out).not.toContain(again);
  });

  it("lets a call wait for its answer", async () => {
    const folder = workspace();
    const proxy = await started(folder, "--approvals", "asked", "--approval-wait", "1m");
    const called = proxy.ask(write(folder, 1, "late"));
    await expect
      .poll(async () => (await approve(folder, "list", ...lead)).out, { timeout: 20_000 })
      .toMatch(/write_file/);
    const [id = ""] = (await approve(folder, "list", ...lead)).out.split(" ");
    await approve(folder, "accept", id, ...lead);
    expect(await called).toMatchObject({ result: { content: [{ type: "text" }] } });
    expect(readFileSync(join(folder, "ws/b.txt"), "utf8")).toBe("late");
  });

  it("takes from the configuration what the proxy takes", async () => {
    const folder = workspace();
    const config = {
      policies: ["policy"],
      servers: { fs: { command: process.execPath, args: [filesystem, join(folder, "ws")] } },
      proxy: { auth: { principal: { id: "dev", roles: ["developer"] } }, approvals: { folder: "state/asked" } },
    };
    writeFileSync(join(folder, "mcpolicy.config.json"), JSON.stringify(config));
    const proxy = await startedWith(folder);
    expect(proxy.errors()).toContain("asks approvers in");
    expect(JSON.stringify(await proxy.ask(write(folder, 1, "x")))).toContain("It needs");
    const { out } = await policy(["approve", "list", ...lead], { cwd: folder });
    expect(out).toContain("dev → fs write_file");
    const accepted = await policy(["approve", "accept", out.split(" ")[0] ?? "", ...lead], { cwd: join(folder, "ws") });
    expect(accepted).toMatchObject({ code: 0 });
    expect(await proxy.ask(write(folder, 2, "x"))).toMatchObject({ result: { content: [{ type: "text" }] } });
  });

  it("finds nothing of an earlier run of the proxy: what it spent is forgotten", async () => {
    const folder = workspace();
    const first = await started(folder, "--approvals", "asked");
    const id = /question ([0-9a-f]{32})/.exec(JSON.stringify(await first.ask(write(folder, 1, "x"))))?.[1] ?? "";
    await approve(folder, "accept", id, ...lead);
    first.child.stdin.end();
    await once(first.child, "close");
    const second = await started(folder, "--approvals", "asked");
    expect(JSON.stringify(await second.ask(write(folder, 1, "x")))).toContain("It needs");
  });

  it("verifies who answers by a token", async () => {
    const folder = workspace();
    writeFileSync(
      join(folder, "policy/token.mcpolicy"),
      'mcpolicy 1\n\ntoken { audience "https://mcp.example.com" }\n',
    );
    const clients = { console: { secretFrom: "SECRET", roles: ["lead"] } };
    writeFileSync(join(folder, "clients.json"), JSON.stringify({ clients }));
    const env = { SECRET: randomBytes(32).toString("base64url") };
    const known = ["--policy", "policy", "--development-clients", "clients.json"];
    const { out: token } = await policy(["token", "issue", ...known, "--client", "console"], { cwd: folder, env });
    const approvals = folderApprovals({ folder: join(folder, "asked") });
    await approvals.ask(exampleQuestion("a", Date.now(), Date.now() + 600_000), { mostOfCaller: 5 });
    const accept = (with_: Record<string, string>): Promise<Transcript> =>
      policy(["approve", "accept", "a", ...known, "--approvals", "asked"], { cwd: folder, env: { ...env, ...with_ } });
    expect(await accept({})).toMatchObject({ code: 1, err: expect.stringContaining("nobody is known to answer") });
    expect(await accept({ MCPOLICY_TOKEN: `${token.trim()}x` })).toMatchObject({ code: 1, out: "" });
    expect(await accept({ MCPOLICY_TOKEN: token.trim() })).toMatchObject({ code: 0, err: "" });
    expect(await approvals.get("a")).toMatchObject({ answer: { by: { client: "console", roles: ["lead"] } } });
  });

  it.each([
    [["list"], "where do the questions stand?"],
    [["list", "--approvals", "a", "--redis", "R"], "either --approvals or --redis"],
    [["list", "--redis", "NOTHING"], "the variable NOTHING holds no redis:// or rediss:// URL"],
    [["show", "x", "--approvals", "a"], "who answers?"],
  ])("says what is missing: %j", async (args, message) => {
    const folder = workspace();
    const who = args.includes("show") ? [] : lead;
    const { code, err } = await policy(["approve", ...args, "--policy", "policy", ...who], { cwd: folder });
    expect(err).toContain(message);
    expect(code).toBe(4);
  });
});

it.each([
  [["--approvals", "a", "--approval-page", "http://x/{id}"], "an https URL with {id} in it"],
  [["--approvals", "a", "--approval-webhook", "https://x"], "go together"],
])("policy proxy does not start with %j", async (flags, message) => {
  const folder = workspace();
  const all = ["proxy", "--policy", "policy", "--principal", "id=dev,roles=developer", ...flags, "--", "true"];
  expect(await policy(all, { cwd: folder })).toMatchObject({ code: 4, err: expect.stringContaining(message) });
});

const isThere = hasRedisServer();
if (!isThere) {
  const what = "there is no `redis-server` on the path: approvals in Redis are not tested with the command";
  if (process.env["CI"] === "true") throw new Error(what);
  console.warn(`SKIPPED: ${what}`);
}

/** A server of the test's own, and a client of it. */
async function ownRedis() {
  const server = await startServer();
  const redis = new Redis(server.port);
  onTestFinished(async () => {
    redis.disconnect();
    await server.stop();
  });
  return { server, redis };
}

describe.skipIf(!isThere)("policy approve with Redis", () => {
  it("answers from another process what an instance asks, and is answered before by one alone", async () => {
    const folder = workspace();
    const { server, redis } = await ownRedis();
    const approvals = redisApprovals({ client: fromIoredis(redis), policy: "files" });
    await approvals.ask(exampleQuestion("a", Date.now(), Date.now() + 600_000), { mostOfCaller: 5 });
    const store = ["--redis", "STORE", "--redis-name", "files", "--policy", "policy", ...lead];
    const env = { STORE: `redis://127.0.0.1:${server.port}` };
    expect((await policy(["approve", "list", ...store], { cwd: folder, env })).out).toContain("ann → fs write_file");

    const args = ["--conditions=@mcpolicy/source", main, "approve", "accept", "a", ...store];
    const child = spawn(process.execPath, args, { cwd: folder, env: { ...process.env, ...env }, stdio: "pipe" });
    let out = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      out += chunk;
    });
    const [code] = await once(child, "close");
    expect([code, out]).toEqual([0, "approved: write_file at fs, for ann\n"]);
    expect(await approvals.get("a")).toMatchObject({ answer: { approved: true, by: { id: "boss", roles: ["lead"] } } });
    const policyIr = { roles: { lead: ["lead"] } } as never;
    const late = await answerQuestion({ approvals, policy: policyIr }, "a", {
      approved: false,
      by: { id: "boss", roles: ["lead"] },
    });
    expect(late).toEqual({ kind: "refused", why: "it was answered before" });
  });

  it("takes store and keys from the configuration, and lets nobody answer whose token is revoked", async () => {
    const folder = workspace();
    const { server, redis } = await ownRedis();
    writeFileSync(
      join(folder, "policy/token.mcpolicy"),
      'mcpolicy 1\n\ntoken { audience "https://mcp.example.com" }\n',
    );
    const clients = { console: { secretFrom: "SECRET", roles: ["lead"] } };
    writeFileSync(join(folder, "clients.json"), JSON.stringify({ clients }));
    const proxy = { auth: { developmentClients: "clients.json" }, state: { redis: `\${STORE}`, name: "files" } };
    writeFileSync(join(folder, "mcpolicy.config.json"), JSON.stringify({ policies: ["policy"], proxy }));
    const env = { SECRET: randomBytes(32).toString("base64url"), STORE: `redis://127.0.0.1:${server.port}` };
    const known = ["--policy", "policy", "--development-clients", "clients.json"];
    const { out: token } = await policy(["token", "issue", ...known, "--client", "console"], { cwd: folder, env });
    const shared = { client: fromIoredis(redis), policy: "files" };
    const approvals = redisApprovals(shared);
    await approvals.ask(exampleQuestion("a", Date.now(), Date.now() + 600_000), { mostOfCaller: 5 });
    const asLead = { cwd: folder, env: { ...env, MCPOLICY_TOKEN: token.trim() } };
    expect((await policy(["approve", "show", "a"], asLead)).out).toContain("tools/call of write_file at fs");
    const revocations = redisRevocations(shared);
    const until = Date.now() + 600_000;
    await revocations.revoke({ kind: "client", id: "console", issuedBefore: until, until });
    await revocations.close?.();
    expect(await policy(["approve", "accept", "a"], asLead)).toMatchObject({ code: 1, out: "" });
    expect(await approvals.get("a")).not.toHaveProperty("answer");
  });

  it("says that the store is away", async () => {
    const folder = workspace();
    const args = ["approve", "list", "--redis", "STORE", "--redis-name", "files", "--policy", "policy", ...lead];
    const { code, err } = await policy(args, { cwd: folder, env: { STORE: "redis://127.0.0.1:1" } });
    expect(err).toContain("error: the questions cannot be read or answered");
    expect(code).toBe(1);
  });
});
