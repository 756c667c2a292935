import { globSync } from "node:fs";
import { basename, join } from "node:path";
import { catalogue, renderText } from "@mcpolicy/diagnostics";
import { expect, test } from "vitest";
import { runFixture } from "../src/index.ts";
import { files, root } from "./files.ts";

const folders = globSync("test-fixtures/diagnostics/P07*", { cwd: root }).toSorted();
const codeOf = (folder: string): string => basename(folder).slice(0, 5);

test.for(folders)("%s", async (folder) => {
  const run = runFixture(`${folder}/input.test.yaml`, files);
  expect(run.diagnostics.map(({ code }) => code)).toContain(codeOf(folder));
  await expect(renderText(run.diagnostics, run.sources, { color: false })).toMatchFileSnapshot(
    join(root, folder, "expected.txt"),
  );
  const hasError = run.diagnostics.some(({ severity }) => severity === "error");
  expect(run.cases.length === 0, "a malformed file runs no case").toBe(hasError);
});

test("each code of the band has a fixture, and each fixture a code", () => {
  const codes = catalogue.map(({ code }) => code).filter((code) => code.startsWith("P07"));
  expect([...new Set(folders.map(codeOf))]).toEqual(codes);
});
