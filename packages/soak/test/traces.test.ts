import { expect, test } from "vitest";
import { traces } from "../src/index.ts";
import { additions } from "../src/traces/small-policies.ts";

// The long run is `pnpm soak traces --policies 10000`; that each test can fail is shown by `pnpm soak trace-faults`.
test("promise 3 holds on every short trace of a few policies", () => {
  const report = traces(48, 7);
  expect(report.failures).toEqual({});
  expect(Object.keys(report.tried)).toHaveLength(3);
  for (const kind of additions.filter((each) => each !== "redact")) expect(report.additions[kind]).toBeGreaterThan(0);
  for (const outcome of ["let through", "asked", "not let through"])
    expect(report.outcomes[outcome]).toBeGreaterThan(0);
});
