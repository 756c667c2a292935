import { dirname } from "node:path";
import type { Kernel } from "@mcpolicy/compiler";
import { build, type Plugin, transform } from "esbuild";
import { entry } from "./entry.ts";
import { packages } from "./packages.ts";
import { demandUnshadowed, exportsOf, renamed, statementsOf } from "./statements.ts";
import { rowsOf } from "./tables.ts";

/**
 * Makes the kernel of built modules out of our sources: bundled into one scope, cut into its statements, each small
 * and with the names that it needs. Tables come in rows, so that a module holds only the rows it uses, and without what only builds use.
 */
export async function makeKernel(): Promise<Kernel> {
  const { outputFiles } = await build({
    stdin: { contents: await entry(), resolveDir: packages, loader: "ts" },
    bundle: true,
    format: "esm",
    target: "es2022",
    minifySyntax: true,
    write: false,
    legalComments: "none",
    conditions: ["@mcpolicy/source"],
    logLevel: "error",
    plugins: [inRows],
  });
  const bundled = outputFiles[0]?.text ?? "";
  const { rest, exports } = exportsOf(bundled);
  // Without exports it is a script, whose names esbuild leaves, while it makes those within short.
  const { code } = await transform(rest, { minify: true, target: "es2022" });
  const cut = statementsOf(code);
  const names = new Map(cut.flatMap(({ declares }) => declares).map((name, at) => [name, `$${at.toString(36)}`]));
  demandUnshadowed(code, names);
  return {
    parts: cut.map((part) => renamed(part, names)),
    exports: Object.fromEntries(exports.map(([name, local]) => [name, names.get(local) as string])),
  };
}

/** Modules that a built module never asks, with the names that others import from them. */
const empty: readonly { readonly files: RegExp; readonly contents: string }[] = [
  {
    files: /core\/src\/code\.ts$/,
    contents:
      "export const js = () => {}, anyOf = js, allOf = js, joinCode = js, identifier = js; export class Code {}",
  },
  {
    files: /core\/src\/operators\/index\.ts$/,
    contents: "export const operators = [], operatorById = () => {}, operatorsSpelled = () => [];",
  },
];

const inRows: Plugin = {
  name: "in-rows",
  setup({ onLoad }) {
    onLoad({ filter: /\/packages\/core\/src\/.*\.ts$|\/ajv-formats\/dist\/formats\.js$/ }, async ({ path }) => {
      const nothing = empty.find(({ files }) => files.test(path));
      if (nothing !== undefined) return { contents: nothing.contents, loader: "js" };
      const { code } = await rowsOf(path);
      return { contents: code, loader: "js", resolveDir: dirname(path) };
    });
  },
};
