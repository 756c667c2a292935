import { memoryApprovals, memoryDriver } from "@mcpolicy/runtime";
import fc from "fast-check";
import { expect, test } from "vitest";
import { approvalsCases, driverCases, driverWindows, exampleQuestion, playDriver } from "../src/index.ts";

test("the driver in memory shows what the pure state shows, whatever crosses", async () => {
  const steps = fc.array(fc.integer({ min: 0, max: 0xffffffff }), { minLength: 1, maxLength: 120, size: "max" });
  await fc.assert(
    fc.asyncProperty(steps, (each) =>
      playDriver({ instances: [memoryDriver(driverWindows)], setTime: () => {} }, each),
    ),
    { numRuns: 300 },
  );
});

test.for(driverCases)("in memory $name", async ({ run }) => {
  await run({ instances: [memoryDriver(driverWindows)], setTime: () => {} });
});

test.for(approvalsCases)("approvals in memory: $name", async ({ run }) => {
  let time = 1_000_000;
  const now = (): number => time;
  const pass = (milliseconds: number): void => {
    time += milliseconds;
  };
  const approvals = memoryApprovals({ now });
  await run({ make: () => [approvals, approvals], now, pass });
});

test("approvals in memory: beyond the most that there may be nothing is asked, until some are over", () => {
  let time = 0;
  const approvals = memoryApprovals({ now: () => time, most: 1 });
  const question = (id: string, until: number) => exampleQuestion(id, time, until);
  approvals.ask(question("a", 10), { mostOfCaller: 9 });
  expect(() => approvals.ask(question("b", 10), { mostOfCaller: 9 })).toThrow("no room for more than 1");
  time = 10;
  approvals.ask(question("b", 20), { mostOfCaller: 9 });
});
