import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { folderOf, policy } from "./policy.ts";

const manifest = createRequire(import.meta.url).resolve("@modelcontextprotocol/server-filesystem/package.json");
const filesystem = join(dirname(manifest), "dist/index.js");

let made: Promise<string> | undefined;

/** A folder with pins, a policy and tests of the real server, as `policy init` makes them: made once, and copied. */
async function project(): Promise<string> {
  made ??= (async () => {
    const cwd = folderOf({ "ws/a.txt": "a" });
    const run = await policy(["init", "--from", "--name", "fs", "--", process.execPath, filesystem, "ws"], { cwd });
    expect(run).toMatchObject({ code: 0 });
    return cwd;
  })();
  const copy = folderOf({});
  cpSync(await made, copy, { recursive: true });
  return copy;
}

function editPins(cwd: string, edit: (pins: { tools: { [field: string]: unknown }[] }) => void): void {
  const path = join(cwd, "tools/fs.json");
  const pins = JSON.parse(readFileSync(path, "utf8"));
  edit(pins);
  writeFileSync(path, JSON.stringify(pins));
}

const from = ["--from", "--", "fs", process.execPath, filesystem, "ws"];

describe("policy init --from", () => {
  it("asks a running server, and writes a policy whose tests pass", async () => {
    const cwd = await project();
    expect(await policy(["test"], { cwd })).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(join(cwd, "tools/fs.json"), "utf8"))).toMatchObject({
      mcpolicyPins: 1,
      protocolVersion: "2025-11-25",
    });
  });

  it.each([
    [["--from", "--", "/no/such/program"], "cannot ask the server: the server did not start"],
    [["--from"], "--from needs a command after `--`"],
    [["--from", "mcp.json"], "mcp.json: ENOENT"],
    [["--from", "http://user:word@127.0.0.1/mcp"], "a URL with credentials would stand in logs"],
    [[], "where is the server? give --from"],
    [["--from-tools", "x.json", "--from", "http://127.0.0.1:1/mcp"], "where is the server? give --from"],
  ])("refuses %j", async (args, message) => {
    const { code, err } = await policy(["init", ...args], { cwd: folderOf({}) });
    expect(err).toContain(message);
    expect(code).toBe(4);
  });
});

describe("policy pin", () => {
  it("says that nothing moved", async () => {
    const cwd = await project();
    const { code, out } = await policy(["pin", "--check", ...from], { cwd });
    expect(out).toBe("fs: 14 tools (protocol 2025-11-25) are as tools/fs.json has them\n");
    expect(code).toBe(0);
  });

  it("says what moved in words, and which rules speak of it; and renews the pins", async () => {
    const cwd = await project();
    const before = readFileSync(join(cwd, "tools/fs.json"), "utf8");
    editPins(cwd, ({ tools }) => {
      const read = tools.find(({ name }) => name === "read_text_file")!;
      delete (read["inputSchema"] as { properties: Record<string, unknown> }).properties["head"];
      read["description"] = "It reads.";
      tools.splice(
        tools.findIndex(({ name }) => name === "write_file"),
        1,
      );
    });
    const { code, out } = await policy(["pin", "--check", ...from], { cwd });
    expect(out).toContain("fs: 14 tools (protocol 2025-11-25); 2 definitions are not as tools/fs.json has them\n");
    expect(out).toContain("  tool read_text_file changed\n");
    expect(out).toContain('    its description changed from "It reads." to "Read the complete contents');
    expect(out).toContain("    `head` is a new optional argument (lets in more)\n");
    expect(out).toContain("  tool write_file is new\n");
    expect(code).toBe(1);

    const renewed = await policy(["pin", ...from], { cwd });
    expect(renewed).toMatchObject({ code: 0, out: expect.stringContaining("wrote tools/fs.json\n") });
    expect(readFileSync(join(cwd, "tools/fs.json"), "utf8")).toBe(before);
  });

  it("names the rules that a change touches", async () => {
    const cwd = await project();
    // Another definition that is pinned well: the policy is valid, and the server is not what it says.
    const list = JSON.parse(readFileSync(join(cwd, "tools/fs.json"), "utf8"));
    const tools = list.tools.map((tool: { name: string }) =>
      tool.name === "write_file" ? { ...tool, title: "Other" } : tool,
    );
    writeFileSync(join(cwd, "list.json"), JSON.stringify({ ...list, mcpolicyPins: undefined, tools }));
    await policy(["init", "--from-tools", "list.json", "--name", "fs", "--force"], { cwd });
    const { out } = await policy(["pin", "--check", "--format", "json", ...from], {
      cwd,
    });
    const { servers } = JSON.parse(out);
    expect(servers[0].moved).toMatchObject([
      { what: "tool", name: "write_file", kind: "changed", rules: [{ id: "nothing that changes" }] },
    ]);
  });

  it("takes a file such as mcp.json, and mcpolicy.config.json", async () => {
    const cwd = await project();
    const entry = { command: process.execPath, args: [filesystem, "${PWD_OF_TEST}/ws"] };
    writeFileSync(join(cwd, "mcp.json"), JSON.stringify({ mcpServers: { fs: entry } }));
    writeFileSync(join(cwd, "mcpolicy.config.json"), JSON.stringify({ servers: { fs: entry } }));
    const env = { PWD_OF_TEST: cwd };
    expect(await policy(["pin", "--check", "--from", "mcp.json"], { cwd, env })).toMatchObject({ code: 0 });
    expect(await policy(["pin", "--check"], { cwd, env })).toMatchObject({ code: 0 });
    const unset = await policy(["pin", "--check"], { cwd });
    expect(unset.err).toContain("the variable PWD_OF_TEST is not set");
  });

  it.each([
    [["pin", "gs", "--check", "--from", "mcp.json"], "no policy pins a server `gs`; they pin fs"],
    [["pin", "--check"], "where are the servers? give --from"],
    [["pin", "--from"], "--from needs a file, a URL"],
    [["pin", "--from", "http://127.0.0.1:1/mcp"], "cannot ask `fs`: the server did not answer initialize"],
  ])("refuses %j", async (args, message) => {
    const cwd = await project();
    const { code, err } = await policy(args, { cwd });
    expect(err).toContain(message);
    expect(code).toBe(4);
  });
});
