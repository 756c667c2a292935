import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pinFileOf } from "@mcpolicy/core";
import { describe, expect, it } from "vitest";
import { idOfRefused, intake, serverBounds } from "../../src/wire/intake.ts";

describe("idOfRefused", () => {
  it("finds the id of a refused line, to answer it and for nothing else", () => {
    expect(idOfRefused('{"id":7,"id":7,"method":"x"}', "request")).toBe(7);
    expect(idOfRefused('{"id":"a","x":1e400,"result":{}}', "response")).toBe("a");
    expect(idOfRefused('{"id":"a","x":1e400,"result":{}}', "request")).toBeUndefined();
    expect(idOfRefused('{"id":{},"method":"x"}', "request")).toBeUndefined();
    expect(idOfRefused('{"id":1.5,"method":"x"}', "request")).toBeUndefined();
    expect(idOfRefused('{"id":1', "response")).toBeUndefined();
    for (const many of [100_000, 4_000_000]) expect(idOfRefused("[".repeat(many), "response")).toBeUndefined();
  });
});

const shared = process.env["MCPOLICY_SHARED"] ?? join(import.meta.dirname, "../../../../../shared");
const tools = join(shared, "data/mcp-tools");
if (!existsSync(tools)) console.warn(`mcp: ${tools} is missing: 1 test is left out`);

describe.skipIf(!existsSync(tools) && process.env["MCPOLICY_REQUIRE_SHARED"] !== "1")("intake on real listings", () => {
  it("reads what 41 published servers list, as JSON.parse does, and pins all 762 tools", () => {
    const files = readdirSync(tools).filter((name) => name.endsWith(".json") && name !== "index.json");
    const pinned = files.map((name) => {
      const text = readFileSync(join(tools, name), "utf8");
      const taken = intake(text, serverBounds);
      expect(taken, name).toEqual({ kind: "value", value: JSON.parse(text) });
      return pinFileOf(JSON.parse(text), { package: name, version: "1", license: "MIT" }).tools.length;
    });
    expect([files.length, pinned.reduce((sum, count) => sum + count, 0)]).toEqual([41, 762]);
  });
});
