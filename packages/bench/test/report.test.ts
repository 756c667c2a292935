import { expect, test } from "vitest";
import { aimedAt } from "../src/aimed-at.ts";
import { type Measured, roundsOf } from "../src/measure.ts";
import { jsonOf } from "../src/report/json.ts";
import { table } from "../src/report/table.ts";
import { targetResults } from "../src/report/targets.ts";
import { bytes, time, times } from "../src/report/units.ts";
import type { Workload } from "../src/workload.ts";

const took = (ns: number, median = ns): Measured => {
  return { checked: 10, ns, median, ratio: 1, heap: 0, resident: 0 };
};

const workload = (targets: Workload<unknown>["targets"]): Workload<unknown> => {
  return { name: "w", title: "W", inputs: () => [], engines: [], targets: targets ?? [] };
};

test("times, sizes and ratios are written with the unit that fits", () => {
  expect([0.5, 12.34, 999, 1234, 5e7, 3e9].map(time)).toEqual([
    "0.50 ns",
    "12.3 ns",
    "999 ns",
    "1.23 µs",
    "50.0 ms",
    "3.00 s",
  ]);
  expect([1500, 2e7].map(bytes)).toEqual(["1.50 kB", "20.0 MB"]);
  expect([1.25, 2158, undefined].map(times)).toEqual(["1.25 ×", "2,158 ×", "–"]);
});

test("a table stands upright, and a bar in a cell splits none", () => {
  expect(table(["a", "b:"], [["x|y", "1"]])).toBe("| a    |   b |\n| ---- | --: |\n| x\\|y |   1 |");
});

// biome-ignore format: table
test.for([
  ["a time",              { engine: "a", limit: { nanoseconds: 100 } },                    "90.0 ns",           true],
  ["a time that is not",  { engine: "b", limit: { nanoseconds: 100 } },                    "200 ns",            false],
  ["the median",          { engine: "a", by: "median", limit: { nanoseconds: 100 } },      "300 ns",            false],
  ["so much above",       { engine: "b", limit: { nanoseconds: 110, above: "a" } },        "110 ns",            true],
  ["more above",          { engine: "b", by: "median", limit: { nanoseconds: 0, above: "e" } }, "190 ns",       false],
  ["times another",       { engine: "b", limit: { times: 2, of: "a" } },                   "2.22 ×",            false],
  ["times elsewhere",     { engine: "b", limit: { times: 2, of: "b", at: "v" } },          "0.50 ×",            true],
  ["faster than",         { engine: "a", limit: { faster: 2, than: ["c", "b"] } },         "2.22 × (b)",        true],
  ["not so much faster",  { engine: "a", limit: { faster: 3, than: ["c", "b"] } },         "2.22 × (b)",        false],
  ["what did not run",    { engine: "a", limit: { faster: 3, than: ["x"] } },              "not measured",      undefined],
  ["what failed",         { engine: "d", limit: { nanoseconds: 100 } },                    "not measured",      undefined],
] as const)("targets: %s", ([, target, measured, isMet]) => {
  const results = new Map([
    ["w", new Map<string, Measured>([["a", took(90, 300)], ["b", took(200)], ["c", took(1000)], ["d", { failed: "no" }], ["e", took(10)]])],
    ["v", new Map<string, Measured>([["b", took(400)]])],
  ]);
  const [result] = targetResults([workload([target])], results);
  expect(result).toMatchObject({ measured, isMet });
});

test("targets are about the engines that they name, and the base; not about slow ones of others", () => {
  const engine = (name: string, about = {}) => ({ name, label: name, load: () => ({ answer: () => true }), ...about });
  const engines = [engine("base"), engine("a"), engine("b"), engine("c", { isSlow: true, peers: ["c"] }), engine("d")];
  const w = { ...workload([{ engine: "a", limit: { faster: 2, than: ["b", "c"] } }]), engines };
  const v = { ...workload([{ engine: "d", limit: { times: 2, of: "d", at: "w" } }]), name: "v", engines };
  const names = (of: typeof w, all: readonly (typeof w)[]) => aimedAt(of, all).map(({ name }) => name);
  expect(names(w, [w])).toEqual(["base", "a", "b"]);
  expect(names(w, [w, v])).toEqual(["base", "a", "b", "d"]);
  expect(names(v, [w, v])).toEqual(["base", "d"]);
  expect(names({ ...w, name: "u" }, [w, v])).toEqual([]);
  const beside = { ...w, name: "u", targets: [], engines: [...engines, engine("e", { isBesideTargets: true })] };
  expect(names(beside, [w, v, beside])).toEqual(["base", "e"]);
});

test("what a target is about runs most often, and all of it at least once", () => {
  const rounds = (of: number | undefined, isAimedAt: boolean, ofRounds = 1) =>
    roundsOf({ ...workload([]), ...(of === undefined ? {} : { rounds: of }) }, { name: "a", isAimedAt }, ofRounds);
  expect([rounds(undefined, true), rounds(undefined, false)]).toEqual([3, 2]);
  expect([rounds(1, true), rounds(1, false), rounds(5, false)]).toEqual([1, 1, 4]);
  expect([rounds(6, true, 1 / 2), rounds(3, true, 1 / 2), rounds(1, false, 1 / 2)]).toEqual([3, 1, 1]);
});

test("the JSON has workload, engine, and what was measured or failed", () => {
  const results = new Map([
    [
      "w",
      new Map<string, Measured>([
        ["a", took(90)],
        ["d", { failed: "no" }],
      ]),
    ],
  ]);
  expect(jsonOf({ results, cold: new Map(), sizes: new Map() })).toEqual({
    w: { a: { ns: 90, median: 90, ratio: 1, checked: 10 }, d: { failed: "no" } },
  });
});
