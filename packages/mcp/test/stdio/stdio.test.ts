import { join } from "node:path";
import { PassThrough } from "node:stream";
import type { JsonObject, PinnedTool } from "@mcpolicy/core";
import { describe, expect, it, vi } from "vitest";
import { type MemorySink, memorySink } from "../../src/audit/memory-sink.ts";
import {
  childEnvironment,
  type ProxyEnd,
  type StartedServer,
  type StdioOptions,
  stdioProxy,
} from "../../src/stdio/index.ts";
import { callerBounds } from "../../src/wire/intake.ts";
import { always, call, policyOf, rule } from "../guarded.ts";

const inputSchema = { type: "object", properties: { text: { type: "string" } } };
const pinned: readonly PinnedTool[] = [
  { name: "echo", description: "Echoes.", inputSchema },
  { name: "die", description: "Ends the server.", inputSchema },
  { name: "ask", description: "Asks the client for a completion.", inputSchema },
  { name: "slow", description: "Answers late.", inputSchema },
  { name: "env", description: "Names its variables.", inputSchema },
];
const policy = policyOf(pinned, [
  rule(
    "allow",
    "all",
    pinned.map(({ name }) => name),
    always,
  ),
]);

interface Running {
  send(...lines: readonly unknown[]): void;
  /** The next `count` messages that the client gets. */
  next(count?: number): Promise<readonly JsonObject[]>;
  readonly input: PassThrough;
  readonly ended: Promise<ProxyEnd>;
  readonly audit: MemorySink;
  errors(): string;
}

/** The proxy in this process, in front of the fake server, spoken to in raw lines. */
function start(behaviour = "", options: Partial<StdioOptions & StartedServer> = {}): Running {
  const input = new PassThrough();
  const output = new PassThrough();
  const errors = new PassThrough();
  const audit = memorySink();
  const got: JsonObject[] = [];
  let waiting = (): void => {};
  let rest = "";
  let read = 0;
  let told = "";
  output.setEncoding("utf8").on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    got.push(...lines.map((line) => JSON.parse(line)));
    waiting();
  });
  errors.setEncoding("utf8").on("data", (chunk: string) => {
    told += chunk;
  });
  const ended = stdioProxy({
    policy,
    server: "fs",
    principal: { id: "dev", roles: ["developer"] },
    command: process.execPath,
    args: [join(import.meta.dirname, "fake-server.ts"), behaviour],
    input,
    output,
    errors,
    audit,
    ...options,
  });
  return {
    input,
    ended,
    audit,
    errors: () => told,
    send(...lines) {
      for (const line of lines) input.write(`${typeof line === "string" ? line : JSON.stringify(line)}\n`);
    },
    async next(count = 1) {
      while (got.length < read + count) await new Promise<void>((resolve) => (waiting = resolve));
      read += count;
      return got.slice(read - count, read);
    },
  };
}

const text = (value: string) => ({ content: [{ type: "text", text: value }] });

describe("stdioProxy", () => {
  it("carries calls and ends with its client", async () => {
    const proxy = start();
    proxy.send(call(1, "echo", { text: "grüße\n" }));
    expect(await proxy.next()).toEqual([{ jsonrpc: "2.0", id: 1, result: text("grüße\n") }]);
    proxy.input.end();
    expect(await proxy.ended).toEqual({ kind: "closed", why: "the session is over" });
  });

  it("hands a server one line for each message, whatever its reader takes for the end of a line", async () => {
    // The fake server reads with Node's readline, which ends lines at U+2028 too.
    const smuggled = JSON.stringify(call(99, "die", {}));
    for (const end of ["\u2028", "\u2029", "\u0085", "\r"]) {
      const proxy = start();
      const words = `a${end}${smuggled}${end}`;
      proxy.send(call(1, "echo", { text: words }));
      expect(await proxy.next()).toEqual([{ jsonrpc: "2.0", id: 1, result: text(words) }]);
      proxy.input.end();
      expect((await proxy.ended).kind).toBe("closed");
    }
  });

  it("answers what is no message, in place", async () => {
    const proxy = start("", { bounds: { client: { ...callerBounds, bytes: 1000 } } });
    proxy.send("{", '[{"jsonrpc":"2.0","id":1,"method":"ping"}]', '{"jsonrpc":"2.0","id":3,"id":3,"method":"ping"}');
    proxy.send(call(4, "echo", { text: "x".repeat(2000) }), "", call(5, "echo", { text: "still here" }));
    const answers = await proxy.next(5);
    expect(answers.map(({ id, error }) => [id, (error as JsonObject | undefined)?.["code"]])).toEqual([
      [null, -32700],
      [null, -32600],
      [3, -32600],
      [null, -32600],
      [5, undefined],
    ]);
    proxy.input.end();
    await proxy.ended;
  });

  it("answers calls in flight, and later ones, where the server dies", async () => {
    const proxy = start();
    proxy.send(call(1, "slow", {}), call("1", "die", {}));
    const answers = await proxy.next(2);
    const error = { code: -32603, message: "The server ended before it answered" };
    expect(answers.map((answer) => answer["error"])).toEqual([error, error]);
    expect(new Set(answers.map(({ id }) => id))).toEqual(new Set([1, "1"]));
    expect(await proxy.ended).toEqual({ kind: "lost", why: "the server ended by itself (exit code 3)" });
  });

  it("loses no answer when the client has said all it has to say", async () => {
    const proxy = start();
    proxy.send(call(1, "slow", {}), call(2, "echo", { text: "x" }));
    proxy.input.end();
    const answers = await proxy.next(2);
    expect(answers.map(({ id }) => id)).toEqual([2, 1]);
    expect((await proxy.ended).kind).toBe("closed");
  });

  it("loses no answer when it is not known yet who calls", async () => {
    const principal = async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      return { id: "dev", roles: ["developer"] };
    };
    const proxy = start("", { principal });
    proxy.send(call(1, "echo", { text: "x" }), call(2, "slow", {}));
    proxy.input.end();
    expect((await proxy.next(2)).map(({ id, result }) => [id, result])).toEqual([
      [1, text("x")],
      [2, text("late")],
    ]);
    expect((await proxy.ended).kind).toBe("closed");
  });

  it("denies the server's question to the client", async () => {
    const proxy = start();
    proxy.send(call(1, "ask", {}));
    expect(await proxy.next()).toEqual([{ jsonrpc: "2.0", id: 1, result: text("the client said -31403") }]);
    expect(proxy.audit.records().find((each) => each.kind === "decision" && each.from === "server")).toMatchObject({
      method: "sampling/createMessage",
      effect: "deny",
      reason: "default",
    });
    proxy.input.end();
    await proxy.ended;
  });

  it("hides a tool whose definition was tampered with, and tells the operator what differs", async () => {
    const proxy = start("tampered");
    proxy.send({ jsonrpc: "2.0", id: 1, method: "tools/list" }, call(2, "echo", { text: "x" }));
    const [list, denied] = (await proxy.next(2)).toSorted((a, b) => Number(a["id"]) - Number(b["id"]));
    const { tools } = list!["result"] as { tools: readonly { name: string }[] };
    expect(tools.map(({ name }) => name)).toEqual(["die", "ask", "slow", "env"]);
    expect(denied).toEqual({ jsonrpc: "2.0", id: 2, error: { code: -32602, message: "Unknown tool: echo" } });
    expect(
      proxy.audit.records().find((each) => each.kind === "decision" && each.method === "tools/call"),
    ).toMatchObject({ reason: "pin-mismatch" });
    expect(proxy.errors()).toMatch(
      /^mcpolicy: tool `echo` is not what was pinned: its description changed from "Echoes\." to "Echoes\. Also mail/,
    );
    proxy.input.end();
    await proxy.ended;
  });

  it("passes over what a server prints that is no message, and lets nothing of it reach a terminal", async () => {
    const proxy = start("noisy");
    proxy.send(call(1, "echo", { text: "x" }));
    expect(await proxy.next()).toEqual([{ jsonrpc: "2.0", id: 1, result: text("x") }]);
    proxy.input.end();
    await proxy.ended;
    expect(proxy.errors()).toContain("server: warn: \\u001b[2Jcleared\n");
    expect(proxy.errors()).not.toContain("\u001b");
  });

  it("ends a server that does not end", async () => {
    const proxy = start("deaf");
    proxy.send(call(1, "echo", { text: "x" }));
    await proxy.next();
    proxy.input.end();
    expect((await proxy.ended).kind).toBe("closed");
  }, 15_000);

  it("ends from outside, and answers what is under way before", async () => {
    const stop = new AbortController();
    const proxy = start("", { signal: stop.signal });
    proxy.send(call(1, "slow", {}));
    await vi.waitFor(() => expect(proxy.audit.records()).not.toHaveLength(0), { timeout: 20_000 });
    stop.abort();
    expect(await proxy.next()).toEqual([{ jsonrpc: "2.0", id: 1, result: text("late") }]);
    expect((await proxy.ended).kind).toBe("closed");
  });

  it("ends from outside in a hurry", async () => {
    const stop = new AbortController();
    const proxy = start("", { hurry: stop.signal });
    proxy.send(call(1, "slow", {}));
    await vi.waitFor(() => expect(proxy.audit.records()).not.toHaveLength(0), { timeout: 20_000 });
    stop.abort();
    expect(await proxy.next()).toMatchObject([{ id: 1, error: { code: -32603 } }]);
    expect((await proxy.ended).kind).toBe("closed");
  });

  it("says that a server does not start", async () => {
    const proxy = start("", { command: "/no/such/program" });
    expect(await proxy.ended).toMatchObject({ kind: "unstarted" });
  });

  it("gives the server the variables that it needs, none of its own and no token", async () => {
    const own = {
      PATH: "/bin",
      HOME: "/home/x",
      AWS_SECRET: "s",
      WANTED: "w",
      MCPOLICY_TOKEN: "t",
      MCPOLICY_TOKEN_FILE: "f",
    };
    const env = childEnvironment(own, ["WANTED", "MCPOLICY_TOKEN", "MCPOLICY_TOKEN_FILE", "MISSING"]);
    expect(env).toEqual({ PATH: "/bin", HOME: "/home/x", WANTED: "w" });
    const proxy = start("", { env });
    proxy.send(call(1, "env", {}));
    expect(await proxy.next()).toEqual([{ jsonrpc: "2.0", id: 1, result: text("HOME PATH WANTED") }]);
    proxy.input.end();
    await proxy.ended;
  });

  it("carries large answers to a slow client without loss or pile-up", async () => {
    const output = new PassThrough({ highWaterMark: 1024 });
    const proxy = start("", { output });
    const large = "x".repeat(1_000_000);
    const lines = Array.from({ length: 8 }, (_, id) => call(id, "echo", { text: large }));
    proxy.send(...lines);
    proxy.input.end();
    let size = 0;
    for await (const chunk of readSlowly(output, proxy.ended)) size += chunk.length;
    const each = JSON.stringify({ jsonrpc: "2.0", id: 0, result: text(large) }).length + 1;
    expect(size).toBe(8 * each);
  });
});

async function* readSlowly(output: PassThrough, ended: Promise<ProxyEnd>): AsyncIterable<Buffer> {
  await new Promise((resolve) => setTimeout(resolve, 300));
  void ended.then(() => output.end());
  yield* output;
}
