import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { catalogue, renderText } from "@mcpolicy/diagnostics";
import { describe, expect, test } from "vitest";
import { checkPolicy } from "../src/pipeline.ts";
import { filesIn } from "./on-disk.ts";

const root = resolve(import.meta.dirname, "../../../test-fixtures/diagnostics");
const isOurs = (code: string): boolean => /^P0[1-5]/.test(code);
const folders = readdirSync(root).filter((name) => isOurs(name));
const codes = catalogue.map((row) => row.code).filter(isOurs);

describe("each diagnostic", () => {
  test.for(folders)("%s", async (name) => {
    const folder = join(root, name);
    const clock = join(folder, "now.txt");
    const options = existsSync(clock) ? { now: Date.parse(readFileSync(clock, "utf8").trim()) } : {};
    const { policy, sources, diagnostics } = checkPolicy(["input.mcpolicy"], filesIn(folder), options);

    expect(diagnostics.map((each) => each.code)).toContain(name.slice(0, 5));
    expect(policy === undefined).toBe(diagnostics.some((each) => each.severity === "error"));
    await expect(renderText(diagnostics, sources, { color: false })).toMatchFileSnapshot(join(folder, "expected.txt"));
  });
});

test("every code has a fixture, and every fixture a code", () => {
  expect(codes.filter((code) => !folders.some((name) => name.startsWith(`${code}-`)))).toEqual([]);
  expect(folders.filter((name) => !codes.includes(name.slice(0, 5)))).toEqual([]);
});
