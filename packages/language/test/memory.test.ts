import { describe, expect, test } from "vitest";
import { memoryOf } from "../src/memory.ts";
import { checkText, findings, preamble } from "./checked.ts";

function memory(text: string, more: Readonly<Record<string, string>> = {}) {
  const checked = checkText(text, more);
  if (checked.policy === undefined) throw new Error(findings(checked).join("\n"));
  return memoryOf(checked.policy);
}

describe("what a policy remembers", () => {
  test("is bounded by its longest windows", () => {
    const { history, limits, labels } = memory(`
deny "a" fs.write_file when called fs.read_file in last 2h and not called fs.delete_file in last 3d
limit "b" fs.* to 3 per 1h per principal
limit "c" fs.* to 3 per 2d per principal
limit "d" fs.* to 3 at once per principal
label seen on fs.read_file for 5m
deny "e" fs.write_file when carries seen`);
    expect([history?.duration, limits?.duration, labels?.duration]).toEqual([259_200_000, 172_800_000, 300_000]);
    expect(memory("")).toEqual({
      history: undefined,
      limits: undefined,
      labels: undefined,
      isMonotoneOverRequests: true,
      against: [],
    });
  });

  test("counts what the policies that it narrows remember", () => {
    const org = `${preamble}deny "a" fs.write_file when called fs.read_file in last 9d`;
    expect(memory('narrows "org.mcpolicy"', { "org.mcpolicy": org })).toMatchObject({
      history: { duration: 777_600_000 },
      isMonotoneOverRequests: false,
    });
  });

  // Whether a call that was let through can turn against the caller later.
  test.for([
    ['deny "a" fs.write_file when attempted fs.read_file in last 1h', true],
    ['deny "a" fs.write_file when called fs.read_file in last 1h', false],
    ['deny "a" fs.write_file when not called fs.read_file in last 1h', true],
    ['deny "a" fs.write_file when completed fs.read_file in last 1h', false],
    ['allow "a" dev to fs.write_file when called fs.read_file in last 1h', true],
    ['allow "a" dev to fs.write_file unless called fs.read_file in last 1h', false],
    ['allow "a" dev to fs.write_file when count of fs.read_file in last 1h > 3', true],
    ['allow "a" dev to fs.write_file when count of fs.read_file in last 1h < 3', false],
    ['allow "a" dev to fs.write_file when count of attempted fs.read_file in last 1h < 3', true],
    ['allow "a" dev to fs.write_file when count of fs.read_file in last 1h == 3', false],
    // The call that a proof lets through uses it up.
    ["require mfa for fs.write_file", false],
    ["shadow require mfa for fs.write_file", true],
    ['deny "a" result of fs.write_file when count of fs.read_file in last 1h > 3', false],
    ['allow "a" dev to fs.write_file when completed fs.read_file since fs.delete_file in last 1h', false],
    ['limit "l" fs.* to 3 per 1h per principal', false],
    ['shadow limit "l" fs.* to 3 per 1h per principal', true],
    ["label seen on fs.read_file for 5m", false],
  ] as const)("%s: %s", ([text, holds]) => {
    expect(memory(text).isMonotoneOverRequests).toBe(holds);
  });
});
