import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { entryOf } from "../real/conversations.ts";
import { type Json, RawClient } from "../real/raw-client.ts";

const repository = join(import.meta.dirname, "../../../..");
const examples = join(import.meta.dirname, "../../examples");
const folder = realpathSync(mkdtempSync(join(tmpdir(), "mcpolicy-examples-")));
afterAll(() => rmSync(folder, { recursive: true }));

const source = "--conditions=@mcpolicy/source";
/** `policy`, as it is called here. */
const command = [process.execPath, source, join(repository, "packages/cli/src/main.ts")] as const;
const artifact = join(folder, "notes.artifact.json");

const clients: RawClient[] = [];
afterAll(() => Promise.all(clients.map((client) => client.close())));

function started([program = "", ...args]: readonly string[], cwd: string): RawClient {
  const client = new RawClient(program, args, {}, process.env, cwd);
  clients.push(client);
  return client;
}

const legacy: Json = {};
const modern: Json = {
  _meta: {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
  },
};

const call = (client: RawClient, name: string, args: Json, more: Json = {}) =>
  client.ask("tools/call", { name, arguments: args, ...more });

const ran = (text: string) => ({ result: { content: [{ text }] } });
const denied = (reason: string, text: string) => ({
  result: {
    isError: true,
    content: [{ text: expect.stringContaining(text) }],
    _meta: { "dev.mcpolicy/decision": { reason } },
  },
});

describe("guarded servers", () => {
  beforeAll(() => {
    const [node, ...main] = command;
    const policy = join(examples, "policies/notes.mcpolicy");
    execFileSync(node, [...main, "build", policy, "--format", "json", "-o", folder, "--name", "notes"]);
  });

  it.each([
    ["guarded-sdk-1.ts", "legacy", legacy],
    ["guarded-sdk-2.ts", "legacy", legacy],
    ["guarded-sdk-2.ts", "modern", modern],
  ])("%s, %s", async (file, era, more) => {
    const client = started([process.execPath, source, join(examples, file), artifact], examples);
    if (era === "legacy") await client.open();
    const { result } = await client.ask("tools/list", more);
    expect((result as { tools: { name: string }[] }).tools.map(({ name }) => name)).toEqual([
      ...["list_notes", "read_note", "write_note"],
    ]);
    expect(await call(client, "write_note", { name: "todo", text: "rest" }, more)).toMatchObject(ran("It is written."));
    expect(await call(client, "read_note", { name: "todo" }, more)).toMatchObject(ran("rest"));
    expect(await call(client, "read_note", { name: "private-diary" }, more)).toMatchObject(
      denied("rule", "Private notes are read and written by hand"),
    );
    expect(await call(client, "write_note", { name: "../todo", text: "" }, more)).toMatchObject(
      denied("invalid", "/name"),
    );
    expect(client.errors).toContain('"effect":"allow"');
    expect(JSON.stringify(client.got)).not.toContain("nobody reads this");
  });
});

/** The command of a server in an `mcp.json`. */
function commandIn(file: string, server: string): readonly string[] {
  const { mcpServers } = JSON.parse(readFileSync(join(examples, file), "utf8"));
  const { command: program, args } = mcpServers[server];
  expect(program).toBe("policy");
  return [...command, ...args];
}

describe("proxied servers", () => {
  it("server-filesystem", async () => {
    const workspace = join(folder, "workspace");
    const policies = join(folder, "policies/filesystem");
    mkdirSync(join(workspace, "src"), { recursive: true });
    writeFileSync(join(workspace, "src/a.ts"), "export {};\n");
    writeFileSync(join(workspace, ".env"), "KEY=1\n");
    cpSync(join(repository, "policies/filesystem"), policies, { recursive: true });
    const text = readFileSync(join(policies, "filesystem.mcpolicy"), "utf8");
    writeFileSync(join(policies, "filesystem.mcpolicy"), text.replaceAll("/workspace", workspace));

    // What `npx -y` would fetch is installed here.
    const args = commandIn("proxied/mcp.json", "fs").flatMap((each) => {
      if (each === "npx") return [process.execPath];
      if (each === "-y") return [];
      if (each === "@modelcontextprotocol/server-filesystem@2026.8.31") return [entryOf("server-filesystem")];
      return [each === "/workspace" ? workspace : each];
    });
    const client = started(args, folder);
    await client.open();
    const read = (path: string) => call(client, "read_text_file", { path: join(workspace, path) });
    expect(await read("src/a.ts")).toMatchObject(ran("export {};\n"));
    expect(await read(".env")).toMatchObject(denied("rule", "Secrets and git's own files are out of bounds"));
  });

  it("a server in Python, with one line of configuration", async ({ skip }) => {
    if (spawnSync("python3", ["--version"]).status !== 0) {
      if (process.env["CI"] === "true") throw new Error("python3 is not there");
      console.warn("SKIPPED: python3 is not there");
      skip();
    }
    const workspace = join(folder, "workspace");
    mkdirSync(workspace, { recursive: true });
    writeFileSync(join(workspace, "a.txt"), "grüße\n");
    writeFileSync(join(folder, "shut.txt"), "nobody reads this\n");
    const here = join(folder, "python");
    cpSync(join(examples, "policies"), join(here, "policies"), { recursive: true });
    cpSync(join(examples, "any-language"), join(here, "any-language"), { recursive: true });
    const policy = join(here, "policies/files.mcpolicy");
    writeFileSync(policy, readFileSync(policy, "utf8").replaceAll("/workspace", workspace));

    const client = started(commandIn("any-language/mcp.json", "files"), here);
    await client.open();
    const read = (path: string, more: Json = {}) => call(client, "read_file", { path, ...more });
    expect(await read(join(workspace, "a.txt"))).toMatchObject(ran("grüße\n"));
    expect(await read(join(workspace, "../shut.txt"))).toMatchObject(denied("default", "no rule allows it"));
    expect(await read(join(workspace, "a.txt"), { encoding: "latin-1" })).toMatchObject(denied("invalid", "/encoding"));
    expect(await read(join(workspace, "a.txt"), { max_bytes: 1e9 })).toMatchObject(denied("invalid", "/max_bytes"));
  });
});
