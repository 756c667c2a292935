import { appendFileSync, cpSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { signerOf } from "@mcpolicy/audit";
import { openAuditLog } from "@mcpolicy/audit/node";
import { compile } from "@mcpolicy/compiler";
import type { AuditRecord, JsonObject, Principal } from "@mcpolicy/core";
import { checkPolicy } from "@mcpolicy/language";
import { everyAbility, type LoadedPolicy, loadPolicy } from "@mcpolicy/runtime";
import { beforeAll, describe, expect, it } from "vitest";
import { filesBelow } from "../src/files.ts";
import { folderOf, policy, small } from "./policy.ts";

const at = 1_795_341_600_000;
const reader: Principal = { id: "reader@example.com", client: "ide", roles: ["reader"] };

function loaded(cwd: string, file: string): LoadedPolicy {
  const { policy: checked } = checkPolicy([file], filesBelow(cwd));
  return loadPolicy(compile(checked!), { abilities: everyAbility });
}

/** The records that a host writes of a call. */
function recordsOf(by: LoadedPolicy, n: number, path: string, salt: (id: string) => never): readonly AuditRecord[] {
  const operation = { kind: "tool", server: "fs", name: "read_text_file" } as const;
  const args: JsonObject = { path };
  const time = at + 60_000 * n;
  const { effect, reason, rules } = by.decide({ principal: reader, operation, arguments: args, context: { time } });
  const id = `call-${n}`;
  const decision: AuditRecord = {
    kind: "decision",
    ...{ at: time, id, server: "fs", from: "client", method: "tools/call", era: "legacy" },
    caller: by.record.caller(reader),
    operation,
    ...{ effect, reason, policy: by.digest },
    rules: rules.map(({ id: rule, matched }) => ({ id: rule, matched })),
    arguments: by.record.arguments(args, salt(id)),
    pin: by.servers[0]!.tools["read_text_file"]!.digest,
  };
  const outcome: AuditRecord = {
    ...{ kind: "outcome", at: time + 5, id, server: "fs", ended: "result", rules: [], duration: 5 },
    result: { kept: "size", size: 11 },
  };
  return effect === "allow" ? [decision, outcome] : [decision];
}

const files = {
  ...small,
  "p/full.mcpolicy": `${small["p/fs.mcpolicy"]}\naudit { arguments full }\n`,
  "p/next.mcpolicy": `${small["p/fs.mcpolicy"]}\ndeny "no notes" fs.read_text_file when args.path like "**/*.md"\n`,
};
const paths = ["/workspace/a.md", "/workspace/b.txt", "/workspace/.env", "/etc/passwd"];

let cwd = "";
let publicKey = "";
const audit = (...args: readonly string[]) => policy(["audit", ...args], { cwd });

/** A log of four calls by a policy. */
async function makeLog(name: string, file: string): Promise<void> {
  const { out } = await audit("init", name, "--origin", "example.com/audit", "--key", "audit.key", "--secret", "salt");
  publicKey = out.trim();
  const signer = await signerOf(readFileSync(join(cwd, "audit.key"), "utf8"));
  const secret = Buffer.from(readFileSync(join(cwd, "salt"), "utf8").trim(), "hex");
  const log = await openAuditLog(join(cwd, name), { signer, secret, durability: { sync: "every record" } });
  const by = loaded(cwd, file);
  for (const [n, path] of paths.entries()) {
    for (const record of recordsOf(by, n, path, log.saltOf as never)) await log.append(record);
  }
  await log.close();
  writeFileSync(join(cwd, "audit.pub"), `${publicKey}\n`);
  writeFileSync(join(cwd, "kept.checkpoint"), readFileSync(join(cwd, name, "checkpoint")));
}

beforeAll(async () => {
  cwd = folderOf(files);
  await makeLog("hashed", "p/fs.mcpolicy");
  await makeLog("log", "p/full.mcpolicy");
});

describe("policy audit init", () => {
  it("makes a log, a key and a secret, for their owner alone, and prints the public key", async () => {
    const { code, out, err } = await audit("init", "new", "--origin", "example.com/new");
    expect(code).toBe(0);
    expect(out).toMatch(/^example\.com\/new\+[0-9a-f]{8}\+\S+\n$/);
    expect(err).toContain("signed with new.key, and its digests are salted with new.secret");
    for (const file of ["new.key", "new.secret"]) expect(statSync(join(cwd, file)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(cwd, "new.secret"), "utf8")).toMatch(/^[0-9a-f]{64}\n$/);
  });

  it("makes none where one is", async () => {
    const { code, err } = await audit("init", "log", "--origin", "example.com/audit", "--key", "audit.key");
    expect(err).toContain("there is a log here already");
    expect(code).toBe(2);
  });
});

describe("policy audit verify", () => {
  it("says that a log holds, by whose word, and what was not asked for", async () => {
    const whole = await audit("verify", "log", "--key", "audit.pub", "--checkpoint", "kept.checkpoint");
    expect(whole).toEqual({
      code: 0,
      err: "",
      out: `the log holds\n  example.com/audit: 7 records are signed, 7 are there\n  signed by ${publicKey}\n`,
    });
    const bare = await audit("verify", "log");
    expect(bare.out).toContain("no --key was given: the key is the log's own word");
    expect(bare.out).toContain("no --checkpoint was given");
    expect(bare.code).toBe(0);
  });

  it("says what is wrong, where and why it matters, and ends with 1", async () => {
    cpSync(join(cwd, "log"), join(cwd, "changed"), { recursive: true });
    const file = join(cwd, "changed/records/0000000000000000.ndjson");
    writeFileSync(file, readFileSync(file, "utf8").replace("/workspace/a.md", "/workspace/x.md"));
    const { code, out } = await audit("verify", "changed", "--key", publicKey, "--checkpoint", "kept.checkpoint");
    expect(code).toBe(1);
    expect(out).toContain("the log does NOT hold");
    expect(out).toContain("record-changed  tile/0/000.p/7: record 1 is not the one whose hash is kept");
    expect(out).toContain("kept-differs  kept.checkpoint: the first 7 records are not those of then");
    const json = await audit("verify", "changed", "--key", publicKey, "--format", "json");
    expect(JSON.parse(json.out)).toMatchObject({
      holds: false,
      records: 7,
      findings: [{ means: expect.any(String) }, {}],
    });
  });

  it("escapes what a log says", async () => {
    cpSync(join(cwd, "log"), join(cwd, "odd"), { recursive: true });
    appendFileSync(join(cwd, "odd/keys"), "\u001b[2J+00000000+AAAA\n");
    const { code, out } = await audit("verify", "odd", "--key", "audit.pub");
    expect(code).toBe(1);
    expect(out).not.toContain("\u001b");
  });

  it("ends with 2 where there is no log", async () => {
    expect(await audit("verify", "p")).toEqual({ code: 2, out: "", err: "error: there is no log in p\n" });
  });
});

describe("policy audit prove", () => {
  it("proves a record to somebody who has the public key alone, and discloses what it is told to", async () => {
    const made = await audit(
      "prove",
      "hashed",
      "--key",
      "audit.pub",
      "--id",
      "call-2",
      "--secret",
      "salt",
      "--disclose",
      '/arguments/path="/workspace/.env"',
      "-o",
      "p.tlog-proof",
    );
    expect(made).toEqual({ code: 0, out: "", err: "" });
    const { code, out } = await audit("verify", "--proof", "p.tlog-proof", "--key", publicKey);
    expect(out).toContain("the proof holds\n  record 5 of the 7 of example.com/audit\n");
    expect(out).toContain('deny    fs.read_text_file  for reader@example.com (ide)  rule by "no secrets"  call-2');
    expect(out).toContain('/arguments/path is "/workspace/.env"');
    expect(code).toBe(0);
    const json = await audit("verify", "--proof", "p.tlog-proof", "--key", publicKey, "--format", "json");
    expect(JSON.parse(json.out)).toMatchObject({ holds: true, index: 5, keys: [publicKey] });
  });

  it("proves what a call came to, or a record by its index, to standard output", async () => {
    const { out } = await audit("prove", "log", "--key", "audit.pub", "--id", "call-0", "--outcome");
    expect(out).toMatch(/^c2sp\.org\/tlog-proof@v1\nextra /);
    const { out: second, err } = await audit("prove", "log", "--record", "2");
    expect(second).toBe(out);
    expect(err).toContain("no --key was given");
  });

  it("refuses what it cannot prove", async () => {
    const { err, code } = await audit("prove", "log", "--id", "call-9");
    expect(err).toBe("error: there is no such record in the log, or its body was deleted\n");
    expect(code).toBe(1);
    writeFileSync(join(cwd, "x.tlog-proof"), "x");
    const verdict = await audit("verify", "--proof", "x.tlog-proof", "--key", publicKey);
    expect(verdict).toMatchObject({ code: 1, out: expect.stringContaining("the proof does NOT hold") });
  });
});

describe("policy audit query", () => {
  it("finds records, one a line", async () => {
    const { code, out, err } = await audit("query", "log", "--effect", "deny", "--tool", "fs.*");
    expect(out).toBe(
      [
        `     5  2026-11-22T10:02:00.000Z  deny    fs.read_text_file  for reader@example.com (ide)  rule by "no secrets"  call-2`,
        `     6  2026-11-22T10:03:00.000Z  deny    fs.read_text_file  for reader@example.com (ide)  default  call-3`,
        "",
      ].join("\n"),
    );
    expect({ code, err }).toEqual({ code: 0, err: "" });
  });

  it("finds a call with what it came to, in a time", async () => {
    const { out } = await audit("query", "log", "--caller", "reader@example.com", "--until", "2026-11-22T10:01:00Z");
    expect(out).toContain("allow   fs.read_text_file");
    expect(out).toContain("result  after 5 ms, 11 bytes  call-0");
    expect(out.split("\n")).toHaveLength(3);
  });

  it("finds by the value of an argument, behind its digest too", async () => {
    const asked = ["--arg", "path=/workspace/.env", "--format", "json"];
    const plain = JSON.parse((await audit("query", "log", ...asked)).out);
    expect(plain).toMatchObject({ records: [{ index: 5, record: { id: "call-2" } }], isMore: false });
    expect(JSON.parse((await audit("query", "hashed", ...asked)).out).records).toEqual([]);
    expect(JSON.parse((await audit("query", "hashed", ...asked, "--secret", "salt")).out).records).toMatchObject([
      { index: 5 },
    ]);
  });

  it("says where there is more, and what is gone or unreadable", async () => {
    const { out, err } = await audit("query", "log", "--limit", "2");
    expect(out.split("\n")).toHaveLength(3);
    expect(err).toContain("there are more than 2");
    cpSync(join(cwd, "log"), join(cwd, "torn"), { recursive: true });
    appendFileSync(join(cwd, "torn/records/0000000000000000.ndjson"), "nothing\n");
    expect((await audit("query", "torn")).err).toContain("1 lines are no records");
    expect(await audit("query", "p")).toMatchObject({ code: 2, err: "error: there is no log in p\n" });
  });
});

describe("policy audit replay", () => {
  it("says what would change, and exits with 1", async () => {
    const { code, out } = await audit("replay", "log", "--policy", "p/next.mcpolicy");
    expect(out).toBe(
      [
        "4 decisions: 1 would change, 3 would not, 0 could not be replayed",
        "  allow→deny  1",
        '  1 × allow → deny  fs.read_text_file  by rule "no notes"; first: record 1, 2026-11-22T10:00:00.000Z for reader@example.com',
        "",
      ].join("\n"),
    );
    expect(code).toBe(1);
    expect(await audit("replay", "log", "--policy", "p/fs.mcpolicy")).toMatchObject({ code: 0 });
  });

  it("says what could not be replayed and why", async () => {
    const { code, out } = await audit("replay", "hashed", "--policy", "p/next.mcpolicy");
    expect(out).toContain("4 decisions: 0 would change, 0 would not, 4 could not be replayed\nnot replayed:\n");
    expect(out).toContain("4  the answer hangs on values of arguments of which the log keeps names or digests only");
    expect(code).toBe(0);
    expect(await audit("replay", "hashed", "--policy", "p/next.mcpolicy", "--strict")).toMatchObject({ code: 1 });
    const json = JSON.parse((await audit("replay", "hashed", "--policy", "p/next.mcpolicy", "--format", "json")).out);
    expect(json).toMatchObject({ decisions: 4, notReplayed: { values: 4 }, whyNot: { values: expect.any(String) } });
  });

  it("needs no values for what both policies say alike", async () => {
    const { code, out } = await audit("replay", "hashed", "--policy", "p/fs.mcpolicy", "--was", "p/fs.mcpolicy");
    expect(out).toContain("4 decisions: 0 would change, 4 would not, 0 could not be replayed");
    expect(out).toContain("4 needed no values");
    expect(code).toBe(0);
  });

  it("looks at a time only", async () => {
    const { out } = await audit(
      "replay",
      "log",
      "--policy",
      "p/next.mcpolicy",
      "--since",
      "2026-11-22T10:00:30Z",
      "--until",
      "2026-11-22T10:02:30Z",
    );
    expect(out).toContain("2 decisions: 0 would change");
  });

  it("ends with 2 where the policy is invalid, or there is no log", async () => {
    expect(await audit("replay", "p", "--policy", "p/fs.mcpolicy")).toMatchObject({ code: 2 });
    writeFileSync(join(cwd, "bad.mcpolicy"), "mcpolicy 1\nallow\n");
    expect(await audit("replay", "log", "--policy", "bad.mcpolicy")).toMatchObject({ code: 2 });
  });
});

describe("policy audit change-key, prune", () => {
  it("hands over to another key, in whose name the log goes on", async () => {
    const changed = await audit("change-key", "log", "--key", "audit.key", "--next", "next.key");
    expect(changed.code).toBe(0);
    writeFileSync(join(cwd, "next.pub"), changed.out);
    for (const key of ["audit.pub", "next.pub"]) {
      expect(await audit("verify", "log", "--key", key, "--checkpoint", "kept.checkpoint")).toMatchObject({ code: 0 });
    }
    const { code, err } = await audit("prune", "log", "--key", "audit.key", "--older-than", "1d");
    expect(err).toContain("the log is signed by");
    expect(code).toBe(2);
  });

  it("deletes whole files of old records", async () => {
    const { out, code } = await audit("prune", "hashed", "--key", "audit.key", "--before", "2026-11-22");
    expect(out).toBe("0 records were deleted: no file holds none but older ones\n");
    expect(code).toBe(0);
  });
});

describe("wrong usage ends with 4", () => {
  // biome-ignore format: table
  it.each<[readonly string[], string]>([
    [["frob"],                                            "unknown command 'frob'"],
    [["verify"],                                          "which log?"],
    [["verify", "log", "--key", "nowhere"],               "--key cannot read nowhere"],
    [["verify", "log", "--key", "a+b+c"],                 "--key: a public key is NAME+ID+KEY"],
    [["verify", "log", "--checkpoint", "nowhere"],        "--checkpoint cannot read nowhere"],
    [["verify", "--proof", "nowhere", "--key", "audit.pub"], "--proof cannot read nowhere"],
    [["verify", "--proof", "kept.checkpoint"],            "whose signature?"],
    [["prove", "log"],                                    "which record?"],
    [["prove", "log", "--id", "x", "--record", "1"],      "which record?"],
    [["prove", "log", "--record", "1", "--disclose", "/arguments/path=1"], "--disclose needs --secret"],
    [["prove", "log", "--record", "1", "--disclose", "path", "--secret", "salt"], "--disclose takes PATH=JSON"],
    [["prove", "log", "--record", "1", "--disclose", "/arguments/path=1", "--secret", "salt"], "the record has no digest of 1"],
    [["prove", "log", "--record", "1", "--disclose", "/arguments/path=1", "--secret", "audit.pub"], "holds no secret"],
    [["query", "log", "--effect", "perhaps"],             "argument 'perhaps' is invalid"],
    [["query", "log", "--since", "noon"],                 "--since takes an instant"],
    [["query", "log", "--last", "1h", "--since", "2026-11-22"], "either --since or --last"],
    [["query", "log", "--arg", "path"],                   "--arg takes NAME=JSON"],
    [["replay", "log", "--policy", "nowhere"],            "no file or folder nowhere"],
    [["init", "x", "--origin", "a b"],                    "--origin is a name without white space"],
    [["init", "x"],                                       "required option '--origin <name>' not specified"],
    [["change-key", "log", "--key", "salt", "--next", "n"], "--key: a private key is"],
    [["prune", "log", "--key", "audit.key"],              "either --before or --older-than"],
  ])("policy audit %j", async (args, message) => {
    const { code, out, err } = await audit(...args);
    expect(err).toContain(message);
    expect(out).toBe("");
    expect(code).toBe(4);
  });

  it.each(["init", "verify", "prove", "query", "replay", "change-key", "prune"])(
    "and %s shows an example",
    async (name) => {
      const { code, out } = await audit(name, "--help");
      expect(out).toContain(`Usage: policy audit ${name}`);
      expect(out).toContain(`Example: policy audit ${name}`);
      expect(code).toBe(0);
    },
  );
});
