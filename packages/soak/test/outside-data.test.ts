import { describe, expect, test } from "vitest";
import { attacks, type Soak, tools } from "../src/index.ts";
import { isSharedRequired, sharedFolder } from "../src/shared.ts";
import { classOf, ordinaryPaths } from "../src/soaks/attacks.ts";

const shared = sharedFolder();
const missing = `no outside data at MCPOLICY_SHARED (${process.env["MCPOLICY_SHARED"] ?? "../shared"}): 2 soaks are not run`;
if (shared === undefined) console.warn(missing);

test("outside data is there where it is required", () => {
  if (isSharedRequired()) expect(shared, missing).toBeDefined();
});

// All published tools: `pnpm soak tools`.
describe.skipIf(shared === undefined)("outside data", () => {
  test.for([tools, attacks])("$name", async (soak: Soak) => {
    const { ok, lines } = await soak.run({ shared, cases: 1, policies: 1, seconds: 1, seed: 1, jobs: 1, quick: true });
    expect(lines.filter((line) => line.startsWith("PROBLEM"))).toEqual([]);
    expect(ok).toBe(true);
  });
});

test("two hundred ordinary paths, each another", () => {
  expect(new Set(ordinaryPaths()).size).toBe(200);
});

// biome-ignore format: table
test.for([
  ["../etc/passwd",                "leaves"],
  ["/etc/passwd",                  "leaves"],
  ["%2e%2e/etc/passwd",            "decoded"],
  ["%252e%252e%252fetc/passwd",    "decoded"],
  ["..\\etc\\passwd",              "backslash"],
  [".htaccess",                    "rest"],
  ["..%c0%afetc/passwd",           "rest"],
  ["a/../b",                       "rest"],
] as const)("%s is of the class %s", ([payload, wanted]) => {
  expect(classOf(payload)).toBe(wanted);
});
