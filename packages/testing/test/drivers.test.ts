import { memoryDriver } from "@mcpolicy/runtime";
import fc from "fast-check";
import { test } from "vitest";
import { driverCases, driverWindows, playDriver } from "../src/index.ts";

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
