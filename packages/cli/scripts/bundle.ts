import { globSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "esbuild";

/** Bundles the command into `dist`: one file per lazily loaded command, no runtime dependency, source maps. */
const folder = dirname(import.meta.dirname);

for (const stale of globSync("dist/*.js{,.map}", { cwd: folder })) rmSync(join(folder, stale));

await build({
  absWorkingDir: folder,
  entryPoints: ["src/main.ts", "src/index.ts"],
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node22.12",
  conditions: ["@mcpolicy/source"],
  minify: true,
  sourcemap: true,
  legalComments: "external",
  // What is bundled from CommonJS asks for `require`, which modules do not have.
  banner: {
    js: 'import { createRequire as makeRequire } from "node:module";const require = makeRequire(import.meta.url);',
  },
  logLevel: "warning",
});
