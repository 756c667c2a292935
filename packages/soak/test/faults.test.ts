import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { faults } from "../src/faults/table.ts";
import { repository } from "../src/shared.ts";
import { traceFaults } from "../src/traces/faults.ts";

test("there are at least twenty faults, each with a name of its own", () => {
  expect(new Set(faults.map(({ name }) => name)).size).toBe(faults.length);
  expect(faults.length).toBeGreaterThanOrEqual(20);
});

// That each is caught is the long run: `pnpm soak faults trace-faults`.
test.for([...faults, ...traceFaults])("$file: $name: its place is there once", ({ file, find, replace }) => {
  expect(readFileSync(join(repository, "packages", file), "utf8").split(find)).toHaveLength(2);
  expect(replace).not.toBe(find);
});
