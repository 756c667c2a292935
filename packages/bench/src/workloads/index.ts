import type { Workload } from "../workload.ts";
import { auditWorkload } from "./audit.ts";
import { buildWorkloads } from "./building.ts";
import { guardWorkload } from "./guard.ts";
import { distinct, history } from "./history.ts";
import { intakeWorkload } from "./intake.ts";
import { proxyWorkload } from "./proxy.ts";
import { ruleWorkloads } from "./rules.ts";
import { validation } from "./validation.ts";

/** Every workload, in the order of the report. Add yours here: see the README, "A row of your own". */
// biome-ignore lint/suspicious/noExplicitAny: each has inputs of its own, which only its engines see
export const workloads: readonly Workload<any>[] = [
  ...ruleWorkloads,
  validation,
  intakeWorkload,
  auditWorkload,
  guardWorkload,
  proxyWorkload,
  history,
  distinct,
  ...buildWorkloads,
];
