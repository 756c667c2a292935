import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { perRequestV2, sessionV1 } from "../guard/servers.ts";
import { policy as littlePolicy } from "../guarded.ts";
import { gatewayBefore } from "../http/gateways.ts";
import { policyText } from "../policy-text.ts";
import { entryOf } from "./conversations.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "mcpolicy-inspector-")));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, "files/open"), { recursive: true });
writeFileSync(join(folder, "files/open/a.txt"), "grüße 😀\n");
writeFileSync(join(folder, "files/shut.txt"), "nobody reads this\n");

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const manifest = createRequire(import.meta.url).resolve("@modelcontextprotocol/inspector/package.json");
const inspector = join(dirname(manifest), "clients/launcher/build/index.js");

interface Said {
  readonly status: number;
  /** What it prints: the result, as it came. */
  readonly result: unknown;
}

/** The Inspector's command line, as a person types it. */
function inspect(...args: readonly string[]): Promise<Said> {
  const env = { ...process.env, MCP_INSPECTOR_SECRET_STORE: "memory", HOME: folder };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [inspector, "--cli", "--connect-timeout", "120000", ...args],
      { env },
      (error, stdout) => {
        const status = error === null ? 0 : Number(error.code);
        resolve({ status, result: stdout.trim() === "" ? undefined : JSON.parse(stdout) });
      },
    );
  });
}

function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const allowAll = 'server it untyped\nallow "all" anyone to everything\n';
const openFiles = `server it untyped
allow "open files" anyone to it.read_text_file when args.path under "${folder}/files/open"
`;
const proxied = join(import.meta.dirname, "proxied.ts");

/** A configuration with a server as it is, and the same behind the proxy, under a policy. */
function configured(name: string, policy: string, server: readonly string[]): string {
  const file = written(`${name}.mcpolicy`, `mcpolicy 1\n${policy}`);
  const through = ["--conditions=@mcpolicy/source", proxied, file, "it", "any", process.execPath, ...server];
  const mcpServers = {
    direct: { command: process.execPath, args: server },
    guarded: { command: process.execPath, args: through },
  };
  return written(`${name}.json`, JSON.stringify({ mcpServers }));
}

const text = (path: string): readonly string[] => [
  ...["--method", "tools/call", "--tool-name", "read_text_file", "--tool-arg"],
  `path=${join(folder, "files", path)}`,
];

// Each run of the Inspector takes seconds: one question to each server, and the raw clients ask the rest.
// biome-ignore format: table
const servers: readonly (readonly [name: string, args: readonly string[], ask: readonly string[]])[] = [
  ["server-filesystem", [join(folder, "files")], text("open/a.txt")],
  ["server-everything", ["stdio"],               ["--method", "tools/call", "--tool-name", "get-structured-content", "--tool-arg", "location=New York"]],
  ["server-memory",     [],                      ["--method", "tools/list"]],
];

describe.each(servers)("the Inspector at %s", (name, args, ask) => {
  it("sees no difference on stdio and HTTP, under a policy that allows everything", async () => {
    const server = [entryOf(name), ...args];
    const config = configured(name, allowAll, server);
    const { url, close } = await gatewayBefore(
      { kind: "stdio", command: process.execPath, args: server },
      { policy: policyText(allowAll), server: { server: "it" } },
    );
    closing.push(close);
    const [direct, onStdio, onHttp] = await Promise.all([
      inspect("--config", config, "--server", "direct", ...ask),
      inspect("--config", config, "--server", "guarded", ...ask),
      inspect(`${url}/mcp`, "--transport", "http", ...ask),
    ]);
    expect(onStdio).toEqual(direct);
    expect(onHttp).toEqual(direct);
    expect(direct).toMatchObject({ status: 0, result: {} });
  });
});

describe("the Inspector at a server behind a policy", () => {
  it("is shown what may be called, and told why a call is denied", async () => {
    const config = configured("open-files", openFiles, [entryOf("server-filesystem"), join(folder, "files")]);
    const ask = (...more: readonly string[]) => inspect("--config", config, "--server", "guarded", ...more);
    const [list, denied, hidden] = await Promise.all([
      ask("--method", "tools/list"),
      ask(...text("shut.txt")),
      ask("--method", "tools/call", "--tool-name", "write_file", "--tool-arg", "path=/a", "--tool-arg", "content=b"),
    ]);
    expect((list.result as { tools: { name: string }[] }).tools.map((tool) => tool.name)).toEqual(["read_text_file"]);
    expect(denied.status).not.toBe(0);
    expect(denied.result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/^Denied by policy: no rule allows it/) }],
      _meta: { "dev.mcpolicy/decision": { outcome: "deny", reason: "default" } },
    });
    // It never asks for what it does not see.
    expect(hidden.status).toBe(5);
  });

  it.each([
    ["legacy", sessionV1("sdk")],
    ["modern", perRequestV2("", "modern")],
  ] as const)("the same on HTTP, in the %s era", async (era, { serve }) => {
    const upstream = await serve((server) => server);
    closing.push(upstream.stop);
    const { url, close } = await gatewayBefore({ kind: "http", url: upstream.url }, { policy: littlePolicy });
    closing.push(close);
    const ask = (at: string, path: string) =>
      inspect(
        ...[at, "--transport", "http", "--protocol-era", era],
        ...["--method", "tools/call", "--tool-name", "read", "--tool-arg", `path=${path}`],
      );
    const [direct, allowed, denied] = await Promise.all([
      ask(upstream.url, "/a"),
      ask(`${url}/mcp`, "/a"),
      ask(`${url}/mcp`, "/secret"),
    ]);
    expect(allowed).toEqual(direct);
    expect(allowed.status).toBe(0);
    expect(denied).toMatchObject({
      result: { isError: true, _meta: { "dev.mcpolicy/decision": { outcome: "deny", reason: "rule" } } },
    });
  });
});
