import { globSync } from "node:fs";
import { compile } from "@mcpolicy/compiler";
import { Source } from "@mcpolicy/diagnostics";
import { closureEngine, everyAbility, loadPolicy } from "@mcpolicy/runtime";
import { describe, expect, test } from "vitest";
import { readFixture } from "../src/fixture.ts";
import { reporters, runFixture, runSuite, type Subject } from "../src/index.ts";
import type { Prepared } from "../src/run-fixture.ts";
import { files, root } from "./files.ts";

const fixtures = globSync(["test-fixtures/{conformance,decisions}/**/*.test.yaml", "policies/**/*.test.yaml"], {
  cwd: root,
}).toSorted();

test("there are fixtures", () => expect(fixtures.length).toBeGreaterThan(5));

describe.for(fixtures)("%s", (path) => {
  const prepared: Prepared = new Map();
  const run = runFixture(path, files, prepared);

  test("every case passes with generated code, and the reference agrees", () => {
    expect(reporters.text([run], { color: false })).toMatch(/^ *\d+ passed .*\n \d+ passed\n$/);
  });

  test("every case passes with closures", () => {
    const [made] = prepared.values();
    const { checked } = made!.subject!;
    const subject: Subject = {
      checked,
      policy: loadPolicy(compile(checked), { engine: closureEngine, abilities: everyAbility }),
    };
    const { suite } = readFixture(new Source(path, files.read(path)!));
    const results = runSuite(suite!, subject);
    expect(results.filter(({ status }) => status !== "passed")).toEqual([]);
    expect(results.length).toBe(run.cases.length);
  });
});
