import { describe, expect, it } from "vitest";
import { argumentNames, cut, type LogRecord, logLine } from "../src/log.ts";

const record: LogRecord = {
  time: "2026-11-22T10:00:00.000Z",
  decisionId: "d1",
  server: "fs",
  from: "client",
  method: "tools/call",
  effect: "deny",
  reason: "rule",
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
    const line = logLine({ ...record, tool: `a${odd}b` });
    expect(line).toMatch(/^[\u0020-\u007e]+$/);
    expect(JSON.parse(line)).toEqual({ ...record, tool: `a${odd}b` });
  });

  it("leaves letters alone", () => {
    expect(logLine({ ...record, tool: "grüße 日本 😀" })).toContain("grüße 日本 😀");
  });

  it("bears whatever a caller chooses", () => {
    expect(logLine({ ...record, note: "x".repeat(1_000_000) }).length).toBeLessThan(3_000);
    expect(cut("x".repeat(1_000))).toHaveLength(201);
    const names = argumentNames(Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`a${index}`, 1])));
    expect(names).toHaveLength(65);
    expect(names.at(-1)).toBe("… 936 more");
  });
});
