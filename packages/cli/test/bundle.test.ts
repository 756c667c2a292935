import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { folderOf, small } from "./policy.ts";

const folder = resolve(import.meta.dirname, "..");

it("packs, installs without dependencies, and runs as a user would run it", () => {
  const cwd = folderOf({ ...small, "package.json": '{ "private": true }', "list.json": small["tools/fs.json"]! });
  execFileSync("npm", ["pack", "--silent", "--pack-destination", cwd], { cwd: folder, stdio: "pipe" });
  const tarball = readdirSync(cwd).find((name) => name.endsWith(".tgz"))!;
  execFileSync("npm", ["install", "--offline", "--no-audit", "--no-fund", "--silent", `./${tarball}`], {
    cwd,
    stdio: "pipe",
  });
  expect(readdirSync(join(cwd, "node_modules")).filter((name) => !name.startsWith("."))).toEqual(["@mcpolicy"]);
  expect(readdirSync(join(cwd, "node_modules/@mcpolicy"))).toEqual(["cli"]);

  const licences = readFileSync(join(cwd, "node_modules/@mcpolicy/cli/dist/THIRD-PARTY-LICENSES.txt"), "utf8");
  for (const name of ["chevrotain", "ajv", "yaml", "commander"])
    expect(licences).toMatch(new RegExp(`^${name} \\d`, "m"));

  const policy = (...args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(join(cwd, "node_modules/.bin/policy"), args, {
      cwd,
      encoding: "utf8",
    });
    return { code: status, out: stdout, err: stderr };
  };
  expect(policy("--version")).toEqual({ code: 0, out: "0.0.0\n", err: "" });
  expect(policy("check", "p").out).toContain("p/fs.mcpolicy: 1 allow, 1 deny, 1 role");
  expect(policy("fmt", "--check", "p")).toEqual({ code: 0, out: "", err: "" });
  expect(policy("test", "p").out).toMatch(/ 2 passed\n$/);
  expect(policy("init", "--from-tools", "list.json", "--name", "mine")).toMatchObject({ code: 0, err: "" });
  expect(policy("test").out).toMatch(/ 13 passed\n$/);
  expect(policy("build", "p", "--format", "esm", "-o", "out")).toMatchObject({ code: 0, err: "" });
  const decides = `import { permits } from "./out/p.mjs";
const operation = { kind: "tool", server: "fs", name: "read_text_file" };
const principal = { id: "a", roles: ["reader"] };
const ask = (path) => permits({ principal, operation, arguments: { path }, context: { time: 0 } });
console.log(ask("/workspace/a.md"), ask("/workspace/.env"), ask("/etc/passwd"));`;
  expect(execFileSync(process.execPath, ["--input-type=module", "-e", decides], { cwd, encoding: "utf8" })).toBe(
    "true false false\n",
  );
  const asked = ["--as", "id=a,roles=reader", "--call", "fs.read_text_file", "--with", '{"path": "/workspace/.env"}'];
  expect(policy("eval", "--policy", "p", ...asked).out).toMatch(/^deny \(rule\)/);
  expect(policy("eval", "--policy", "p", ...asked.slice(0, 4), "--with", '{"path": 1}').out).toMatch(/^invalid/);
  expect(policy("chekc")).toMatchObject({ code: 4 });
}, 180_000);
