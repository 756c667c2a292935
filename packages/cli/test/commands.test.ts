import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { folderOf, policy, small } from "./policy.ts";

const misspelt = small["p/fs.mcpolicy"]!.replace("fs.read_text_file", "fs.raed_text_file");

describe("policy check", () => {
  it("reports what a policy speaks of", async () => {
    const { code, out } = await policy(["check"], { cwd: folderOf(small) });
    expect(out).toContain(`\
p/fs.mcpolicy: 1 allow, 1 deny, 1 role
  server fs: 3 tools, of which 1 allowed to somebody
`);
    expect(code).toBe(0);
  });

  it("ends with 2 and shows the place of an error", async () => {
    const cwd = folderOf({ ...small, "p/fs.mcpolicy": misspelt });
    const { code, out } = await policy(["check", "p/fs.mcpolicy"], { cwd });
    expect(out).toMatch(/^error\[P0\d{3}]: .*raed_text_file/);
    expect(out).toContain("p/fs.mcpolicy:6:");
    expect(out).toContain("read_text_file");
    expect(out).toContain("p/fs.mcpolicy: invalid, nothing can be built from it");
    expect(code).toBe(2);
  });

  it("writes JSON with lines and columns, and nothing else, to standard output", async () => {
    const cwd = folderOf({ ...small, "p/fs.mcpolicy": misspelt });
    const { code, out, err } = await policy(["check", "--format", "json", "--format", "text"], { cwd });
    const report = JSON.parse(out);
    expect(report.summary).toMatchObject({ policies: 1, errors: 1 });
    expect(report.diagnostics[0]).toMatchObject({
      severity: "error",
      place: { file: "p/fs.mcpolicy", start: { line: 6 } },
    });
    expect(err).toMatch(/^error\[P0/);
    expect(code).toBe(2);
  });

  it("writes workflow commands, and reports to files", async () => {
    const cwd = folderOf({ ...small, "p/fs.mcpolicy": misspelt });
    const { out } = await policy(["check", "--format", "github", "--format", "json=out/check.json"], { cwd });
    expect(out).toMatch(/^::error file=p\/fs\.mcpolicy,line=6,endLine=6,col=\d+,endColumn=\d+,title=P0\d{3}::/);
    expect(JSON.parse(readFileSync(join(cwd, "out/check.json"), "utf8")).summary.errors).toBe(1);
  });

  it("checks an imported file as a part of the one that imports it, and a circle once", async () => {
    const server = `mcpolicy 1\n\nserver fs from "../tools/fs.json" root "/workspace"\n`;
    const rule = (more: string) => `mcpolicy 1\n\n${more}\n\nallow "all" anyone to fs.*\n`;
    const cwd = folderOf({
      "tools/fs.json": small["tools/fs.json"]!,
      "p/a.mcpolicy": rule('import "./servers.mcpolicy"'),
      "p/servers.mcpolicy": `${server}\nimport "./a.mcpolicy"\n`,
    });
    const { out } = await policy(["check", "--format", "json"], { cwd });
    expect(JSON.parse(out).policies.map(({ entry }: { entry: string }) => entry)).toEqual(["p/a.mcpolicy"]);
  });

  it("passes node_modules over, and starts from the project's folder", async () => {
    const cwd = folderOf({
      ...small,
      "mcpolicy.config.json": "{}",
      "node_modules/x/bad.mcpolicy": "bad",
      "deep/er/x": "",
    });
    const { code, out } = await policy(["check"], { cwd: join(cwd, "deep/er") });
    expect(out).toContain("/p/fs.mcpolicy: 1 allow");
    expect(code).toBe(0);
  });
});

describe("policy fmt", () => {
  const untidy = small["p/fs.mcpolicy"]!.replace("role reader { read:files }", "role   reader{read:files}");

  it("writes the canonical form, once", async () => {
    const cwd = folderOf({ ...small, "p/fs.mcpolicy": untidy });
    expect(await policy(["fmt", "--check"], { cwd })).toMatchObject({
      code: 1,
      out: "p/fs.mcpolicy is not in its canonical form\n",
    });
    expect(readFileSync(join(cwd, "p/fs.mcpolicy"), "utf8")).toBe(untidy);
    expect(await policy(["fmt"], { cwd })).toMatchObject({ code: 0, out: "p/fs.mcpolicy written\n" });
    expect(readFileSync(join(cwd, "p/fs.mcpolicy"), "utf8")).toBe(small["p/fs.mcpolicy"]);
    expect(await policy(["fmt", "--check"], { cwd })).toEqual({ code: 0, out: "", err: "" });
  });

  it("leaves a file with a syntax error alone", async () => {
    const broken = `${untidy}\nrole {`;
    const cwd = folderOf({ "a.mcpolicy": broken });
    const { code, out } = await policy(["fmt"], { cwd });
    expect(out).toContain("a.mcpolicy is invalid: left as it is");
    expect(code).toBe(2);
    expect(readFileSync(join(cwd, "a.mcpolicy"), "utf8")).toBe(broken);
  });
});

describe("policy test", () => {
  it("passes", async () => {
    const { code, out } = await policy(["test"], { cwd: folderOf(small) });
    expect(out).toMatch(/^ {2}2 passed {3}p\/fs\.test\.yaml {3}\d+ ms\n 2 passed\n$/);
    expect(code).toBe(0);
  });

  it("ends with 1 on a failed case and names the rule and its line", async () => {
    const cwd = folderOf({
      ...small,
      "p/fs.test.yaml": small["p/fs.test.yaml"]!.replace("/workspace/a.md", "/workspace/.env"),
    });
    const { code, out } = await policy(["test", "--bail"], { cwd });
    expect(out).toContain("expected allow, got deny (rule)");
    expect(out).toContain('denied by "no secrets" at p/fs.mcpolicy:11:6');
    expect(code).toBe(1);
  });

  it("ends with 2 on a malformed fixture", async () => {
    const cwd = folderOf({
      ...small,
      "p/fs.test.yaml": small["p/fs.test.yaml"]!.replace("    expect: allow", "    expects: allow"),
    });
    const { code, out } = await policy(["test"], { cwd });
    expect(out).toContain("expects");
    expect(out).toContain("p/fs.test.yaml:9:");
    expect(code).toBe(2);
  });

  it("filters by name, and reports to several places", async () => {
    const cwd = folderOf(small);
    const args = ["test", "--filter", "secrets", "--format", "json", "--format", "junit=out/policy.xml"];
    const { code, out } = await policy(args, { cwd });
    expect(JSON.parse(out).summary).toMatchObject({ cases: 1, passed: 1 });
    expect(readFileSync(join(cwd, "out/policy.xml"), "utf8")).toContain(
      '<testcase classname="p/fs.test.yaml" name="no secrets"',
    );
    expect(code).toBe(0);
  });
});

describe("policy eval and explain", () => {
  const cwd = folderOf(small);
  const ask = (path: string) => [
    ...["--policy", "p", "--as", "id=reader@example.com,roles=reader", "--call", "fs.read_text_file"],
    ...["--with", JSON.stringify({ path }), "--time", "2026-11-22T10:00:00Z"],
  ];

  it("allows", async () => {
    expect(await policy(["eval", ...ask("/workspace/a")], { cwd })).toEqual({
      code: 0,
      out: `\
allow (rule)  fs.read_text_file for reader@example.com (reader)
  allowed by "role reader: read:files" at p/fs.mcpolicy:9:15
    9 │ role reader { read:files }
`,
      err: "",
    });
  });

  it("denies, naming rule, line, value and reason", async () => {
    const { code, out } = await policy(["eval", ...ask("/workspace/.env")], { cwd });
    expect(out).toContain(`\
deny (rule)  fs.read_text_file for reader@example.com (reader)
  denied by "no secrets" at p/fs.mcpolicy:11:6
    11 │ deny "no secrets" fs.* when some p in paths(args): p like "**/.env*"
    p like "**/.env*" is true: p = "/workspace/.env"
  the caller is told: Secrets are out of bounds.
`);
    expect(code).toBe(0);
  });

  it("names the nearest allow of a default denial", async () => {
    const { out } = await policy(["eval", ...ask("/etc/passwd")], { cwd });
    expect(out).toMatch(/^deny \(default\)/);
    expect(out).toContain('nearest allow: "role reader: read:files" at p/fs.mcpolicy:9:15');
    expect(out).toContain('args.path under "/workspace" is false: args.path = "/etc/passwd"');
  });

  it("gives the decision as JSON, and takes arguments from files", async () => {
    writeFileSync(join(cwd, "args.json"), '{"path": "/workspace/.env"}');
    const args = ["eval", ...ask("").map((each) => (each === '{"path":""}' ? "@args.json" : each)), "--format", "json"];
    const { out } = await policy(args, { cwd });
    expect(JSON.parse(out)).toMatchObject({
      effect: "deny",
      reason: "rule",
      rules: [{ id: "no secrets", matched: "true" }],
    });
  });

  it("decides for callers without a token, and says what the policy does not know", async () => {
    const { code, out, err } = await policy(
      ["eval", "--policy", "p", "--unauthenticated", "--call", "fs.raed_text_file"],
      { cwd },
    );
    expect(out).toContain("unauthenticated (unauthenticated)  fs.raed_text_file for a caller without a token");
    expect(err).toContain("did you mean `read_text_file`?");
    expect(code).toBe(0);
  });

  it("escapes what requests carry", async () => {
    const { out } = await policy(["eval", ...ask("/workspace/\u202e\u001b[2J/.env")], { cwd });
    expect(out).not.toMatch(/[\u001b\u202e]/);
  });

  it("explains every rule", async () => {
    const { out } = await policy(["explain", ...ask("/workspace/../etc/passwd")], { cwd });
    expect(out).toContain("every rule, as it met this request:");
    expect(out).toContain('? deny "no secrets" at p/fs.mcpolicy:11:6');
    expect(out).toContain('? allow "role reader: read:files" at p/fs.mcpolicy:9:15');
    expect(out).toContain('args.path = "/workspace/../etc/passwd" (');
  });

  it("prints a code's page", async () => {
    const { code, out } = await policy(["explain", "p0701"], { cwd });
    expect(out).toMatch(/^P0701: .*\(error\)\n\n/);
    expect(code).toBe(0);
  });

  it("ends with 2 where the policy is invalid", async () => {
    const bad = folderOf({ ...small, "p/fs.mcpolicy": misspelt });
    const { code, out, err } = await policy(["eval", ...ask("/workspace/a")], { cwd: bad });
    expect(out).toBe("");
    expect(err).toMatch(/^error\[P0/);
    expect(code).toBe(2);
  });
});

it("ends with 4 where a report cannot be written", async () => {
  const cwd = folderOf({ ...small, out: "a file, no folder" });
  chmodSync(join(cwd, "out"), 0o444);
  const { code, err } = await policy(["check", "--format", "json=out/x.json"], { cwd });
  expect(err).toContain("cannot write out/x.json");
  expect(code).toBe(4);
});
