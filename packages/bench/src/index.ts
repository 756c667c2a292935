export type { Engine, Loaded } from "./engine.ts";
export { ruleEngines } from "./engines/index.ts";
export type { RuleEngine } from "./engines/rule-engine.ts";
export { type Report, run, type Task } from "./worker.ts";
export type { Target, Workload } from "./workload.ts";
export { workloads } from "./workloads/index.ts";
