import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Fault } from "../faults/fault.ts";
import { repository } from "../shared.ts";
import type { Soak, SoakResult } from "../soak.ts";
import { traceFaults as table } from "../traces/faults.ts";
import type { TracesReport } from "./traces.ts";

/** Policies that a run with a fault gets to notice it. */
const policiesPerFault = 600;

/** Each of the three tests of promise 3 must fail with each of these faults. */
export const traceFaults: Soak = {
  name: "trace-faults",
  summary: "limit and require change places, `attempted` is let into an allow: each test of `traces` fails",
  needsShared: false,
  run({ seed }): SoakResult {
    const outcomes = table.map((fault) => ({ fault, ...runWith(fault, seed) }));
    const lines = outcomes.flatMap(({ fault, injected, caughtBy, tests }) => [
      `${fault.name}: ${injected ? "" : "NOT INJECTED, "}caught by ${Object.keys(caughtBy).join(", ") || "NOTHING"} of ${tests.join(", ")}`,
      ...Object.values(caughtBy).map((failure) => `  ${failure.split("\n")[0]}`),
    ]);
    const ok = outcomes.every(
      ({ injected, caughtBy, tests }) => injected && tests.length === 3 && tests.every((name) => name in caughtBy),
    );
    return { ok, lines, data: outcomes };
  },
};

function runWith(
  fault: Fault,
  seed: number,
): {
  readonly injected: boolean;
  /** Tests that were tried. */
  readonly tests: readonly string[];
  readonly caughtBy: TracesReport["failures"];
} {
  const here = join(repository, "packages/soak/src");
  const arguments_ = ["--conditions=@mcpolicy/source", "--no-warnings", "--import", join(here, "faults/inject.ts")];
  const child = spawnSync(
    process.execPath,
    [
      ...arguments_,
      join(here, "main.ts"),
      "traces",
      "--policies",
      String(policiesPerFault),
      "--seed",
      String(seed),
      "--format",
      "json",
    ],
    {
      encoding: "utf8",
      env: { ...process.env, MCPOLICY_FAULT: JSON.stringify(fault) },
      timeout: 600_000,
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  const injected = child.stderr.includes("fault injected");
  try {
    const { data } = JSON.parse(child.stdout) as { readonly data: TracesReport };
    return { injected, tests: Object.keys(data.tried), caughtBy: data.failures };
  } catch {
    return { injected, tests: [], caughtBy: {} };
  }
}
