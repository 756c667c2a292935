import { expect, test } from "vitest";
import { agreement } from "../src/index.ts";

// The long run is `pnpm soak agreement --cases 100000`.
test("all evaluators agree on a few thousand random requests, and the laws hold", () => {
  const report = agreement({ cases: 4_000, seed: 20_261_125 });
  expect(report.failures).toEqual([]);
  expect(report.cases).toBeGreaterThanOrEqual(4_000);
  expect(report.courses).toBeGreaterThan(20);
  for (const share of Object.values(report.shares)) expect(share).toBeGreaterThanOrEqual(0.2);
  for (const times of Object.values(report.laws)) expect(times).toBeGreaterThan(0);
});
