import { expect, it } from "vitest";
import { suggest } from "../src/suggest.ts";

const tools = ["read_file", "read_text_file", "write_file", "list_directory"];

it.each([
  ["raed_file", "read_file"],
  ["READ_TEXT_FILE", "read_text_file"],
  ["list_dir", undefined],
  ["listdirectory", "list_directory"],
  ["", undefined],
  ["raed", undefined],
])("%s → %s", (word, expected) => {
  expect(suggest(word, tools)).toBe(expected);
});

it("prefers one that differs in case only", () => {
  expect(suggest("FS", ["fx", "fs"])).toBe("fs");
});

it("counts neighbours that changed places as one edit", () => {
  expect(suggest("paht", ["path", "part"])).toBe("path");
  expect(suggest("sf", ["fs"])).toBe("fs");
  expect(suggest("abc", ["cba"])).toBeUndefined();
});

it("offers nothing that shares no letter", () => {
  expect(suggest("a", ["b"])).toBeUndefined();
  expect(suggest("ab", ["ac"])).toBe("ac");
});
