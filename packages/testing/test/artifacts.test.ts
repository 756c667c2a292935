import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Artifact } from "@mcpolicy/core";
import { catalogue } from "@mcpolicy/diagnostics";
import { ArtifactError, everyAbility, type LoadOptions, loadPolicy } from "@mcpolicy/runtime";
import { expect, test } from "vitest";
import { root } from "./files.ts";

const folders = globSync("test-fixtures/diagnostics/P06*", { cwd: root }).toSorted();
const codeOf = (folder: string): string => basename(folder).slice(0, 5);

function refusal(load: () => unknown): ArtifactError | undefined {
  try {
    load();
    return undefined;
  } catch (failure) {
    expect(failure).toBeInstanceOf(ArtifactError);
    return failure as ArtifactError;
  }
}

test.for(folders)("%s", async (folder) => {
  const artifact = JSON.parse(readFileSync(join(root, folder, "artifact.json"), "utf8")) as Artifact;
  const saved = join(root, folder, "options.json");
  const options = existsSync(saved) ? (JSON.parse(readFileSync(saved, "utf8")) as LoadOptions) : {};
  const refused = refusal(() => loadPolicy(artifact, options));
  expect(refused?.code).toBe(codeOf(folder));
  await expect(`error[${refused?.code}]: ${refused?.message}\n`).toMatchFileSnapshot(
    join(root, folder, "expected.txt"),
  );

  // Only what a host does not carry out hangs on the host.
  const isOfHost = codeOf(folder) === "P0605";
  const carried = refusal(() => loadPolicy(artifact, { ...options, abilities: everyAbility }));
  expect(carried?.code).toBe(isOfHost ? undefined : codeOf(folder));
});

test("each code of the band has a fixture, and each fixture a code", () => {
  const codes = catalogue.map(({ code }) => code).filter((code) => code.startsWith("P06"));
  expect([...new Set(folders.map(codeOf))]).toEqual(codes);
});
