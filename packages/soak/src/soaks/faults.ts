import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Fault } from "../faults/fault.ts";
import { faults as table } from "../faults/table.ts";
import { repository } from "../shared.ts";
import type { Soak, SoakResult } from "../soak.ts";

/** Pairs that a run with a fault gets to notice it; it stops at the first difference. */
const casesPerFault = 6_000;

/** Faults seeded one by one into compiler and runtime: each must make the agreement fail. */
export const faults: Soak = {
  name: "faults",
  summary: "faults seeded into lowering, code emission, closures and decision: each is caught by the agreement",
  needsShared: false,
  run({ seed }): SoakResult {
    const misplaced = table.filter((fault) => !isInPlace(fault)).map(({ name }) => name);
    const sound = runWith(undefined, seed);
    const outcomes =
      misplaced.length > 0 || sound.status !== 0 ? [] : table.map((fault) => ({ fault, ...firstCatch(fault, seed) }));
    const missed = outcomes.filter((each) => !isCaught(each));
    const lines = [
      ...misplaced.map((name) => `PROBLEM the place of fault "${name}" is not in its file exactly once`),
      ...(sound.status === 0
        ? []
        : [`PROBLEM without any fault the agreement ends with ${sound.status}: ${sound.said}`]),
      ...outcomes.map(
        ({ fault, ...outcome }) =>
          `${isCaught(outcome) ? "caught" : "MISSED"}  ${fault.file}  ${fault.name}${isCaught(outcome) ? `: ${outcome.said}` : ` (exit ${outcome.status}) ${outcome.said}`}`,
      ),
      `${outcomes.length - missed.length} of ${table.length} faults caught`,
    ];
    return {
      ok: misplaced.length === 0 && outcomes.length === table.length && missed.length === 0,
      lines,
      data: outcomes,
    };
  },
};

/** A rare fault may need other policies than one seed gives. */
function firstCatch(fault: Fault, seed: number): Outcome {
  let outcome = runWith(fault, seed);
  for (let next = seed + 1; next <= seed + 7 && !isCaught(outcome); next += 1) outcome = runWith(fault, next);
  return outcome;
}

interface Outcome {
  readonly status: number | null;
  readonly injected: boolean;
  /** The first line of the failure. */
  readonly said: string;
}

function isCaught({ status, injected }: Outcome): boolean {
  return status === 1 && injected;
}

function isInPlace({ file, find }: Fault): boolean {
  return readFileSync(join(repository, "packages", file), "utf8").split(find).length === 2;
}

/** Runs a short agreement in a process of its own, with one fault or none. */
function runWith(fault: Fault | undefined, seed: number): Outcome {
  const here = join(repository, "packages/soak/src");
  const child = spawnSync(
    process.execPath,
    [
      "--conditions=@mcpolicy/source",
      "--no-warnings",
      "--import",
      join(here, "faults/inject.ts"),
      join(here, "main.ts"),
      "agreement",
      "--cases",
      String(casesPerFault),
      "--seed",
      String(seed),
      "--quick",
    ],
    {
      encoding: "utf8",
      env: { ...process.env, MCPOLICY_FAULT: JSON.stringify(fault ?? null) },
      timeout: 180_000,
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  const failure =
    child.stdout.split("\n").find((line) => /^seed \d+: (?!\d+ requests)/.test(line)) ??
    child.stderr.trim().split("\n").at(-1) ??
    "";
  return { status: child.status, injected: child.stderr.includes("fault injected"), said: failure.slice(0, 200) };
}
