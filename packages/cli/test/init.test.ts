import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { folderOf, listing, policy } from "./policy.ts";

describe("policy init --from-tools", () => {
  it("writes pins, a policy and tests that pass", async () => {
    const cwd = folderOf({ "list.json": listing });
    const { code, out } = await policy(["init", "--from-tools", "list.json", "--name", "fs", "--root", "/srv/data"], {
      cwd,
    });
    expect(out).toBe(`\
3 tools: 2 that readers may use, 1 denied, 0 left for you to decide
wrote tools/fs.json, policies/fs.mcpolicy, policies/fs.test.yaml
11 tests pass; next: policy test policies/fs.test.yaml
`);
    expect(code).toBe(0);
    expect(readFileSync(join(cwd, "policies/fs.mcpolicy"), "utf8")).toBe(`mcpolicy 1

/// A first policy for fs: readers read, nobody changes anything. Go through it, and give each role what it needs.
server fs from "../tools/fs.json" root "/srv/data"

capability read:fs {
  fs.read_text_file when args.path under "/srv/data"
  fs.read_many when size(args.paths) > 0 and every p in args.paths: p under "/srv/data"
}

role reader { read:fs }

deny "nothing that changes" fs.write_file
  because "This changes something, or may. The policy only lets read; ask its owner for a rule."
`);
    expect(await policy(["fmt", "--check"], { cwd })).toMatchObject({ code: 0 });
    expect(await policy(["check"], { cwd })).toMatchObject({ code: 0 });
    expect(await policy(["test"], { cwd })).toMatchObject({ code: 0 });
  });

  it("never writes over a file without --force, and writes nothing then", async () => {
    const cwd = folderOf({ "list.json": listing, "policies/fs.mcpolicy": "mine" });
    const args = ["init", "--from-tools", "list.json", "--name", "fs"];
    const refused = await policy(args, { cwd });
    expect(refused.err).toContain("policies/fs.mcpolicy is there already; --force writes over it");
    expect(refused.code).toBe(4);
    expect(readFileSync(join(cwd, "policies/fs.mcpolicy"), "utf8")).toBe("mine");
    expect(existsSync(join(cwd, "tools"))).toBe(false);
    expect(await policy([...args, "--force"], { cwd })).toMatchObject({ code: 0 });
    // Its own pins are taken as well as a server's answer.
    const again = await policy(["init", "--from-tools", "tools/fs.json", "--name", "again"], { cwd });
    expect(again).toMatchObject({ code: 0 });
  });

  it.each([
    ["no JSON", "{", 2],
    ["something else", '{"servers": []}', 2],
    ["no definitions", '{"tools": [1]}', 2],
    ["a tool without a schema", '{"tools": [{"name": "x"}]}', 2],
    ["no tools", '{"tools": []}', 5],
  ])("refuses %s", async (_, text, code) => {
    const cwd = folderOf({ "list.json": text });
    const result = await policy(["init", "--from-tools", "list.json"], { cwd });
    expect(result.err).toContain("list.json");
    expect(result.code).toBe(code);
    expect(existsSync(join(cwd, "policies"))).toBe(false);
  });
});

const shared = resolve(
  import.meta.dirname,
  "../../..",
  process.env["MCPOLICY_SHARED"] ?? "../shared",
  "data/mcp-tools",
);

describe("policy init over the definitions of real servers", () => {
  if (!existsSync(shared)) {
    it.skipIf(process.env["MCPOLICY_REQUIRE_SHARED"] !== "1")(`needs ${shared} (1 test for each of its files)`, () => {
      throw new Error(`${shared} is not there`);
    });
    return;
  }
  const servers = readdirSync(shared).filter((name) => name.endsWith(".json") && name !== "index.json");

  it.each(servers)("%s", async (name) => {
    const cwd = folderOf({});
    const made = await policy(["init", "--from-tools", join(shared, name), "--format", "json"], { cwd });
    expect(made.err).toBe("");
    expect(made.code).toBe(0);
    const { counts } = JSON.parse(made.out);
    expect(counts.read + counts.denied + counts.undecided).toBe(counts.tools);
    expect(await policy(["fmt", "--check"], { cwd })).toMatchObject({ code: 0, out: "" });
    expect(await policy(["check", "--format", "json"], { cwd })).toMatchObject({ code: 0 });
    const tested = await policy(["test", "--format", "json"], { cwd });
    expect(tested.code).toBe(0);
    expect(JSON.parse(tested.out).summary.passed).toBe(counts.tests);
  });
});
