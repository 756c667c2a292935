import { existsSync } from "node:fs";
import { resolve } from "node:path";

/** The repository's root. Bundles, which lie elsewhere, are told by `MCPOLICY_BENCH_REPOSITORY`. */
export const repository: string = process.env["MCPOLICY_BENCH_REPOSITORY"] ?? resolve(import.meta.dirname, "../../..");

/** The folder of outside data: below `MCPOLICY_SHARED`, else below `../shared` beside the repository; undefined where there is none. */
export function outsideData(): string | undefined {
  const folder = resolve(repository, process.env["MCPOLICY_SHARED"] ?? "../shared", "data");
  return existsSync(folder) ? folder : undefined;
}
