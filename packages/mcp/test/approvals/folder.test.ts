import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { approvalsCases, exampleQuestion } from "@mcpolicy/testing";
import { expect, onTestFinished, test } from "vitest";
import { folderApprovals } from "../../src/approvals/folder-approvals.ts";

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "mcpolicy-approvals-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

const few = { mostOfCaller: 9 };

test.for(approvalsCases)("approvals in a folder: $name", async ({ run }) => {
  let time = 1_000_000;
  const now = (): number => time;
  const pass = (milliseconds: number): void => {
    time += milliseconds;
  };
  const folder = newFolder();
  await run({ make: () => [folderApprovals({ folder, now }), folderApprovals({ folder, now })], now, pass });
  expect(readdirSync(folder).filter((name) => name.endsWith(".draft"))).toEqual([]);
});

test("questions are for their owner's eyes, and over with the process that asked", () => {
  const folder = join(newFolder(), "approvals");
  const first = folderApprovals({ folder, isFresh: true, now: () => 0 });
  void first.ask(exampleQuestion("a", 0, 10), few);
  void first.answer("a", { approved: true, by: { id: "l", tenant: "null", roles: [] }, at: 1 });
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder, "a.question.json")).mode & 0o777).toBe(0o600);
  expect(folderApprovals({ folder, now: () => 0 }).get("a")).toHaveProperty("answer");
  expect(folderApprovals({ folder, isFresh: true, now: () => 0 }).get("a")).toBeUndefined();
  expect(readdirSync(folder)).toEqual([]);
});

test("nothing is asked beyond the most that there may be, or under a name that is none", () => {
  const approvals = folderApprovals({ folder: newFolder(), most: 1, now: () => 0 });
  void approvals.ask(exampleQuestion("a", 0, 10), few);
  expect(() => approvals.ask(exampleQuestion("b", 0, 10), few)).toThrow("no room for more than 1");
  for (const id of ["../a", "", "a/b", "a".repeat(65)]) {
    expect(() => approvals.ask(exampleQuestion(id, 0, 10), few)).toThrow(TypeError);
    expect(approvals.get(id)).toBeUndefined();
    expect(approvals.answer(id, { approved: true, by: { id: "l", tenant: "null", roles: [] }, at: 0 })).toBe(false);
  }
});

test("a folder that others can write to is none, nor is a file that cannot be read an answer", () => {
  const folder = newFolder();
  chmodSync(folder, 0o777);
  expect(() => folderApprovals({ folder })).toThrow("others can write");
  chmodSync(folder, 0o700);
  const approvals = folderApprovals({ folder, now: () => 0 });
  void approvals.ask(exampleQuestion("a", 0, 10), few);
  writeFileSync(join(folder, "a.answer.json"), '{"approved": true, "approved": false}');
  expect(() => approvals.get("a")).toThrow("holds no record");
});
