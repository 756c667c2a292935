import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { makeKernel } from "@mcpolicy/kernel";
import { build } from "esbuild";

/**
 * Bundles the command into `dist`: one file per lazily loaded command, no runtime dependency, source maps, the kernel of modules (`policy build`), and
 * the licences of what was bundled.
 */
const folder = dirname(import.meta.dirname);

for (const stale of globSync("dist/**/*.js{,.map}", { cwd: folder })) rmSync(join(folder, stale));

const { metafile } = await build({
  absWorkingDir: folder,
  entryPoints: ["src/main.ts", "src/index.ts"],
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node22.12",
  conditions: ["@mcpolicy/source"],
  // What it makes stands beside the code.
  external: ["@mcpolicy/kernel"],
  minify: true,
  sourcemap: true,
  legalComments: "none",
  metafile: true,
  // What is bundled from CommonJS asks for `require`, which modules do not have.
  banner: {
    js: 'import { createRequire as makeRequire } from "node:module";const require = makeRequire(import.meta.url);',
  },
  logLevel: "warning",
});

writeFileSync(join(folder, "dist/kernel.json"), JSON.stringify(await makeKernel()));

// `…/node_modules/NAME/…` or `…/node_modules/@SCOPE/NAME/…`, the innermost.
const packages = new Set(
  Object.keys(metafile.inputs).flatMap((input) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input)?.[0] ?? []),
);
const notices = [...packages].sort().map((path) => {
  const at = resolve(folder, path);
  const { name, version, license } = JSON.parse(readFileSync(join(at, "package.json"), "utf8"));
  const texts = globSync("{LICEN[CS]E,licen[cs]e,NOTICE}*", { cwd: at }).map((file) =>
    readFileSync(join(at, file), "utf8").trim(),
  );
  return [`${name} ${version} (${license})`, ...texts].join("\n\n");
});
writeFileSync(join(folder, "dist/THIRD-PARTY-LICENSES.txt"), `${notices.join(`\n\n${"-".repeat(80)}\n\n`)}\n`);
