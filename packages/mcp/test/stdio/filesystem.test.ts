import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ListResourcesResultSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { capturePins } from "../../src/pins/capture.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "mcpolicy-fs-")));
const manifest = createRequire(import.meta.url).resolve("@modelcontextprotocol/server-filesystem/package.json");
const server = join(dirname(manifest), "dist/index.js");
const script = join(import.meta.dirname, "proxy-filesystem.ts");

let direct: Client;
let guarded: Client;
let errors = "";

async function connect(args: readonly string[]): Promise<Client> {
  const transport = new StdioClientTransport({ command: process.execPath, args: [...args], stderr: "pipe" });
  transport.stderr?.on("data", (chunk) => {
    errors += chunk;
  });
  const client = new Client({ name: "test", version: "1" }, { capabilities: { roots: {}, sampling: {} } });
  await client.connect(transport);
  return client;
}

beforeAll(async () => {
  mkdirSync(join(folder, "open"));
  writeFileSync(join(folder, "open/a.txt"), "grüße 😀\nline two\n");
  writeFileSync(join(folder, "shut.txt"), "nobody reads this");
  direct = await connect([server, folder]);
  guarded = await connect(["--conditions=@mcpolicy/source", script, folder]);
}, 60_000);

afterAll(async () => {
  await Promise.all([direct?.close(), guarded?.close()]);
  rmSync(folder, { recursive: true });
});

const read = (path: string) => ({ name: "read_text_file", arguments: { path } });

describe("the filesystem server behind the proxy, to a client of the SDK", () => {
  it("lists what the caller may call, unchanged", async () => {
    const { tools } = await direct.listTools();
    const shown = await guarded.listTools();
    expect(tools).toHaveLength(14);
    expect(shown.tools).toEqual(
      tools.filter(({ name }) => name === "read_text_file" || name === "list_allowed_directories"),
    );
  });

  it("reads a permitted file, with the very result", async () => {
    const call = read(join(folder, "open/a.txt"));
    const result = await guarded.callTool(call);
    expect(result).toEqual(await direct.callTool(call));
    expect(JSON.stringify(result)).toContain("grüße 😀");
  });

  it("refuses another, as the denial table says", async () => {
    const call = read(join(folder, "shut.txt"));
    expect(JSON.stringify(await direct.callTool(call))).toContain("nobody reads this");
    const result = await guarded.callTool(call);
    const { decisionId } = (result._meta as Record<string, { decisionId: string }>)["dev.mcpolicy/decision"]!;
    expect(result).toEqual({
      content: [{ type: "text", text: `Denied by policy: no rule allows it (decision ${decisionId}).` }],
      isError: true,
      _meta: { "dev.mcpolicy/decision": { outcome: "deny", reason: "default", decisionId } },
    });
    const logged = errors.split("\n").find((line) => line.includes(decisionId))!;
    expect(JSON.parse(logged)).toMatchObject({
      operation: { name: "read_text_file" },
      effect: "deny",
      arguments: { kept: "keys", names: ["path"] },
    });
    expect(logged).not.toContain("shut.txt");
  });

  it.each(["../shut.txt", "open/../shut.txt", "open/..%2fshut.txt", "open\\..\\shut.txt", "openly/a.txt"])(
    "refuses the detour %s",
    async (detour) => {
      expect(await guarded.callTool(read(`${folder}/${detour}`))).toMatchObject({ isError: true, _meta: {} });
    },
  );

  it("answers a hidden tool as the server answers one that it has not got", async () => {
    const unknown = await direct.callTool({ name: "no_such_tool", arguments: {} });
    const hidden = await guarded.callTool({
      name: "write_file",
      arguments: { path: join(folder, "open/b.txt"), content: "x" },
    });
    expect(hidden).toEqual(JSON.parse(JSON.stringify(unknown).replaceAll("no_such_tool", "write_file")));
    expect(await guarded.callTool({ name: "no_such_tool", arguments: {} })).toEqual(unknown);
  });

  it("says which argument is not valid", async () => {
    const result = await guarded.callTool({ name: "read_text_file", arguments: { path: 5 } });
    expect(result).toMatchObject({ isError: true, _meta: { "dev.mcpolicy/decision": { reason: "invalid" } } });
    expect(JSON.stringify(result.content)).toContain("`/path`");
  });

  it("refuses methods that the policy does not reach yet", async () => {
    const asked = guarded.request({ method: "resources/list" }, ListResourcesResultSchema);
    await expect(asked).rejects.toMatchObject({ code: -32601 });
    expect(guarded.getServerCapabilities()).toEqual({ tools: { listChanged: true } });
    await guarded.ping();
  });
});

describe("capturePins", () => {
  it("writes down what the server defines: the pin file of the example policy is what this release says", async () => {
    const pins = await capturePins({
      command: process.execPath,
      args: [server, folder],
      package: "@modelcontextprotocol/server-filesystem",
      version: "2026.8.31",
      license: "SEE LICENSE IN LICENSE",
    });
    const { default: committed } = await import("../../../../policies/filesystem/tools/filesystem.json", {
      with: { type: "json" },
    });
    expect(pins).toEqual(committed);
  });

  it("says why it cannot", async () => {
    const origin = { package: "x", version: "1", license: "MIT" };
    await expect(capturePins({ command: "/no/such/program", ...origin })).rejects.toThrow(/did not start|ended/);
    const silent = ["-e", "setInterval(() => {}, 1000)"];
    await expect(capturePins({ command: process.execPath, args: silent, timeout: 300, ...origin })).rejects.toThrow(
      "the server did not answer initialize within 300 ms",
    );
  });
});
