import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Attempt, Notice } from "../faults/attempt.ts";
import type { Fault } from "../faults/fault.ts";
import { faults as table } from "../faults/table.ts";
import { inParallel } from "../in-parallel.ts";
import { repository } from "../shared.ts";
import type { Soak, SoakResult } from "../soak.ts";

/** Random policies that a fault gets to be noticed. */
const policiesPerFault = 400;

/** Faults seeded one by one into compiler and runtime: each must make the agreement fail. */
export const faults: Soak = {
  name: "faults",
  summary: "faults seeded into lowering, code emission, closures and decision: each is caught by the agreement",
  needsShared: false,
  async run({ seed, jobs }): Promise<SoakResult> {
    const misplaced = table.filter((fault) => !isInPlace(fault));
    const tasks = misplaced.length > 0 ? [] : table.map((fault) => ({ fault, policies: policiesPerFault, seed }));
    const attempts = new URL("../faults/attempt.ts", import.meta.url);
    const notices = await inParallel<Attempt, Notice>(attempts, "attempt", tasks, jobs);
    const outcomes = tasks.map(({ fault }, index) => ({ fault, ...notices[index]! }));
    const caught = outcomes.filter(({ isCaught }) => isCaught).length;
    return {
      ok: caught === table.length,
      lines: [
        ...misplaced.map(({ name }) => `PROBLEM the place of fault "${name}" is not in its file exactly once`),
        ...outcomes.map(
          ({ fault, isCaught, policies, said }) =>
            `${isCaught ? "caught" : "MISSED"}  ${fault.file}  ${fault.name}, after ${policies} policies: ${said.slice(0, 200)}`,
        ),
        `${caught} of ${table.length} faults caught`,
      ],
      data: outcomes,
    };
  },
};

function isInPlace({ file, find }: Fault): boolean {
  return readFileSync(join(repository, "packages", file), "utf8").split(find).length === 2;
}
