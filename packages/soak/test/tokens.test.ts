import { expect, test } from "vitest";
import { tokens } from "../src/index.ts";

// More of them: `pnpm soak tokens`.
test("damaged tokens, questions, headers and lines are never let in", async () => {
  const { ok, lines, data } = await tokens.run({
    shared: undefined,
    cases: 500,
    policies: 1,
    seconds: 1,
    seed: 1,
    jobs: 1,
    quick: true,
  });
  expect(lines.filter((line) => line.startsWith("PROBLEM"))).toEqual([]);
  expect(ok).toBe(true);
  for (const tried of Object.values(data as Record<string, number>)) expect(tried).toBeGreaterThan(400);
});
