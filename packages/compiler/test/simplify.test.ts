import { expect, test } from "vitest";
import { rewrites, simplify } from "../src/index.ts";

test.for(rewrites)("$name", ({ before, after, rewrite }) => {
  expect(rewrite(before)).toEqual(after);
  expect(simplify(before)).toEqual(after);
  expect(simplify(after)).toEqual(after);
});
