import type { ColdStart } from "../cold-start.ts";
import type { InstallSize } from "../install-size.ts";
import type { Workload } from "../workload.ts";
import type { Results } from "./targets.ts";

/** All that one run has found out. */
export interface Run {
  readonly workloads: readonly Workload<unknown>[];
  readonly results: Results;
  readonly cold: ReadonlyMap<string, ColdStart & { readonly label: string }>;
  readonly sizes: ReadonlyMap<string, InstallSize>;
  /** What was left out, and why, a line each. */
  readonly missing: readonly string[];
  readonly machine: Machine;
}

export interface Machine {
  readonly node: string;
  readonly v8: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memory: number;
  readonly system: string;
  /** The load of the machine in the last minute, before and after. */
  readonly load: readonly [before: number, after: number];
  readonly date: string;
  readonly minutes: number;
}
