import { configureGlobal } from "fast-check";

// One seed for every run, so that a red test stays red until it is mended. `FC_SEED=7 vitest run` tries another; the soaks try many.
configureGlobal({ seed: Number(process.env["FC_SEED"] ?? 20261122) });
