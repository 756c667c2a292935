import { readFileSync } from "node:fs";
import { join } from "node:path";
import { transform } from "esbuild";
import { packages } from "./packages.ts";

/** TypeScript without types; a module of CommonJS that TypeScript wrote as the module it was. */
export async function asModule(path: string): Promise<string> {
  const source = readFileSync(path, "utf8");
  if (path.endsWith(".ts")) return (await transform(source, { loader: "ts" })).code;
  const { code } = await transform(
    source.replace(
      /^(?:"use strict";|Object\.defineProperty\(exports.*|exports\.\w+ = (?:exports\.\w+ = )*void 0;)$/gm,
      "",
    ),
    {},
  );
  const rows = `import { formatOf } from ${JSON.stringify(join(packages, "runtime/src/formats.ts"))};\n`;
  return rows + code.replace(/^exports\.(\w+) = /gm, "export const $1 = ").replace(/\bexports\.(\w+)/g, "$1");
}
