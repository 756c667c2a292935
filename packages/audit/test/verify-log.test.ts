import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { signCheckpoint } from "../src/index.ts";
import { createAuditLog, findingCodes, nodeHasher, openAuditLog, verifyLog } from "../src/node/index.ts";
import { decision, freshFolder, freshLog, key, origin } from "./node-logs.ts";

const { signer, verifier } = await key(1);
const stranger = await key(3);

/** A log of 700 records in several files, pruned once, with checkpoints that were kept apart. */
let made: { readonly folder: string; readonly kept: readonly { name: string; bytes: Buffer }[] };

async function make(folder: string, notes: string): Promise<typeof made> {
  await createAuditLog(folder, { origin, signer });
  const kept: { name: string; bytes: Buffer }[] = [];
  const log = await openAuditLog(folder, {
    signer,
    durability: { sync: "interval", ms: 1000 },
    segment: { bytes: 33_000 },
    now: () => decision(0).at,
  });
  for (let n = 0; n < 700; n += 1) {
    await log.append(decision(n, { notes: [notes] }));
    if (n % 150 === 100) kept.push({ name: `kept ${n}`, bytes: Buffer.from(await log.checkpoint()) });
  }
  await log.checkpoint();
  await log.append(decision(700, { notes: [notes] }));
  kept.push({ name: "kept last", bytes: Buffer.from(await log.checkpoint()) });
  await log.close();
  return { folder, kept };
}

beforeAll(async () => {
  made = await make(mkdtempSync(join(tmpdir(), "policy-audit-")), "x");
  return () => rmSync(made.folder, { recursive: true });
});

/** A copy, changed. */
function changed(change: (folder: string) => void): string {
  const folder = freshFolder();
  cpSync(made.folder, folder, { recursive: true });
  change(folder);
  return folder;
}

/** Those that have records: the one that grows may have none yet. */
const files = (folder: string) =>
  readdirSync(join(folder, "records"))
    .map((name) => join(folder, "records", name))
    .filter((path) => statSync(path).size > 0);
const edit = (path: string, how: (text: string) => string) =>
  writeFileSync(path, how(readFileSync(path, "latin1")), "latin1");
const line = (path: string, how: (lines: string[]) => string[]) =>
  edit(path, (text) =>
    how(text.split("\n").slice(0, -1))
      .map((each) => `${each}\n`)
      .join(""),
  );

test("a log that nobody touched holds, against every checkpoint that was kept", async () => {
  expect(files(made.folder).length).toBeGreaterThan(4);
  const report = await verifyLog(made.folder, { trusted: [verifier], kept: made.kept });
  expect(report).toEqual({
    holds: true,
    head: expect.objectContaining({ origin, size: 702 }),
    records: 702,
    pruned: 0,
    keys: [verifier.key],
    isOwnKey: false,
    findings: [],
  });
});

describe("what was done to a log is found", () => {
  // biome-ignore format: table
  const cases: readonly (readonly [string, (folder: string) => void, readonly string[]])[] = [
    ["a record changed",             (folder) => edit(files(folder)[1]!, (text) => text.replace("developer", "develop3r")), ["record-changed", "records-changed", "kept-differs"]],
    ["a record left out",            (folder) => line(files(folder)[1]!, (lines) => lines.toSpliced(3, 1)),             ["records-missing", "records-changed", "record-changed"]],
    ["a record repeated",            (folder) => line(files(folder)[1]!, (lines) => lines.toSpliced(3, 0, lines[3]!)),  ["records-changed", "records-unsigned", "record-changed"]],
    ["records swapped",              (folder) => line(files(folder)[1]!, (lines) => lines.toSpliced(3, 2, lines[4]!, lines[3]!)), ["record-changed", "records-changed"]],
    ["a record put behind the last", (folder) => line(files(folder).at(-1)!, (lines) => [...lines, lines[0]!]),          ["records-unsigned"]],
    ["the last record gone",         (folder) => line(files(folder).at(-1)!, (lines) => lines.slice(0, -1)),              ["records-missing", "kept-longer"]],
    ["the last line cut",            (folder) => edit(files(folder).at(-1)!, (text) => text.slice(0, -5)),                ["records-torn", "records-missing", "kept-longer"]],
    ["a file of records gone",       (folder) => rmSync(files(folder)[2]!),                                               ["records-missing"]],
    ["the first file gone",          (folder) => rmSync(files(folder)[0]!),                                               ["pruned-unsaid"]],
    ["a file renamed",               (folder) => { cpSync(files(folder)[2]!, join(folder, "records/0000000000000007.ndjson")); rmSync(files(folder)[3]!); }, ["records-changed"]],
    ["the checkpoint gone",          (folder) => rmSync(join(folder, "checkpoint")),                                      ["checkpoint-missing", "records-unsigned"]],
    ["the checkpoint changed",       (folder) => edit(join(folder, "checkpoint"), (text) => text.replace("\n702\n", "\n700\n")), ["checkpoint-refused", "kept-longer"]],
    ["an older checkpoint",          (folder) => writeFileSync(join(folder, "checkpoint"), made.kept[1]!.bytes),            ["records-unsigned", "kept-longer"]],
    ["a tile gone",                  (folder) => rmSync(join(folder, "tile/0/001")),                                      ["tile-missing"]],
    ["a partial tile gone",          (folder) => rmSync(join(folder, "tile/0/002.p/190")),                                ["tile-missing"]],
    ["a hash of a tile changed",     (folder) => edit(join(folder, "tile/0/001"), (text) => `${text.slice(0, 40)}x${text.slice(41)}`), ["record-changed"]],
    ["a hash above changed",         (folder) => edit(join(folder, "tile/1/000.p/2"), (text) => `x${text.slice(1)}`),     ["tile-changed"]],
    ["a tile cut short",             (folder) => edit(join(folder, "tile/0/000"), (text) => text.slice(0, 100)),          ["tile-changed"]],
    ["a tile put in",                (folder) => { mkdirSync(join(folder, "tile/5")); writeFileSync(join(folder, "tile/5/x"), ""); }, ["tile-unknown"]],
    ["an older partial tile, wrong", (folder) => writeFileSync(join(folder, "tile/0/002.p/3"), "x".repeat(96)),           ["record-changed"]],
    ["a key put in",                 (folder) => appendFileSync(join(folder, "keys"), `${stranger.verifier.key}\n`),      ["key-unvouched"]],
    ["the key gone",                 (folder) => writeFileSync(join(folder, "keys"), ""),                                 ["key-unvouched"]],
    ["the key's text changed",       (folder) => edit(join(folder, "keys"), (text) => ` ${text}`),                        ["key-unvouched"]],
    ["a change of keys put in",      (folder) => { mkdirSync(join(folder, "key-changes")); writeFileSync(join(folder, "key-changes/0000000000000009"), "x"); }, ["key-change-refused"]],
  ];

  test.each(cases)("%s", async (_what, change, codes) => {
    const { findings, holds } = await verifyLog(changed(change), { trusted: [verifier], kept: made.kept });
    expect(holds).toBe(false);
    expect(findings.map(({ code }) => code)).toEqual(expect.arrayContaining([...codes]));
    for (const { code, where, text } of findings) {
      expect(Object.keys(findingCodes)).toContain(code);
      expect(`${where}: ${text}`).not.toMatch(/undefined|NaN/);
    }
  });

  test("the very record is named where its hash is still there", async () => {
    const folder = changed((copy) => {
      for (const path of files(copy)) edit(path, (text) => text.replace("call 120", "call 12O"));
    });
    const { findings } = await verifyLog(folder, { trusted: [verifier] });
    expect(findings).toContainEqual({
      code: "record-changed",
      where: "tile/0/000",
      text: "record 121 is not the one whose hash is kept, or its hash was changed",
    });
  });

  test("another history, signed with the very key", async () => {
    const fork = await make(freshFolder(), "y");
    expect(await verifyLog(fork.folder, { trusted: [verifier] })).toMatchObject({ holds: true });
    const { findings } = await verifyLog(fork.folder, { trusted: [verifier], kept: made.kept.slice(0, 1) });
    expect(findings).toEqual([
      { code: "kept-differs", where: "kept 100", text: "the first 102 records are not those of then" },
    ]);
  });

  test("a head of the same records for another log, and one that a stranger signed", async () => {
    const other = await signCheckpoint({ origin: "example.com/other", size: 0, root: nodeHasher.empty }, [signer]);
    const strange = await signCheckpoint({ origin, size: 0, root: nodeHasher.empty }, [stranger.signer]);
    const kept = [
      { name: "other", bytes: Buffer.from(other) },
      { name: "strange", bytes: Buffer.from(strange) },
      { name: "none", bytes: Buffer.from("x") },
    ];
    const { findings } = await verifyLog(made.folder, { trusted: [verifier], kept });
    expect(findings.map(({ code, where }) => [code, where])).toEqual([
      ["kept-differs", "other"],
      ["kept-refused", "strange"],
      ["kept-refused", "none"],
    ]);
  });

  test("whom the verifier does not trust", async () => {
    const { findings, head } = await verifyLog(made.folder, { trusted: [stranger.verifier] });
    expect(head).toBeUndefined();
    expect(findings.map(({ code }) => code)).toEqual(expect.arrayContaining(["checkpoint-refused", "key-unvouched"]));
  });

  test("nothing where there is no log", async () => {
    const { findings } = await verifyLog(freshFolder(), { trusted: [verifier] });
    expect(findings.map(({ code }) => code)).toContain("checkpoint-missing");
  });
});

test("without keys a log is held against its own, and says so", async () => {
  expect(await verifyLog(made.folder, { trusted: [] })).toMatchObject({
    holds: true,
    isOwnKey: true,
    keys: [verifier.key],
  });
});

test("a log holds while it is written to, if what nobody signed yet may be there", async () => {
  const { folder, log } = await freshLog({ checkpointEvery: 1e6 });
  for (let n = 0; n < 300; n += 1) await log.append(decision(n));
  appendFileSync(join(folder, "records/0000000000000000.ndjson"), '{"half');
  expect(await verifyLog(folder, { trusted: [verifier], isLive: true })).toMatchObject({ findings: [], records: 301 });
  const { findings } = await verifyLog(folder, { trusted: [verifier] });
  expect(findings.map(({ code }) => code)).toEqual(["records-torn", "records-unsigned"]);
});

test("a head that covers nothing yet is verified", async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, "keys"), `${signer.key}\n`);
  mkdirSync(dirname(join(folder, "records/x")));
  writeFileSync(join(folder, "records/0000000000000000.ndjson"), "");
  writeFileSync(
    join(folder, "checkpoint"),
    await signCheckpoint({ origin, size: 0, root: nodeHasher.empty }, [signer]),
  );
  expect(await verifyLog(folder, { trusted: [verifier] })).toMatchObject({ holds: true, records: 0 });
});
