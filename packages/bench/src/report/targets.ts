import type { Measured } from "../measure.ts";
import type { Target, Workload } from "../workload.ts";
import { time, times } from "./units.ts";

/** A target as it came out; `isMet` is undefined where what it needs was not measured. */
export interface TargetResult {
  readonly what: string;
  readonly target: string;
  readonly measured: string;
  readonly isMet: boolean | undefined;
}

/** What was measured, by workload and engine. */
export type Results = ReadonlyMap<string, ReadonlyMap<string, Measured>>;

/** Every target of the workloads that were run, in their order. */
export function targetResults(workloads: readonly Workload<unknown>[], results: Results): readonly TargetResult[] {
  return workloads.flatMap((workload) =>
    results.has(workload.name) ? (workload.targets ?? []).map((target) => resultOf(workload, target, results)) : [],
  );
}

function resultOf({ name }: Workload<unknown>, { engine, by, limit }: Target, results: Results): TargetResult {
  const timeOf = (of: string, at = name): number | undefined => {
    const measured = results.get(at)?.get(of);
    if (measured === undefined || !("ns" in measured)) return undefined;
    return by === "median" ? measured.median : measured.ns;
  };
  const own = timeOf(engine);
  const what = `\`${name}\` ${engine}${by === undefined ? "" : `, ${by}`}`;
  const missing = (target: string): TargetResult => ({ what, target, measured: "not measured", isMet: undefined });
  if ("above" in limit) {
    const target = `at most ${time(limit.nanoseconds)} above ${limit.above}`;
    const other = timeOf(limit.above);
    if (own === undefined || other === undefined) return missing(target);
    return { what, target, measured: time(own - other), isMet: own - other <= limit.nanoseconds };
  }
  if ("nanoseconds" in limit) {
    const target = `at most ${time(limit.nanoseconds)}`;
    return own === undefined ? missing(target) : { what, target, measured: time(own), isMet: own <= limit.nanoseconds };
  }
  if ("times" in limit) {
    const target = `at most ${limit.times} × ${limit.of}${limit.at === undefined ? "" : ` at \`${limit.at}\``}`;
    const other = timeOf(limit.of, limit.at);
    if (own === undefined || other === undefined) return missing(target);
    return { what, target, measured: times(own / other), isMet: own <= limit.times * other };
  }
  const others = limit.than.flatMap((of) => {
    const ns = timeOf(of);
    return ns === undefined ? [] : [{ of, ns }];
  });
  const [fastest] = others.toSorted((a, b) => a.ns - b.ns);
  const whom = limit.than.length > 3 ? "the fastest engine of others" : limit.than.join(" and ");
  const target = `at least ${limit.faster} × as fast as ${whom}`;
  if (own === undefined || fastest === undefined) return missing(target);
  const measured = `${times(fastest.ns / own)} (${fastest.of})`;
  return { what, target, measured, isMet: fastest.ns >= limit.faster * own };
}
