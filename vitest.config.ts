import { readdirSync } from "node:fs";
import { defineConfig } from "vitest/config";

// Tests run from the TypeScript sources: no build, no stale `dist`.
const conditions = ["@mcpolicy/source"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    projects: readdirSync("packages").map((name) => ({
      extends: true,
      test: { name, root: `packages/${name}`, include: ["test/**/*.test.ts"], testTimeout: 60_000 },
    })),
  },
});
