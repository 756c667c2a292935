import type { DecisionRecord } from "@mcpolicy/core";
import { describe, expect, it } from "vitest";
import { cut, linesSink, logLine } from "../../src/audit/lines-sink.ts";

const record: DecisionRecord = {
  kind: "decision",
  at: Date.parse("2026-11-22T10:00:00.000Z"),
  id: "d1",
  server: "fs",
  from: "client",
  method: "tools/call",
  era: "legacy",
  effect: "deny",
  reason: "rule",
  rules: [],
  policy: "sha256-0",
};

describe("logLine", () => {
  it.each([
    "\n",
    "\r",
    "\u001b[2J",
    "\u007f",
    "\u0085",
    "\u009b31m",
    "\u2028",
    "\u202e",
    "\u200b",
    "\ufeff",
    "\u{e0041}",
    "\ud800",
  ])("is one line with nothing in it that steers a reader: %j", (odd) => {
    const line = logLine({ ...record, notes: [`a${odd}b`] });
    expect(line).toMatch(/^[\u0020-\u007e]+$/);
    expect(JSON.parse(line)).toEqual({ ...record, notes: [`a${odd}b`] });
  });

  it("leaves letters alone", () => {
    expect(logLine({ ...record, notes: ["grüße 日本 😀"] })).toContain("grüße 日本 😀");
  });

  it("bears whatever a caller chooses", () => {
    expect(logLine({ ...record, notes: ["x".repeat(1_000_000)] }).length).toBeLessThan(3_000);
    expect(cut("x".repeat(1_000))).toHaveLength(201);
    const names = Array.from({ length: 1_000 }, (_, index) => `a${index}`);
    const line = logLine({ ...record, arguments: { kept: "keys", names } });
    expect(JSON.parse(line).arguments.names).toHaveLength(65);
    expect(JSON.parse(line).arguments.names.at(-1)).toBe("… 936 more");
  });
});

it("writes a line for each record, and fails where the line is lost", () => {
  const lines: string[] = [];
  linesSink((line) => void lines.push(line)).append(record);
  expect(lines).toEqual([`${logLine(record)}\n`]);
  const full = linesSink(() => {
    throw new Error("disk full");
  });
  expect(() => full.append(record)).toThrow("disk full");
});
