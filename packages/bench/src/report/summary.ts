import type { Measured } from "../measure.ts";
import type { Workload } from "../workload.ts";
import type { Run } from "./run.ts";
import { table } from "./table.ts";
import { targetResults } from "./targets.ts";
import { bytes, time, times } from "./units.ts";

/** Everything that was measured as one table, then the targets. */
export function summary(run: Run): string {
  const rows = run.workloads.flatMap((workload) =>
    [...(run.results.get(workload.name) ?? [])].map(([engine, of]) => [workload.name, engine, ...cellsOf(of)]),
  );
  const cold = [...run.cold].map(([engine, of]) =>
    "ns" in of
      ? ["cold-start", engine, time(of.ns), time(of.median), "–", "1"]
      : ["cold-start", engine, `failed: ${of.failed}`, "", "", ""],
  );
  const sizes = [...run.sizes].map(([engine, of]) => {
    return ["install-size", engine, bytes(of.bytes), "–", "–", `${of.packages} packages`];
  });
  const head = ["workload", "engine", "best:", "median:", "ratio:", "checked:"];
  return [table(head, [...rows, ...cold, ...sizes]), "", targetTable(run)].join("\n");
}

/** The targets of what was run. */
export function targetTable({ workloads, results }: Pick<Run, "workloads" | "results">): string {
  const rows = targetResults(workloads, results).map(({ what, target, measured, isMet }) => {
    return [what, target, measured, isMet === undefined ? "–" : isMet ? "yes" : "**no**"];
  });
  return table(["what", "target", "measured", "met"], rows);
}

/** Best, median, ratio, checked. */
export function cellsOf(of: Measured): readonly string[] {
  if (!("ns" in of)) return [`failed: ${of.failed}`, "", "", ""];
  return [time(of.ns), time(of.median), times(of.ratio), of.checked === 0 ? "–" : of.checked.toLocaleString("en")];
}

/** What an engine is called at a workload. */
export function labelOf(workload: Workload<unknown>, engine: string): string {
  return workload.engines.find(({ name }) => name === engine)?.label ?? engine;
}
