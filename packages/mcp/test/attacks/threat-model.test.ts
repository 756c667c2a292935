import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { attacks, attacksFolder } from "./fixture.ts";

test("the threat model names every attack that is played, and no other", () => {
  const text = readFileSync(join(attacksFolder, "../../docs/threat-model.md"), "utf8");
  const named = [...text.matchAll(/\[([\w-]+)\]\(\.\.\/test-fixtures\/attacks\/([\w-]+)\/attack\.yaml\)/g)];
  for (const [, label, folder] of named) expect(label).toBe(folder);
  expect(named.map(([, , folder]) => folder).toSorted()).toEqual(attacks().map(({ name }) => name));
});
