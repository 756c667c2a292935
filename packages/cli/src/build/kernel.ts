import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Kernel } from "@mcpolicy/compiler";

/** Where the packaged command has the kernel of modules: beside its own code. */
const packaged = join(import.meta.dirname, "kernel.json");

/** What modules are put together from: as it was packaged, or made of our sources where they are what runs. */
export async function readKernel(): Promise<Kernel> {
  if (existsSync(packaged)) return JSON.parse(readFileSync(packaged, "utf8")) as Kernel;
  const { makeKernel } = await import("@mcpolicy/kernel");
  return makeKernel();
}
