import { describe, expect, test } from "vitest";
import { checked } from "../src/checking.ts";
import { outsideData } from "../src/outside-data.ts";
import { timed } from "../src/timing.ts";
import { run } from "../src/worker.ts";
import { workloads } from "../src/workloads/index.ts";

test("names are told apart, and each workload has what its targets speak of", () => {
  const names = workloads.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, engines, targets = [], base } of workloads) {
    const ofEngines = engines.map((engine) => engine.name);
    expect(new Set(ofEngines).size, name).toBe(ofEngines.length);
    if (base !== undefined) expect(ofEngines, name).toContain(base);
    for (const { engine, limit } of targets) {
      expect(ofEngines, name).toContain(engine);
      if ("above" in limit) expect(ofEngines, name).toContain(limit.above);
      if ("of" in limit && limit.at === undefined) expect(ofEngines, name).toContain(limit.of);
      if ("at" in limit && limit.at !== undefined) expect(names).toContain(limit.at);
    }
  }
});

test("a wrong answer is shown, and not timed", async () => {
  const inputs = [1, 2, 3];
  const wrong = await checked({ answer: (input: number) => input < 3 }, () => true, inputs, 1000);
  expect(wrong).toEqual({ checked: 3, wrong: { input: 3, got: false, expected: true } });
});

test("what throws is a wrong answer", async () => {
  const answer = (): boolean => {
    throw new Error("no");
  };
  const { wrong } = await checked({ answer }, () => true, [1], 1000);
  expect(wrong).toEqual({ input: 1, got: "threw no", expected: true });
});

test("answers that are promises are waited for", async () => {
  const engine = { answer: async (input: number) => input, isAsync: true };
  expect(await checked(engine, (input) => input, [1, 2], 1000)).toEqual({ checked: 2 });
  expect((await timed(engine, [1, 2], 5)).best).toBeGreaterThan(0);
});

const small = workloads.filter(({ name }) => !/00$/.test(name));
const own = small.flatMap(({ name, needs, engines }) =>
  needs !== undefined && outsideData() === undefined
    ? []
    : engines.filter((engine) => engine.peers === undefined).map((engine) => ({ workload: name, engine: engine.name })),
);

describe("every engine that needs no peers", () => {
  test.for(own)("$engine at $workload", async ({ workload, engine }) => {
    const report = await run({ workload, engine, checking: 50, timing: 2 });
    expect(report).toHaveProperty("best");
  });
});
