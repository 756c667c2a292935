import { resolve } from "node:path";

/** The folder of our packages: their sources are what a kernel is made of. */
export const packages: string = resolve(import.meta.dirname, "../..");
