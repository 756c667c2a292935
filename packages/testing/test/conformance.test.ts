import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../../..");
const folder = join(root, "test-fixtures/conformance");

/** The rows of the README's table of chapters: what the page calls it, and the folders. */
const rows = [...readFileSync(join(folder, "README.md"), "utf8").matchAll(/^\| (.+?) \| (none: .+|`.+`) \|$/gm)].map(
  ([, chapter, folders]) => ({
    chapter: chapter!,
    folders: [...folders!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!),
  }),
);

test("each chapter of the language reference that says what is decided has its cases", () => {
  const page = readFileSync(join(root, "docs/language.md"), "utf8");
  const chapters = page
    .split(/^## \d+\. /m)
    .slice(1)
    .flatMap((part) => {
      const [heading] = part.split("\n");
      const below = [...part.matchAll(/^### (.+)$/gm)].map(([, name]) => name!);
      return deciding.has(heading!) ? (below.length === 0 ? [heading!] : below) : [];
    });
  expect(rows.map(({ chapter }) => chapter)).toEqual(chapters);
});

/** The other chapters are about the whole, or about how it is written. */
const deciding = new Set(["Statements", "Callers and operations", "Expressions", "The decision", "Types"]);

test("each folder belongs to a chapter", () => {
  const folders = readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() && entry.name !== "tools" ? [entry.name] : [],
  );
  expect([...new Set(rows.flatMap((row) => row.folders))].sort()).toEqual(folders.sort());
  for (const name of folders) expect(readdirSync(join(folder, name))).toContain("cases.test.yaml");
});
