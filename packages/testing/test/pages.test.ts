import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { referencePages } from "../src/pages.ts";

const folder = resolve(import.meta.dirname, "../../../docs/reference");

// `vitest run -u` prints the pages anew.
test.for(Object.entries(referencePages))("docs/reference/%s is fresh", async ([name, page]) => {
  await expect(page()).toMatchFileSnapshot(join(folder, name));
});

test("every reference page is a printed one", () => {
  expect(readdirSync(folder).sort()).toEqual(Object.keys(referencePages).sort());
});
