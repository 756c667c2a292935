import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { askedTools, NotAList } from "../src/needs/asked-tools.ts";
import { withFrontMatter } from "../src/needs/front-matter.ts";
import { type Held, leastCapabilities } from "../src/needs/least-capabilities.ts";
import { folderOf, listing, policy } from "./policy.ts";

const text = `mcpolicy 1

server fs from "tools.json" root "/w"
server git-hub untyped

capability read:files { fs.read_* when size(strings(args)) > 0 }
capability read:text { fs.read_text_file }
capability write:files { fs.write_file when args.path under "/w" }
capability everything:files { fs.* }
capability issues { git-hub.*_issue except git-hub.delete_issue }

role reader { read:text }
role writer { reader, write:files }
role admin { writer, everything:files, issues }

allow "release" id "bot@example.com" to git-hub.release
token { issuer "https://id.example.com" audience "https://mcp.example.com" lifetime at most 2m }
`;

const files = { "p.mcpolicy": text, "tools.json": listing };

const skill = `---
name: notes # as it is called
allowed-tools: Read, Bash(git:*), mcp__fs__read_text_file, fs.write_file
---

# Notes
---
`;

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../test-fixtures/schema/needs.schema.json"), "utf8"),
);
const fits = new Ajv2020({ strict: false }).compile(schema);

async function needs(args: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const cwd = folderOf({ ...files, ...more });
  const run = await policy(["needs", ...args, "--format", "json"], { cwd });
  const found = JSON.parse(run.out || "null");
  if (found !== null) expect(fits(found), JSON.stringify(fits.errors)).toBe(true);
  return { ...run, found, cwd };
}

describe("policy needs", () => {
  it("finds the least capabilities for a skill's tools, and says so as front matter", async () => {
    const cwd = folderOf({ ...files, "SKILL.md": skill });
    const { code, out, err } = await policy(["needs", "SKILL.md"], { cwd });
    expect(out).toMatch(
      /^---\nmetadata:\n {2}mcpolicy-authentication: token\n {2}mcpolicy-token-refresh: 2m\n {2}mcpolicy-capabilities: read:text write:files\n {2}mcpolicy-policy: sha256-[0-9a-f]{64}\n---\n$/,
    );
    expect(err).toBe("note: no tools of a server, so no policy decides of them: Read, Bash(git:*)\n");
    expect(code).toBe(0);
  });

  it("writes it beside what a skill says already, and says where that is not true any more", async () => {
    const cwd = folderOf({ ...files, "SKILL.md": skill });
    await policy(["needs", "SKILL.md", "--write"], { cwd });
    const written = readFileSync(join(cwd, "SKILL.md"), "utf8");
    expect(written).toContain("name: notes # as it is called\nallowed-tools: Read, Bash(git:*),");
    expect(written).toContain("\n  mcpolicy-capabilities: read:text write:files\n");
    expect(written.endsWith("---\n\n# Notes\n---\n")).toBe(true);
    const again = await policy(["needs", "SKILL.md", "--write"], { cwd });
    expect(again.err).not.toContain("--write renews it");
    expect(readFileSync(join(cwd, "SKILL.md"), "utf8")).toBe(written);
    const more = written.replace("fs.write_file", "fs.*");
    const stale = await policy(["needs", "more.md"], { cwd: folderOf({ ...files, "more.md": more }) });
    expect(stale.err).toContain("what more.md says that it needs is not this; --write renews it");
  });

  it("says whether a role suffices", async () => {
    const writer = await needs(["SKILL.md", "--check", "writer"], { "SKILL.md": skill });
    expect(writer.code).toBe(0);
    expect(writer.found.role).toEqual({ name: "writer", suffices: true, missing: [], beyond: [] });
    const reader = await needs(["SKILL.md", "--check", "reader"], { "SKILL.md": skill });
    expect(reader.code).toBe(1);
    expect(reader.found.role.missing).toEqual([
      { tool: "fs.write_file", capabilities: ["write:files", "everything:files"] },
    ]);
    const admin = await needs(["SKILL.md", "--check", "admin"], { "SKILL.md": skill });
    expect(admin.found.role).toMatchObject({ suffices: true, beyond: ["everything:files", "issues"] });
    const cwd = folderOf({ ...files, "SKILL.md": skill });
    const shown = await policy(["needs", "SKILL.md", "--check", "reader"], { cwd });
    expect(shown.out).toBe(
      "role reader does not suffice: it may not use 1 of 2 tools\n  fs.write_file, which write:files or everything:files holds\n",
    );
  });

  it("a tool that is denied to the role whatever its arguments is missing, whoever holds it", async () => {
    const denied = text.replace("token {", 'deny "no writing" writer except admin to fs.write_file\ntoken {');
    const { code, found } = await needs(["--tool", "fs.write_file", "--check", "writer"], { "p.mcpolicy": denied });
    expect(found.role.missing).toHaveLength(1);
    expect(code).toBe(1);
  });

  it.each([
    ["a list", "tools.txt", "# reads\nfs.read_text_file\n- fs.write_file\n", ["fs.read_text_file", "fs.write_file"]],
    [
      "a JSON list",
      "tools.json5.json",
      '["fs.read_text_file", { "name": "fs.write_file" }]',
      ["fs.read_text_file", "fs.write_file"],
    ],
    [
      "an agent's YAML",
      "agent.yaml",
      "tools: [fs/read_text_file, write_file]\n",
      ["fs.read_text_file", "fs.write_file"],
    ],
    [
      "a list of servers",
      "mcp.json",
      '{ "mcpServers": { "fs": { "command": "x" } } }',
      ["fs.read_text_file", "fs.read_many", "fs.write_file"],
    ],
    [
      "some of a server",
      "mcp.json",
      '{ "servers": { "FS": { "includeTools": ["read_*"], "excludeTools": ["read_many"] }, "off": { "disabled": true } } }',
      ["fs.read_text_file"],
    ],
    [
      "a server without pins",
      "t.txt",
      "mcp__git_hub__create_issue\ngit-hub.release\n",
      ["git-hub.create_issue", "git-hub.release"],
    ],
    [
      "a skill with spaces",
      "SKILL.md",
      "---\nallowed-tools: mcp__fs__read_many Bash(a b) fs:write_file\n---\n",
      ["fs.read_many", "fs.write_file"],
    ],
    [
      "a skill with a list",
      "SKILL.md",
      "---\nallowed-tools:\n  - mcp__fs\n---\n",
      ["fs.read_text_file", "fs.read_many", "fs.write_file"],
    ],
  ])("reads %s", async (_, file, content, tools) => {
    const { found } = await needs([file], { [file]: content });
    expect(found.tools.map(({ tool }: { tool: string }) => tool)).toEqual(tools);
  });

  it.each([
    ["fs.raed_text_file", "`fs` has no tool `raed_text_file`; did you mean `read_text_file`?"],
    ["fsx.read_text_file", "the policy has no server `fsx`; did you mean `fs`?"],
    ["raed_text_file", "`raed_text_file` is no tool of any server; did you mean `read_text_file`?"],
    ["fs.delete_*", "no tool of `fs` is called so"],
    ["git-hub.*", "what `git-hub` offers is not pinned"],
  ])("%s is a finding", async (tool, message) => {
    const { code, err } = await needs(["--tool", tool]);
    expect(err).toContain(message);
    expect(code).toBe(1);
  });

  it("tells tools that no capability holds: those that a rule allows, and those that nobody may use", async () => {
    const release = await needs(["--tool", "git-hub.release"]);
    expect(release.err).toContain('note: no capability holds `git-hub.release`; "release" allows it');
    expect(release.code).toBe(0);
    const gone = await needs(["--tool", "git-hub.delete_issue"]);
    expect(gone.err).toContain("error: no capability holds `git-hub.delete_issue`, and no rule allows it");
    expect(gone.code).toBe(1);
  });

  it("says what is wrong with a file, and that nothing is needed", async () => {
    const page = await needs(["SKILL.md"], { "SKILL.md": "# No front matter\n" });
    expect(page).toMatchObject({
      code: 2,
      err: "error: SKILL.md lists no tools: it has no front matter: its first line is not `---`\n",
    });
    expect(await needs(["a.json"], { "a.json": "{" })).toMatchObject({ code: 2 });
    expect(await needs(["a.json"], { "a.json": '{ "mcpServers": { "fs": 1 } }' })).toMatchObject({ code: 2 });
    expect(await needs(["a.txt"], { "a.txt": "Read\n" })).toMatchObject({ code: 5 });
    expect(await needs([])).toMatchObject({ code: 4 });
    expect(await needs(["none.md"])).toMatchObject({ code: 4 });
    const role = await needs(["--tool", "fs.write_file", "--check", "raeder"]);
    expect(role).toMatchObject({
      code: 4,
      err: "error: --check: the policy has no role `raeder`; did you mean `reader`?\n",
    });
  });
});

describe("the least choice", () => {
  const tools = [0, 1, 2, 3].map((at) => ({ server: "s", name: `t${at}`, asked: "" }));
  const capability = fc.uniqueArray(fc.nat(6), { minLength: 1 });

  it("holds each tool that can be held, and no choice holds less", () => {
    fc.assert(
      fc.property(fc.array(capability, { minLength: 1, maxLength: 6 }), (all) => {
        const held: Held = new Map(
          all.map((numbers, index) => [
            `c${index}`,
            {
              operations: new Set(numbers.map((at) => `t${at}`)),
              holds: ({ name }) => numbers.some((at) => name === `t${at}`),
            },
          ]),
        );
        const least = leastCapabilities(tools, held);
        const holdable = tools.filter((tool) => [...held.values()].some(({ holds }) => holds(tool)));
        const isWhole = (names: readonly string[]) =>
          holdable.every((tool) => names.some((name) => held.get(name)!.holds(tool)));
        const cost = (names: readonly string[]) =>
          new Set(names.flatMap((name) => [...held.get(name)!.operations])).size;
        expect(isWhole(least.capabilities)).toBe(true);
        expect(least.isLeast).toBe(true);
        const names = [...held.keys()];
        for (let choice = 0; choice < 2 ** names.length; choice += 1) {
          const chosen = names.filter((_, index) => choice & (2 ** index));
          if (isWhole(chosen)) expect(cost(chosen)).toBeGreaterThanOrEqual(cost(least.capabilities));
        }
      }),
    );
  });
});

describe("lists of tools", () => {
  it("never throw anything but that they are none", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("SKILL.md", "a.json", "a.yaml", "a.txt"),
        fc.string({ unit: "grapheme" }),
        (file, content) => {
          for (const each of [content, `---\n${content}\n---\n`, `{"mcpServers": ${content}}`]) {
            try {
              askedTools(file, each);
            } catch (problem) {
              expect(problem).toBeInstanceOf(NotAList);
            }
          }
        },
      ),
    );
  });

  it("front matter that is written is read again, whatever the page says", () => {
    const needed = { capabilities: ["a:b"], refresh: "5m", policy: "sha256-x" };
    fc.assert(
      fc.property(fc.string(), (rest) => {
        const page = `---\nallowed-tools: a.b\n---\n${rest}`;
        const written = withFrontMatter(page, needed);
        expect(written.endsWith(rest)).toBe(true);
        expect(askedTools("SKILL.md", written).tools).toEqual(["a.b"]);
      }),
    );
  });
});
