import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { referencePages, withPrintedParts } from "../src/pages.ts";

const folder = resolve(import.meta.dirname, "../../../docs/reference");

// `vitest run -u` prints the pages anew.
test.for(Object.entries(referencePages))("docs/reference/%s is fresh", async ([name, page]) => {
  await expect(page()).toMatchFileSnapshot(join(folder, name));
});

test("the grammar and the table of operators in docs/language.md are fresh", async () => {
  const page = resolve(folder, "../language.md");
  const text = readFileSync(page, "utf8");
  expect([...text.matchAll(/^<!-- printed: (.+) -->$/gm)].map(([, name]) => name)).toEqual(["operators", "grammar"]);
  await expect(withPrintedParts(text)).toMatchFileSnapshot(page);
});

test("every reference page is a printed one", () => {
  expect(readdirSync(folder).sort()).toEqual(Object.keys(referencePages).sort());
});
