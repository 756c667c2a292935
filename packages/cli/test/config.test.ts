import { readFileSync } from "node:fs";
import { join } from "node:path";
import { renderText, Source } from "@mcpolicy/diagnostics";
import { describe, expect, it } from "vitest";
import { readConfig } from "../src/config/read-config.ts";
import { configSchema } from "../src/config/schema.ts";
import { settingsOf } from "../src/proxy/settings.ts";
import { folderOf, policy, small } from "./policy.ts";

const root = join(import.meta.dirname, "../../..");

it("has the schema that editors read", () => {
  expect(JSON.parse(readFileSync(join(root, "test-fixtures/schema/config.schema.json"), "utf8"))).toEqual(configSchema);
});

it("takes the configurations of the examples", () => {
  for (const path of ["policies/zero-trust-guide/mcpolicy.config.json", "policies/deployment/mcpolicy.config.json"]) {
    const { config, diagnostics } = readConfig(new Source(path, readFileSync(join(root, path), "utf8")));
    expect(diagnostics).toEqual([]);
    expect(config).toBeDefined();
  }
});

/** What is told of a configuration, without the excerpt. */
function told(text: string): readonly string[] {
  const { config, diagnostics } = readConfig(new Source("mcpolicy.config.json", text));
  expect(config).toBeUndefined();
  const source = new Source("mcpolicy.config.json", text);
  const lines = renderText(diagnostics, new Map([[source.name, source]]), { color: false }).split("\n");
  return lines.filter((line) => /^(?:error|\s*┌|\s+= )/.test(line)).map((line) => line.trim());
}

describe("a configuration that cannot be meant is told of, with its place", () => {
  // biome-ignore format: table
  const mistakes: readonly (readonly [string, readonly string[]])[] = [
    ["{", ["error[P0701]: Flow map must end with a }", "┌─ mcpolicy.config.json:1:2", "= note: nothing is started"]],
    ["[]", ["error[P0703]: the configuration is an object, not a list", "┌─ mcpolicy.config.json:1:1", expect.stringContaining("= help:") as never]],
    ['{ "polices": [] }', [
      "error[P0702]: `polices` means nothing in the configuration", "┌─ mcpolicy.config.json:1:3",
      "= help: the configuration knows `$schema`, `policies`, `servers`, `proxy`, `isolate`", "= fix: did you mean `policies`?"]],
    ['{ "proxy": { "listen": {} } }', ["error[P0704]: `port` is missing in `proxy.listen`", "┌─ mcpolicy.config.json:1:24"]],
    ['{ "proxy": { "listen": { "port": 70000 } } }', ["error[P0703]: `proxy.listen.port` is 65535 at most", "┌─ mcpolicy.config.json:1:34"]],
    ['{ "proxy": { "listen": { "port": "80" } } }', ["error[P0703]: `proxy.listen.port` is a whole number, not a text", "┌─ mcpolicy.config.json:1:34"]],
    ['{ "proxy": { "audit": { "folder": "log", "sync": "soon" } } }', [
      'error[P0703]: `proxy.audit.sync` cannot be "soon"', "┌─ mcpolicy.config.json:1:50", expect.stringContaining("`every` record on the disk") as never]],
    ['{ "proxy": { "audit": { "folder": "log", "whenAway": "panic" } } }', [
      "error[P0703]: `proxy.audit.whenAway` is one of `refuse`, `go-on`", "┌─ mcpolicy.config.json:1:54", expect.stringContaining("= help:") as never]],
    ['{ "servers": { "a": {} } }', ["error[P0704]: `servers.a` has exactly one of `command`, `url`", "┌─ mcpolicy.config.json:1:21"]],
    ['{ "servers": { "a": { "command": "x", "url": "http://x" } } }', [
      "error[P0704]: `servers.a` has exactly one of `command`, `url`", "┌─ mcpolicy.config.json:1:21"]],
  ];

  it.each(mistakes)("%s", (text, expected) => {
    expect(told(text)).toEqual(expected);
  });
});

describe("what a configuration comes to", () => {
  const session = (cwd: string, env: Record<string, string> = {}) =>
    ({ cwd, env, out: { write() {}, color: false }, err: { write() {}, color: false }, exit() {} }) as const;
  const servers = { fs: { command: "node", args: ["a.js"] }, web: { url: "https://web.example/mcp", path: "/web" } };

  it("is named from where the file lies", () => {
    const cwd = folderOf({ "deploy/mcpolicy.config.json": "" });
    const file = join(cwd, "deploy/mcpolicy.config.json");
    const config = { policies: ["../p"], proxy: { audit: { folder: "log", sync: "50ms" }, limits: { answer: "10s" } } };
    const settings = settingsOf(session(cwd), file, config);
    expect(settings).toMatchObject({
      policies: ["p"],
      listen: undefined,
      audit: { audit: "deploy/log", auditKey: "deploy/log.key", auditSync: { sync: "interval", ms: 50 } },
      limits: { answer: 10_000 },
      reload: true,
    });
  });

  it("gives each server a path, and starts it in the folder of the file", () => {
    const cwd = folderOf({ "mcpolicy.config.json": JSON.stringify({ servers }) });
    const all = settingsOf(session(cwd), join(cwd, "mcpolicy.config.json"), { servers } as never).servers(
      undefined as never,
    );
    expect([...all].map(([name, { path, upstream }]) => [name, path, upstream.kind])).toEqual([
      ["fs", "/mcp/fs", "stdio"],
      ["web", "/web", "http"],
    ]);
    expect(all.get("fs")?.upstream).toMatchObject({ cwd });
  });

  it("takes the URL of a store from a variable, and hands the caller's token to no server", () => {
    const cwd = folderOf({
      "mcpolicy.config.json": JSON.stringify({ servers: { fs: { command: "${MCPOLICY_TOKEN}" } } }),
    });
    const file = join(cwd, "mcpolicy.config.json");
    const state = { redis: "${REDIS_URL}", name: "here" };
    const env = { REDIS_URL: "redis://:secret@store", MCPOLICY_TOKEN: "t" };
    expect(settingsOf(session(cwd, env), file, { proxy: { state } }).state?.url).toBe("redis://:secret@store");
    expect(() => settingsOf(session(cwd), file, { proxy: { state } })).toThrow(
      "`proxy.state.redis`: the variable REDIS_URL is not set",
    );
    expect(() => settingsOf(session(cwd, env), file, { servers: { fs: {} } })).toThrow("goes to no server");
  });

  it("starts nothing where it is wrong, and says so with the exit code", async () => {
    const cwd = folderOf({ ...small, "mcpolicy.config.json": '{ "proxy": { "listn": {} } }' });
    const { code, err } = await policy(["proxy"], { cwd });
    expect(err).toContain("did you mean `listen`?");
    expect(code).toBe(2);
  });

  it("asks which server is meant, where there are several and one client", async () => {
    const text = 'mcpolicy 1\nserver fs untyped\nserver web untyped\nallow "all" anyone to everything\n';
    const proxy = { auth: { principal: { id: "dev" } } };
    const cwd = folderOf({ "a.mcpolicy": text, "mcpolicy.config.json": JSON.stringify({ servers, proxy }) });
    const { code, err } = await policy(["proxy"], { cwd });
    expect(err).toContain("which server is it?");
    expect(code).toBe(4);
  });

  it("keeps two servers from one path", async () => {
    const text = 'mcpolicy 1\nserver fs untyped\nserver web untyped\nallow "all" anyone to everything\n';
    const same = { ...servers, fs: { ...servers.fs, path: "/web" } };
    const proxy = { listen: { port: 0 }, auth: { principal: { id: "dev" } } };
    const cwd = folderOf({ "a.mcpolicy": text, "mcpolicy.config.json": JSON.stringify({ servers: same, proxy }) });
    const { code, err } = await policy(["proxy"], { cwd });
    expect(err).toContain("`fs` and `web` are both at /web");
    expect(code).toBe(4);
  });
});

it("takes the configuration that the guide shows", () => {
  const guide = readFileSync(join(root, "docs/guide/proxying.md"), "utf8");
  const [, block = ""] = /## One configuration\n\n```json\n([^`]+)```/.exec(guide) ?? [];
  expect(readConfig(new Source("proxying.md", block)).diagnostics).toEqual([]);
});
