import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

/**
 * Bundles entries of this package into a folder, as the command ships: what is timed then is not how long sources take to be read. Packages
 * of others are not in it; they are loaded from where they are installed.
 */
export async function bundle(entries: readonly string[], folder: string): Promise<void> {
  await build({
    absWorkingDir: import.meta.dirname,
    entryPoints: [...entries],
    outdir: folder,
    outbase: ".",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node22.12",
    conditions: ["@mcpolicy/source"],
    minify: true,
    legalComments: "none",
    banner: {
      js: 'import { createRequire as makeRequire } from "node:module";const require = makeRequire(import.meta.url);',
    },
    logLevel: "error",
  });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
}
