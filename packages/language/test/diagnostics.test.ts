import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { catalogue, renderText } from "@mcpolicy/diagnostics";
import { describe, expect, test } from "vitest";
import type { Files } from "../src/files.ts";
import { checkPolicy } from "../src/pipeline.ts";
import { filesIn } from "./on-disk.ts";

const root = resolve(import.meta.dirname, "../../../test-fixtures/diagnostics");
const isOurs = (code: string): boolean => /^P0[1-5]/.test(code);
const folders = readdirSync(root).filter((name) => isOurs(name));
const codes = catalogue.map((row) => row.code).filter(isOurs);

/** A fixture's files; `repeat.txt` says how often the last line of its policy stands there. */
function filesOfFixture(folder: string): Files {
  const { read, join: joined } = filesIn(folder);
  const count = read("repeat.txt");
  const repeated = (text: string): string => text.replace(/[^\n]*\n$/, (line) => line.repeat(Number(count)));
  return {
    read: (path) => {
      const text = read(path);
      return path !== "input.mcpolicy" || count === undefined || text === undefined ? text : repeated(text);
    },
    join: joined,
  };
}

describe("each diagnostic", () => {
  test.for(folders)("%s", async (name) => {
    const folder = join(root, name);
    const clock = join(folder, "now.txt");
    const options = existsSync(clock) ? { now: Date.parse(readFileSync(clock, "utf8").trim()) } : {};
    const { policy, sources, diagnostics } = checkPolicy(["input.mcpolicy"], filesOfFixture(folder), options);

    expect(diagnostics.map((each) => each.code)).toContain(name.slice(0, 5));
    expect(policy === undefined).toBe(diagnostics.some((each) => each.severity === "error"));
    await expect(renderText(diagnostics, sources, { color: false })).toMatchFileSnapshot(join(folder, "expected.txt"));
  });
});

test("every code has a fixture, and every fixture a code", () => {
  expect(codes.filter((code) => !folders.some((name) => name.startsWith(`${code}-`)))).toEqual([]);
  expect(folders.filter((name) => !codes.includes(name.slice(0, 5)))).toEqual([]);
});
