import { globSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { checkPolicy } from "@mcpolicy/language";
import { describe, expect, test } from "vitest";
import { closureEngine, everyAbility, loadPolicy } from "../../runtime/src/index.ts";
import { compile, generatedEngine, lower, toJavascript } from "../src/index.ts";

const root = resolve(import.meta.dirname, "../../..");

const files = {
  read(path: string) {
    try {
      return readFileSync(join(root, path), "utf8");
    } catch {
      return undefined;
    }
  },
  join: (from: string, path: string) => relative(root, resolve(root, from, "..", path)),
};

/** A policy of the repository, checked; its errors fail the test. */
function checked(path: string) {
  const { policy, diagnostics } = checkPolicy([path], files);
  expect(diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message)).toEqual([]);
  return policy!;
}

const compiled = (path: string) => compile(checked(path));

const cases = globSync("test-fixtures/compile/*/input.mcpolicy", { cwd: root }).toSorted();

test("there are cases", () => expect(cases.length).toBeGreaterThanOrEqual(6));

describe.for(cases)("%s", (path) => {
  const folder = join(root, path, "..");

  test("compiles to this IR and this JavaScript", async () => {
    const { policy } = compiled(path);
    // In the order in which a person reads it; an artifact has its canonical form.
    const ir = JSON.parse(JSON.stringify(lower(checked(path))));
    expect(policy).toEqual(ir);
    await expect(`${JSON.stringify(ir, null, 2)}\n`).toMatchFileSnapshot(join(folder, "ir.json"));
    await expect(toJavascript(policy)).toMatchFileSnapshot(join(folder, "policy.js"));
  });

  test("the module is one: it can be imported", async () => {
    const { policy } = compiled(path);
    const module = await import(`data:text/javascript,${encodeURIComponent(toJavascript(policy))}`);
    expect(module.default).toBeTypeOf("function");
  });
});

const policies = globSync("{policies,test-fixtures/compile}/*/*.mcpolicy", { cwd: root }).toSorted();

test.for(policies)("%s loads with both engines, always with the same digest", (path) => {
  const artifact = compiled(path);
  expect(compiled(path)).toEqual(artifact);
  const loaded = loadPolicy(JSON.parse(JSON.stringify(artifact)), { engine: closureEngine, abilities: everyAbility });
  expect(loaded.digest).toBe(artifact.digest);
  expect(loadPolicy(artifact, { engine: generatedEngine, abilities: everyAbility }).ir).toEqual(loaded.ir);
});
