import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Revocation } from "@mcpolicy/core";
import { type RevocationsUnderTest, revocationsCases } from "@mcpolicy/testing";
import fc from "fast-check";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { appendRevocation, fileRevocations } from "../src/file-revocations.ts";
import { parseRevocation, revocationLine } from "../src/revocation-line.ts";
import { memoryRevocations } from "../src/revocations.ts";
import { SettingsError } from "../src/settings-error.ts";

const folder = mkdtempSync(join(tmpdir(), "mcpolicy-revocations-"));
afterAll(() => rmSync(folder, { recursive: true }));

let time = Date.UTC(2026, 10, 22, 10);
const clock = {
  now: () => time,
  pass: (milliseconds: number) => {
    time += milliseconds;
  },
};
let files = 0;

function newFile(text = ""): string {
  files += 1;
  const path = join(folder, `${files}.jsonl`);
  writeFileSync(path, text);
  return path;
}

const places: Readonly<Record<string, RevocationsUnderTest>> = {
  memory: { ...clock, make: () => memoryRevocations(clock) },
  "a file": { ...clock, make: () => fileRevocations({ path: newFile(), now: clock.now }) },
};

describe.for(Object.entries(places))("revocations in %s", ([, under]) => {
  test.for(revocationsCases)("$name", ({ run }) => run(under));
});

const token = { id: "t1", subject: "dev@example.com", issuedAt: time };
const day = 86_400_000;

describe("in memory", () => {
  const id = (name: string, until = time + day): Revocation => ({ kind: "id", id: name, until });

  test("what found no room leaves nobody in, until it may be forgotten", () => {
    const revocations = memoryRevocations({ ...clock, most: 2 });
    revocations.revoke(id("a"));
    revocations.revoke(id("b", time + 10));
    expect(() => revocations.revoke(id("c", time + 1000))).toThrow("there is no room for more than 2 revocations");
    expect(() => revocations.isRevoked(token)).toThrow("there was no room");
    clock.pass(1000);
    expect(revocations.isRevoked(token)).toBe(false);
  });

  test("makes room of what is over", () => {
    const revocations = memoryRevocations({ ...clock, most: 2 });
    for (let at = 0; at < 10; at++) {
      revocations.revoke(id(`r${at}`, time + 10));
      revocations.seenOnce(`s${at}`, time + 10);
      clock.pass(6);
    }
    expect(revocations.isRevoked(token)).toBe(false);
  });

  test("refuses ids where there is no room: one of them might have been seen", () => {
    const revocations = memoryRevocations({ ...clock, most: 1 });
    revocations.seenOnce("a", time + day);
    expect(() => revocations.seenOnce("b", time + day)).toThrow("there is no room for more than 1 ids");
  });
});

describe("in a file", () => {
  let path: string;
  beforeEach(() => {
    path = newFile();
  });
  const line = (name: string): string => revocationLine({ kind: "id", id: name, until: time + day });

  test("count for every process that reads it, within the time that is said", () => {
    const [mine, theirs] = [fileRevocations({ path, now: clock.now }), fileRevocations({ path, now: clock.now })];
    expect([mine.isRevoked(token), theirs.isRevoked(token)]).toEqual([false, false]);
    mine.revoke({ kind: "id", id: "t1", until: time + day });
    expect(mine.isRevoked(token)).toBe(true);
    clock.pass(999);
    expect(theirs.isRevoked(token)).toBe(false);
    clock.pass(1);
    expect(theirs.isRevoked(token)).toBe(true);
  });

  test("are lines that a person can read, for the owner alone", () => {
    const fresh = join(folder, "fresh.jsonl");
    const revocation = {
      kind: "subject",
      issuer: "https://id.example.com",
      id: "a",
      issuedBefore: 1_000,
      until: 2_000,
    } as const;
    appendRevocation(fresh, revocationLine(revocation, { revokedAt: 500, reason: "left" }));
    expect(readFileSync(fresh, "utf8")).toBe(
      '{"kind":"subject","issuer":"https://id.example.com","id":"a","issuedBefore":"1970-01-01T00:00:01.000Z","until":"1970-01-01T00:00:02.000Z","revokedAt":"1970-01-01T00:00:00.500Z","reason":"left"}\n',
    );
    expect(statSync(fresh).mode & 0o777).toBe(0o600);
  });

  test("may be written by hand, without a newline at the end; the next one stands on its own line", () => {
    appendFileSync(path, line("t1"));
    const revocations = fileRevocations({ path, now: clock.now });
    expect(revocations.isRevoked(token)).toBe(true);
    revocations.revoke({ kind: "id", id: "t2", until: time + day });
    expect(revocations.isRevoked({ ...token, id: "t2" })).toBe(true);
    expect(revocations.isRevoked({ ...token, id: "t3" })).toBe(false);
  });

  // biome-ignore format: table
  test.for([
    ["a line that is none",        () => appendFileSync(path, "{}\n")],
    ["a line that is half there",  () => appendFileSync(path, line("t2").slice(0, 20))],
    ["bytes that are no text",     () => appendFileSync(path, Buffer.from([0xff, 0x0a]))],
    ["no file any more",           () => renameSync(path, `${path}.old`)],
  ] as const)("%s: nobody is let in until it is mended", ([, damage]) => {
    appendFileSync(path, `${line("t1")}\n`);
    const revocations = fileRevocations({ path, now: clock.now });
    damage();
    clock.pass(1000);
    for (let at = 0; at < 2; at++) {
      expect(() => revocations.isRevoked({ ...token, id: "other" })).toThrow(path);
      clock.pass(1000);
    }
    writeFileSync(path, `\n${line("t1")}\n`);
    clock.pass(1000);
    expect([revocations.isRevoked(token), revocations.isRevoked({ ...token, id: "other" })]).toEqual([true, false]);
  });

  test("begin with a file that is there and sound", () => {
    expect(() => fileRevocations({ path: join(folder, "none") })).toThrow(SettingsError);
    expect(() => fileRevocations({ path: join(folder, "none") })).toThrow(
      "Make an empty one where nothing was revoked yet",
    );
    expect(() => fileRevocations({ path: newFile("x\n") })).toThrow("line 1 of");
  });
});

describe("a line", () => {
  const instant = fc
    .date({ min: new Date(0), max: new Date("9999-12-31T23:59:59.999Z"), noInvalidDate: true })
    .map(Number);
  const name = fc.string({ unit: "grapheme" });
  const optional = fc.option(name, { nil: undefined }).map((issuer) => (issuer === undefined ? {} : { issuer }));
  const revocation: fc.Arbitrary<Revocation> = fc.oneof(
    fc.tuple(optional, name, instant).map(([from, id, until]): Revocation => ({ kind: "id", ...from, id, until })),
    fc
      .tuple(fc.constantFrom("subject", "client"), optional, name, instant, instant)
      .map(([kind, from, id, issuedBefore, until]): Revocation => ({ kind, ...from, id, issuedBefore, until })),
    fc
      .tuple(name, instant, instant)
      .map(([issuer, issuedBefore, until]): Revocation => ({ kind: "issuer", issuer, issuedBefore, until })),
  );

  test("gives back what was written, and stays one line", () => {
    fc.assert(
      fc.property(revocation, (each) => {
        const text = revocationLine(each, { reason: "a\nb" });
        expect(text).not.toContain("\n");
        expect(parseRevocation(text)).toEqual(each);
      }),
    );
  });

  test.for([
    "",
    "[]",
    "{}",
    '{"kind":"id","id":"a"}',
    '{"kind":"id","until":"2026-11-22T10:00:00Z"}',
    '{"kind":"id","id":1,"until":"2026-11-22T10:00:00Z"}',
    '{"kind":"id","id":"a","until":1793000000000}',
    '{"kind":"id","id":"a","until":"tomorrow"}',
    '{"kind":"id","id":"a","id":"b","until":"2026-11-22T10:00:00Z"}',
    '{"kind":"id","id":"a","issuer":null,"until":"2026-11-22T10:00:00Z"}',
    '{"kind":"id","id":"a","untill":"x","until":"2026-11-22T10:00:00Z"}',
    '{"kind":"subject","id":"a","until":"2026-11-22T10:00:00Z"}',
    '{"kind":"issuer","id":"a","issuedBefore":"2026-11-22T10:00:00Z","until":"2026-11-22T10:00:00Z"}',
    '{"kind":"id","id":"a","issuedBefore":"2026-11-22T10:00:00Z","until":"2026-11-22T10:00:00Z"}',
    '{"kind":"issuer","issuer":"x","id":"a","issuedBefore":"2026-11-22T10:00:00Z","until":"2026-11-22T10:00:00Z"}',
    '{"kind":"role","id":"a","issuedBefore":"2026-11-22T10:00:00Z","until":"2026-11-22T10:00:00Z"}',
    '{"kind":"toString","id":"a","until":"2026-11-22T10:00:00Z"}',
  ])("%s is none", (text) => {
    expect(parseRevocation(text)).toBeUndefined();
  });
});
