import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { artifactText } from "@mcpolicy/core";
import { loadPolicy } from "@mcpolicy/runtime";
import { describe, expect, it } from "vitest";
import { folderOf, policy, small } from "./policy.ts";

const asks = (path: string) => ({
  principal: { id: "a", roles: ["reader"] },
  operation: { kind: "tool" as const, server: "fs", name: "read_text_file" },
  arguments: { path },
  context: { time: 0 },
});

describe("policy build", () => {
  it("writes an artifact that loads", async () => {
    const cwd = folderOf(small);
    const { code, err, out } = await policy(["build", "p", "--format", "json", "-o", "out"], { cwd });
    expect([code, err]).toEqual([0, ""]);
    const text = readFileSync(join(cwd, "out/p.artifact.json"), "utf8");
    const loaded = loadPolicy(text);
    expect(out).toContain(`out/p.artifact.json\n${Buffer.byteLength(text)} bytes`);
    expect(out).toContain(loaded.digest);
    expect(artifactText(JSON.parse(text))).toBe(text);
    expect(loaded.decide(asks("/workspace/a.md")).effect).toBe("allow");
  });

  it("writes a module with types and a source map, which decides alike", async () => {
    const cwd = folderOf(small);
    const first = await policy(["build", "p/fs.mcpolicy", "--format", "esm", "-o", "out/deep"], { cwd });
    expect(first).toMatchObject({ code: 0, err: "" });
    expect(first.out).toMatch(
      /^out\/deep\/fs\.mjs\nout\/deep\/fs\.mjs\.map\nout\/deep\/fs\.d\.mts\n\d+ bytes, \d+ gzipped; sha256-/,
    );
    const { decide, digest } = await import(pathToFileURL(join(cwd, "out/deep/fs.mjs")).href);
    expect(decide(asks("/workspace/a.md")).effect).toBe("allow");
    expect(decide(asks("/workspace/.env"))).toMatchObject({ effect: "deny", rules: [{ id: "no secrets" }] });
    expect(first.out).toContain(digest);
    const map = JSON.parse(readFileSync(join(cwd, "out/deep/fs.mjs.map"), "utf8"));
    expect(map.sources).toEqual(["../../p/fs.mcpolicy"]);
    expect(map.sourcesContent).toEqual([small["p/fs.mcpolicy"]]);
    const again = await policy(["build", "p/fs.mcpolicy", "--target", "esm", "-o", "out/deep"], { cwd });
    expect(again.out).toContain("out/deep/fs.mjs (as it was)\n");
  });

  it("checks that files are what would be written", async () => {
    const cwd = folderOf(small);
    const check = () => policy(["build", "p", "-o", "out", "--check"], { cwd });
    expect(await check()).toMatchObject({ code: 1, out: "" });
    expect(existsSync(join(cwd, "out"))).toBe(false);
    await policy(["build", "p", "-o", "out"], { cwd });
    expect(await check()).toEqual({ code: 0, out: "", err: "" });
    writeFileSync(join(cwd, "out/p.artifact.json"), "{}");
    expect((await check()).err).toContain("out/p.artifact.json is not what the policy makes");
  });

  it("makes no module of a policy that asks its host for more, unless the host is said to do it", async () => {
    const cwd = folderOf({
      ...small,
      "p/fs.mcpolicy": `${small["p/fs.mcpolicy"]}
require "a lead says yes" approval from reader for fs.read_text_file
limit "not too much" fs.* to 5 per 1h per principal
`,
    });
    const args = ["build", "p", "--format", "esm", "-o", "out"];
    const refused = await policy(args, { cwd });
    expect(refused).toMatchObject({ code: 2, out: "" });
    expect(refused.err).toContain(
      "error[P0605]: a module decides and validates; this policy asks its host for more: `approval`, `limit`, `require`, which uses up proofs\n",
    );
    expect(existsSync(join(cwd, "out"))).toBe(false);
    expect(await policy([...args, "--left-to-host", "memory"], { cwd })).toMatchObject({ code: 2 });
    expect(await policy([...args, "--left-to-host", "memory,approval"], { cwd })).toMatchObject({ code: 0, err: "" });
    expect((await policy([...args, "--left-to-host", "memry"], { cwd })).err).toContain("did you mean `memory`?");
  });

  it("wants to know where to, and takes the names that it knows", async () => {
    const cwd = folderOf(small);
    expect(await policy(["build", "p"], { cwd })).toMatchObject({ code: 4 });
    expect(await policy(["build", "p", "-o", "out", "--format", "wasm"], { cwd })).toMatchObject({ code: 4 });
    expect(await policy(["build", "p", "-o", "out", "--name", "../x"], { cwd })).toMatchObject({ code: 4 });
    const named = await policy(["build", "p", "-o", "out", "--name", "mine"], { cwd });
    expect(named.out).toContain("out/mine.artifact.json\n");
  });

  it("builds nothing of a policy with errors", async () => {
    const cwd = folderOf({ ...small, "p/fs.mcpolicy": "mcpolicy 1\nallow nobody\n" });
    expect(await policy(["build", "p", "-o", "out"], { cwd })).toMatchObject({ code: 2, out: "" });
    expect(existsSync(join(cwd, "out"))).toBe(false);
  });
});
