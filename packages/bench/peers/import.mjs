import { createRequire } from "node:module";

// In this folder, so that names are resolved where the peers are installed.
export const load = (name) => import(name);
export const require = createRequire(import.meta.url);
