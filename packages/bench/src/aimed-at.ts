import type { Workload } from "./workload.ts";

/**
 * The engines of a workload that targets are about, its own targets and those of others that look at it, with the one that ratios are to and those that
 * are shown beside them; none where none is. Slow engines of others are left out: none of them is the fastest.
 */
export function aimedAt(workload: Workload<unknown>, all: readonly Workload<unknown>[]): Workload<unknown>["engines"] {
  const beside = workload.engines.filter(({ isBesideTargets }) => isBesideTargets).map(({ name }) => name);
  const named = new Set([...all.flatMap((each) => namedBy(each, workload.name)), ...beside]);
  if (named.size === 0) return [];
  named.add(workload.base ?? (workload.engines[0]?.name as string));
  return workload.engines.filter(({ name, isSlow, peers }) => named.has(name) && !(isSlow && peers !== undefined));
}

/** Those of a workload's engines that the targets of one, the same or another, name. */
function namedBy({ name, targets = [] }: Workload<unknown>, of: string): readonly string[] {
  return targets.flatMap(({ engine, limit }) => {
    const own = name === of ? [engine] : [];
    if ("times" in limit) return (limit.at ?? name) === of ? [...own, limit.of] : own;
    if (own.length === 0) return [];
    if ("than" in limit) return [...own, ...limit.than];
    return "above" in limit ? [...own, limit.above] : own;
  });
}
