import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { keyPairOf, signerOf } from "@mcpolicy/audit";
import { createAuditLog, openAuditLog } from "@mcpolicy/audit/node";
import { type AuditRecord, type DecisionRecord, type JsonObject, type PinFile, pinFileOf } from "@mcpolicy/core";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { checklist } from "../src/doctor/index.ts";
import { folderOf, listing, policy } from "./policy.ts";

const pins = pinFileOf(
  { tools: JSON.parse(listing).tools, resources: [], resourceTemplates: [], prompts: [] },
  { package: "fs", version: "1.0.0", license: "MIT" },
);

/** A deployment of which everything that can be checked holds. */
const whole: Readonly<Record<string, string>> = {
  "tools/fs.json": JSON.stringify(pins),
  "p/fs.mcpolicy": `mcpolicy 1

server fs from "../tools/fs.json" root "/workspace"

token { issuer "https://id.example.com" audience "https://mcp.example.com/fs" }
audit { arguments hashed, results size }
network fs { }

capability read:files {
  fs.read_text_file when args.path under "/workspace"
}

role reader { read:files }

deny "no secrets" fs.* when some p in paths(args): p like "**/.env*"
`,
  "p/fs.test.yaml": `policy: fs.mcpolicy
principals:
  reader: { id: reader@example.com, roles: [reader] }
tests:
  - { name: reads, as: reader, call: fs.read_text_file, with: { path: /workspace/a.md }, expect: allow }
  - { name: no secrets, as: reader, call: fs.read_text_file, with: { path: /workspace/.env }, expect: deny }
`,
  "skills/notes/SKILL.md": `---
allowed-tools: mcp__fs__read_text_file
metadata:
  mcpolicy-capabilities: read:files
---
`,
  "mcpolicy.config.json": JSON.stringify({
    proxy: {
      auth: { keys: { "https://id.example.com": "jwks.json" }, revocations: "revoked.jsonl" },
      audit: { folder: "var/log" },
    },
    isolate: {
      target: "compose",
      output: "deploy",
      runtime: "gvisor",
      servers: { fs: { image: `r.example/fs@sha256:${"0".repeat(64)}` } },
    },
  }),
};

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../test-fixtures/schema/doctor.schema.json"), "utf8"),
);
const fits = new Ajv2020({ strict: false }).compile(schema);

interface Report {
  readonly policy: string;
  readonly summary: Readonly<Record<string, number>>;
  readonly checks: readonly { readonly name: string; readonly status: string; readonly findings: readonly string[] }[];
}

/** The report on a deployment with other files; the files that isolate it are written before `later` changes anything. */
async function doctor(
  files: Readonly<Record<string, string>> = {},
  { args = [], later = {} }: { args?: readonly string[]; later?: Readonly<Record<string, string>> } = {},
) {
  const cwd = folderOf({ ...whole, ...files });
  await policy(["isolate", "p", "-o", "deploy"], { cwd });
  for (const [path, text] of Object.entries(later)) writeFileSync(join(cwd, path), text);
  const run = await policy(["doctor", "p", ...args, "--format", "json"], { cwd });
  const report: Report = JSON.parse(run.out || "null");
  if (report !== null) expect(fits(report), JSON.stringify(fits.errors)).toBe(true);
  const by = (status: string) => report.checks.filter((each) => each.status === status);
  return { ...run, report, by, cwd };
}

const edit = (from: string, to: string) => ({ "p/fs.mcpolicy": whole["p/fs.mcpolicy"]!.replace(from, to) });

/** The configuration with something else of the proxy. */
function configured(changes: object): Readonly<Record<string, string>> {
  const config = JSON.parse(whole["mcpolicy.config.json"]!);
  return { "mcpolicy.config.json": JSON.stringify({ ...config, proxy: { ...config.proxy, ...changes } }) };
}

/** What of the whole deployment cannot be told without a log. */
const needsLog = ["grants-used", "log-verifies", "log-complete", "log-of-this-policy", "pins-fresh"];

describe("policy doctor", () => {
  it("finds nothing wrong with a deployment that has everything but a log", async () => {
    const { code, report, by } = await doctor();
    expect(by("fails")).toEqual([]);
    expect(by("advice")).toEqual([]);
    expect(by("unchecked").map(({ name }) => name)).toEqual(needsLog);
    expect(report.checks.map(({ name }) => name)).toEqual(checklist.map(({ name }) => name));
    expect(code).toBe(0);
  });

  it("asks for everything under --strict", async () => {
    expect((await doctor({}, { args: ["--strict"] })).code).toBe(1);
  });

  it.each<[name: string, files: Readonly<Record<string, string>>, finding: string]>([
    [
      "tokens-asked-for",
      edit(/token .*\n/.exec(whole["p/fs.mcpolicy"]!)![0], ""),
      "no `token` statement says whose tokens are taken",
    ],
    ["tokens-asked-for", edit('issuer "https://id.example.com" ', ""), "names no issuer"],
    ["callers-verified", configured({ auth: { principal: { id: "dev" } } }), "everybody is `proxy.auth.principal`"],
    ["callers-verified", configured({ auth: {} }), "does not say whose tokens are taken"],
    ["log-written", configured({ audit: undefined }), "decisions go to standard error"],
    ["log-written", configured({ audit: { folder: "l", whenAway: "go-on" } }), "calls go on while the log"],
    ["tokens-short-lived", edit('/fs" }', '/fs" lifetime at most 1h }'), "tokens may live for 1h"],
    ["tokens-audience-bound", edit("https://mcp.example.com/fs", "mcp"), "the audience `mcp` may be anybody's"],
    ["grants-narrow", edit("role reader", 'allow "all" reader to *\nrole reader'), "each tool of each server"],
    ["networks-stated", edit("network fs { }\n", ""), "no `network` statement speaks of `fs`"],
    [
      "networks-closed",
      edit("network fs { }", 'network fs { connect "*:443" }'),
      "`fs` may connect to any host on port 443",
    ],
    [
      "tools-typed",
      edit("role reader", "server raw untyped\nnetwork raw { }\nrole reader"),
      "nothing is pinned of `raw`",
    ],
    [
      "strings-bounded",
      edit(
        "role reader {",
        'capability write:files { fs.write_file when args.path under "/workspace" }\nrole reader { write:files,',
      ),
      "`fs.write_file content`",
    ],
    [
      "rules-tested",
      edit("role reader", 'deny "no many" fs.read_many\nrole reader'),
      "in no test a decision was made by `no many`",
    ],
    ["reviews-done", edit('"**/.env*"', '"**/.env*" review 2026-01-01'), "(p/fs.mcpolicy)"],
    [
      "tests-pass",
      { "p/fs.test.yaml": whole["p/fs.test.yaml"]!.replace("expect: allow", "expect: deny") },
      "p/fs.test.yaml does not pass",
    ],
    ["pins-whole", { "tools/fs.json": listing }, "no digests in `tools/fs.json`"],
    [
      "images-pinned",
      { "mcpolicy.config.json": whole["mcpolicy.config.json"]!.replace("@sha256:", ":") },
      "no digest holds the image of `fs`",
    ],
    [
      "skills-state-needs",
      { "skills/notes/SKILL.md": "---\nallowed-tools: fs.read_text_file\n---\n" },
      "does not state what it needs: read:files",
    ],
    [
      "skills-state-needs",
      { "skills/notes/SKILL.md": whole["skills/notes/SKILL.md"]!.replace("read:files", "write:files") },
      "states `write:files`, and needs `read:files`",
    ],
    [
      "skills-state-needs",
      {
        "skills/notes/SKILL.md": whole["skills/notes/SKILL.md"]!.replace(
          "mcp__fs__read_text_file",
          "mcp__fs__raed_text_file",
        ),
      },
      "did you mean `read_text_file`?",
    ],
  ])("%s fails", async (name, files, finding) => {
    const { code, by } = await doctor(files);
    const found = by("fails").find((each) => each.name === name);
    expect(found?.findings.join("\n")).toContain(finding);
    expect(code).toBe(1);
  });

  describe("with a log", () => {
    const decision = (id: string, policy: string, more: Partial<DecisionRecord> = {}): DecisionRecord => ({
      kind: "decision",
      at: 1_000,
      id,
      server: "fs",
      from: "client",
      method: "tools/call",
      era: "legacy",
      operation: { kind: "tool", server: "fs", name: "read_text_file" },
      effect: "allow",
      reason: "rule",
      rules: [{ id: "role reader: read:files", matched: "true" }],
      policy,
      ...more,
    });
    const outcome = (id: string): AuditRecord => ({
      kind: "outcome",
      at: 1_001,
      id,
      server: "fs",
      ended: "result",
      rules: [],
      duration: 1,
    });
    const notice = (what: "pin-difference" | "policy-loaded", text: string): AuditRecord => {
      return { kind: "notice", what, at: 1_002, server: "fs", text };
    };

    /** The report with a log of these records; `{}` stands for the policy's digest. */
    async function withRecords(records: (policy: string) => readonly AuditRecord[], args: readonly string[] = []) {
      const { cwd, report: first } = await doctor();
      const pair = await keyPairOf("example.com/audit", new Uint8Array(32).fill(7));
      const signer = await signerOf(pair.signing);
      const folder = join(cwd, "log");
      await createAuditLog(folder, { origin: "example.com/audit", signer });
      const log = await openAuditLog(folder, { signer, durability: { sync: "every record" } });
      for (const record of records(first.policy)) await log.append(record);
      await log.close();
      writeFileSync(join(cwd, "audit.pub"), `${pair.verifying}\n`);
      const flags = ["doctor", "p", "--log", "log", ...args, "--format", "json"];
      const run = await policy(flags, { cwd });
      const report: Report = JSON.parse(run.out || "null");
      return { ...run, folder, cwd, flags, of: (name: string) => report.checks.find((each) => each.name === name)! };
    }

    it("everything holds of a log that is whole, complete and of this policy", async () => {
      const run = await withRecords(
        (digest) => [
          decision("a", "sha256-old"),
          outcome("a"),
          notice("pin-difference", "was"),
          notice("policy-loaded", "now"),
          decision("b", digest),
          outcome("b"),
        ],
        ["--key", "audit.pub", "--strict"],
      );
      for (const name of needsLog) expect(run.of(name)).toMatchObject({ status: "holds", findings: [] });
      expect(run.code).toBe(0);
    });

    it("finds grants that nobody used, calls without an outcome, another policy, and pins that moved", async () => {
      const run = await withRecords(() => [
        decision("a", "sha256-other", {
          effect: "deny",
          reason: "rule",
          rules: [{ id: "no secrets", matched: "true" }],
        }),
        decision("b", "sha256-other", { rules: [] }),
        notice("pin-difference", "`fs.read_text_file` is not what was pinned"),
      ]);
      expect(run.of("grants-used")).toMatchObject({
        status: "fails",
        findings: ["in the log nothing was allowed by `role reader: read:files`"],
      });
      expect(run.of("log-complete")).toMatchObject({
        status: "advice",
        findings: ["1 of 2 decisions let a call through of which no outcome is written"],
      });
      expect(run.of("log-of-this-policy").findings).toEqual(["the last was made by sha256-other"]);
      expect(run.of("pins-fresh").findings).toEqual(["`fs.read_text_file` is not what was pinned"]);
      expect(run.of("log-verifies").status).toBe("unchecked");
      expect(run.code).toBe(1);
    });

    it("does not rely on a log that was changed", async () => {
      const { cwd, folder, flags } = await withRecords(
        (digest) => [decision("a", digest), outcome("a")],
        ["--key", "audit.pub"],
      );
      const [records] = readdirSync(join(folder, "records"));
      const path = join(folder, "records", records!);
      writeFileSync(path, readFileSync(path, "utf8").replace("read_text_file", "read_text_fil3"));
      const run = await policy(flags, { cwd });
      const check = (JSON.parse(run.out) as Report).checks.find(({ name }) => name === "log-verifies");
      expect(check?.status).toBe("fails");
      expect(run.code).toBe(1);
    });

    it("says that nothing can be told of a log without decisions, or of none", async () => {
      const empty = await withRecords(() => []);
      expect(empty.of("grants-used").status).toBe("unchecked");
      expect(empty.of("log-of-this-policy").status).toBe("unchecked");
      const { cwd } = await doctor();
      const none = await policy(["doctor", "p", "--log", "none"], { cwd });
      expect(none).toMatchObject({ code: 4, err: "error: --log: there is no log in none\n" });
    });
  });

  it("asks real servers whether they are as pinned", async () => {
    const manifest = createRequire(import.meta.url).resolve("@modelcontextprotocol/server-filesystem/package.json");
    const command = [process.execPath, join(dirname(manifest), "dist/index.js"), "."] as const;
    const cwd = folderOf({});
    await policy(["init", "--from", "--name", "fs", "--", ...command], { cwd });
    const where = (servers: object) => writeFileSync(join(cwd, "mcpolicy.config.json"), JSON.stringify({ servers }));
    const check = async () => {
      const { out } = await policy(["doctor", "--live", "--format", "json"], { cwd });
      return (JSON.parse(out) as Report).checks.find(({ name }) => name === "pins-fresh")!;
    };
    where({ fs: { command: command[0], args: command.slice(1) } });
    expect(await check()).toMatchObject({ status: "holds" });
    const pinned: PinFile = JSON.parse(readFileSync(join(cwd, "tools/fs.json"), "utf8"));
    const tools = pinned.tools.map((tool) => (tool.name === "read_text_file" ? { ...tool, name: "read_text" } : tool));
    const older = pinFileOf({ ...pinned, tools: tools as unknown as JsonObject[] }, pinned);
    writeFileSync(join(cwd, "tools/fs.json"), JSON.stringify(older));
    writeFileSync(
      join(cwd, "policies/fs.mcpolicy"),
      'mcpolicy 1\nserver fs from "../tools/fs.json" root "/workspace"\n',
    );
    expect(await check()).toMatchObject({
      status: "fails",
      findings: ["tool `read_text` of `fs` is gone", "tool `read_text_file` of `fs` is new"],
    });
    where({ fs: { command: process.execPath, args: ["-e", "0"] } });
    expect((await check()).findings.join()).toContain("cannot ask `fs`");
    where({ other: { command: "x" } });
    expect((await check()).findings).toEqual(["mcpolicy.config.json does not say where `fs` is"]);
  });

  it("sees files that do not isolate this policy", async () => {
    const changed = await doctor({}, { later: { "deploy/compose.yaml": "services: {}\n" } });
    expect(changed.by("fails")).toMatchObject([
      { name: "isolation-fresh", findings: ["`deploy/compose.yaml`: missing, or not what the policy makes"] },
    ]);
    const config = JSON.parse(whole["mcpolicy.config.json"]!);
    delete config.isolate.output;
    const silent = await doctor({ "mcpolicy.config.json": JSON.stringify(config) });
    expect(silent.by("unchecked").map(({ name }) => name)).toContain("isolation-fresh");
    expect(silent.code).toBe(0);
  });

  it.each([
    [
      "a policy for everyone",
      edit(
        "role reader {",
        'allow "list" anyone to fs.read_many when every p in args.paths: p under "/workspace"\nrole reader {',
      ),
      "grants-to-roles",
    ],
    ["a role of no use", edit("role reader {", "role idle { }\nrole reader {"), "roles-reach-something"],
    [
      "development tokens",
      configured({ auth: { developmentClients: "c.json", revocations: "r" } }),
      "callers-verified",
    ],
    ["tokens that nobody can revoke", configured({ auth: { keys: {} } }), "revocations-known"],
    ["records that a crash may lose", configured({ audit: { folder: "l", sync: "100ms" } }), "log-written"],
    ["a log by default", edit(/audit .*\n/.exec(whole["p/fs.mcpolicy"]!)![0], ""), "log-keeps-stated"],
    [
      "a container alone",
      { "mcpolicy.config.json": whole["mcpolicy.config.json"]!.replace('"runtime":"gvisor",', "") },
      "strong-walls",
    ],
  ])("advises on %s", async (_, files, name) => {
    expect((await doctor(files)).by("advice").map((each) => each.name)).toEqual([name]);
  });

  it("reports as text and markdown, in the order of the guide", async () => {
    const cwd = folderOf({ ...whole, "skills/x/SKILL.md": "---\nallowed-tools: fs.<b>*x*\n---\n" });
    await policy(["isolate", "p", "-o", "deploy"], { cwd });
    const text = await policy(["doctor", "p"], { cwd });
    expect(text.out).toMatch(
      /^p\/fs\.mcpolicy, sha256-[0-9a-f]{64}\n\n1 Authentication on each call\n {2}ok {8}each call/,
    );
    expect(text.out).toContain("\n  FAILS     each skill states the capabilities that it needs, and no others\n");
    expect(text.out).toMatch(/\n\d+ hold, 1 fail, 0 could be better, 5 not checked\n$/);
    const markdown = await policy(["doctor", "p", "--format", "markdown"], { cwd });
    expect(markdown.out).toMatch(/^# Production checklist\n\n`p\/fs\.mcpolicy`, `sha256-/);
    expect(markdown.out).toContain("- [x] tokens live for five minutes at most\n");
    expect(markdown.out).toContain(
      "- [ ] each skill states the capabilities that it needs, and no others\n  - skills/x/SKILL.md: `fs.<b>*x*`",
    );
  });

  it("is the checklist of the guide", () => {
    const page = readFileSync(join(import.meta.dirname, "../../../docs/guide/production-checklist.md"), "utf8");
    const rows = [...page.matchAll(/^\| `([\w-]+)` \| (.+) \|$/gm)].map(([, name, title]) => [name, title]);
    expect(rows).toEqual(checklist.map(({ name, title }) => [name, title]));
  });

  it("ends with 2 of what is invalid, 5 of nothing", async () => {
    expect((await doctor(edit("role reader", "rloe reader"))).code).toBe(2);
    expect((await doctor({ "mcpolicy.config.json": "{" })).code).toBe(2);
    expect(await policy(["doctor"], { cwd: folderOf({}) })).toMatchObject({ code: 5, out: "" });
  });
});
