import { js, keywordNames } from "@mcpolicy/core";
import { type Kernel, type RowTable, rowName, type Substitute } from "./kernel.ts";
import { patternTables } from "./pattern-tables.ts";
import type { Used } from "./used.ts";

/** In the place of the kernel's tables, tables of the rows that a policy uses; and what a module need not ask. */
export function substitutesFor(used: Used, kernel: Kernel): Readonly<Record<string, Substitute>> {
  const rows = (table: RowTable, names: Iterable<string>): readonly string[] =>
    [...new Set(names)].filter((name) => Object.hasOwn(kernel.exports, rowName(table, name)));
  const readers = rows("reader", used.types);
  const keywords = rows(
    "keyword",
    keywordNames.filter((name) => name === "type" || used.keywords.has(name)),
  );
  const words = rows("words", [...used.keywords, "type", "false schema"]);
  const formats = rows("format", used.formats);
  const detectors = rows("detector", used.detectors);
  return {
    readers: (use) =>
      js`[${[...readers.map((kind) => use(rowName("reader", kind))), js`...${use("reader_scalars")}`]}]`,
    keywords: (use) => js`[${keywords.map((name) => use(rowName("keyword", name)))}]`,
    words: (use) => js`{ ${words.map((name) => js`${name}: ${use(rowName("words", name))}`)} }`,
    formats: (use) => {
      const entries = formats.map((name) => js`[${name}, ${use(rowName("format", name))}]`);
      // Nothing is asked of some.
      return js`new Map([${entries}].filter(([, format]) => format))`;
    },
    detectors: (use) => {
      const named = detectors.map((name) => js`[${name}, ${use(rowName("detector", name))}]`);
      return js`new Map([${named}])`;
    },
    // A module is built of schemas that were found to be some.
    demandWellFormed: () => js`() => {}`,
    ...patternTables(used),
  };
}
