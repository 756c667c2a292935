import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";

/**
 * A file of the outside test data, below `$MCPOLICY_SHARED/data` (relative to the repository, default `../shared`). Where it is
 * absent it gives `undefined` and says which tests are lost; under `MCPOLICY_REQUIRE_SHARED=1` a test fails instead.
 */
export function outsideData<T>(file: string, lost: string): T | undefined {
  const path = resolve(import.meta.dirname, "../../..", process.env["MCPOLICY_SHARED"] ?? "../shared", "data", file);
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8")) as T;
  console.warn(`MCPOLICY_SHARED lacks data/${file}: not run: ${lost}`);
  if (process.env["MCPOLICY_REQUIRE_SHARED"] === "1") {
    test(`data/${file} is there`, () => {
      expect.fail(`${path} is missing`);
    });
  }
  return undefined;
}
