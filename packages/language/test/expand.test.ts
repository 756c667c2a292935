import { matchesName } from "@mcpolicy/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { matching } from "../src/expand.ts";

test("a star stands for any run of characters, slashes and dots too", () => {
  const names = ["read_file", "read", ".read", "a/read", "read/b"];
  expect(matching("*", names)).toEqual(names);
  expect(matching("read*", names)).toEqual(["read_file", "read", "read/b"]);
  expect(matching("*read", names)).toEqual(["read", ".read", "a/read"]);
});

test("pinned names are matched as names that are met at run time", () => {
  const pattern = fc.stringMatching(/^[a-c_*-]{1,6}$/).filter((text) => text.includes("*"));
  const name = fc.stringMatching(/^[a-c_./-]{1,6}$/);
  fc.assert(
    fc.property(pattern, name, (wild, text) => {
      expect(matching(wild, [text]).length === 1).toBe(matchesName(wild, text));
    }),
    { numRuns: 3000 },
  );
});
