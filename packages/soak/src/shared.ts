import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** The repository's root. */
export const repository: string = resolve(import.meta.dirname, "../../..");

/** The folder of outside data: `MCPOLICY_SHARED`, else `../shared` beside the repository; undefined where there is none. */
export function sharedFolder(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const folder = resolve(repository, environment["MCPOLICY_SHARED"] ?? "../shared");
  return existsSync(join(folder, "data")) ? folder : undefined;
}

/** Whether missing outside data is a failure. */
export function isSharedRequired(environment: Readonly<Record<string, string | undefined>> = process.env): boolean {
  return environment["MCPOLICY_REQUIRE_SHARED"] === "1";
}

/** A JSON file of the outside data. */
export function readData<T>(shared: string, ...path: readonly string[]): T {
  return JSON.parse(readFileSync(join(shared, "data", ...path), "utf8")) as T;
}
