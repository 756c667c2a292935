import { readdirSync } from "node:fs";
import { defineConfig } from "vitest/config";

// Tests run from the TypeScript sources: no build, no stale `dist`.
const conditions = ["@mcpolicy/source"];
const setupFiles = [`${import.meta.dirname}/vitest.setup.ts`];
const report = process.env["MCPOLICY_TEST_REPORT"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    reporters: report === undefined ? ["default"] : ["default", ["json", { outputFile: report }]],
    projects: readdirSync("packages").map((name) => ({
      extends: true,
      test: {
        name,
        root: `packages/${name}`,
        include: ["test/**/*.test.ts"],
        testTimeout: 300_000,
        hookTimeout: 300_000,
        // What is waited for happens when it happens: a second is not enough on a machine with other work.
        expect: { poll: { timeout: 30_000 } },
        setupFiles,
        isolate: false,
      },
    })),
  },
});
