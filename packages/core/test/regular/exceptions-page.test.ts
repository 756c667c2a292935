import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { globExceptions } from "../../src/regular/micromatch-exceptions.ts";

test("the decision record lists the exceptions that the tests make, in their order", () => {
  const page = readFileSync(resolve(import.meta.dirname, "../../../../docs/decisions/0002-pattern-engine.md"), "utf8");
  const table = page.slice(page.indexOf("| exception | reason |"), page.indexOf("**Consequences.**"));
  const rows = Array.from(table.matchAll(/^\| ([a-z][a-z ]*?) \| (?!reason)/gm), ([, id]) => id);
  expect(rows).toEqual(globExceptions.map(({ id }) => id));
});
