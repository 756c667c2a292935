import type { Run } from "./run.ts";

/** Workload to engine to `{ ns, ratio, checked }`; install sizes are `{ bytes, packages }`. What failed says so in `failed`. */
export function jsonOf({ results, cold, sizes }: Pick<Run, "results" | "cold" | "sizes">): object {
  const measured = [...results].map(([workload, engines]) => [
    workload,
    Object.fromEntries(
      [...engines].map(([engine, of]) => [
        engine,
        "ns" in of
          ? { ns: rounded(of.ns), median: rounded(of.median), ratio: rounded(of.ratio), checked: of.checked }
          : of,
      ]),
    ),
  ]);
  const starts = [...cold].map(([engine, of]) => [
    engine,
    "ns" in of ? { ns: of.ns, median: of.median, ratio: null, checked: 1 } : { failed: of.failed },
  ]);
  const installs = [...sizes].map(([engine, { bytes, packages }]) => [engine, { bytes, packages }]);
  return {
    ...Object.fromEntries(measured),
    ...(starts.length === 0 ? {} : { "cold-start": Object.fromEntries(starts) }),
    ...(installs.length === 0 ? {} : { "install-size": Object.fromEntries(installs) }),
  };
}

function rounded(value: number | undefined): number | null {
  return value === undefined ? null : Number(value.toPrecision(4));
}
