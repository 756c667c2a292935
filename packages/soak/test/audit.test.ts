import { describe, expect, it } from "vitest";
import { part as appends } from "../src/audit/appends-killed.ts";
import { part as calls } from "../src/audit/calls-killed.ts";
import { part as tampered } from "../src/audit/tampering-run.ts";
import { tamperings } from "../src/audit/tamperings.ts";
import { throughput } from "../src/audit/throughput.ts";

describe("a few rounds of `pnpm soak audit`", () => {
  it("finds each sort of tampering", async () => {
    const { tried, found, problems } = await tampered({ cases: 3 * tamperings.length, seed: 7 });
    expect(problems).toEqual([]);
    expect(found).toEqual(tried);
    expect(Object.keys(tried)).toHaveLength(tamperings.length);
  });

  it("loses nothing that was kept when a writer is killed", async () => {
    const { told, problems } = await appends({ kills: 2, seed: 7 });
    expect(problems).toEqual([]);
    expect(told).toBeGreaterThan(0);
  });

  it("lets no call through unrecorded when a proxy is killed", async () => {
    // A kill may come before the first answer: then there is nothing to hold against the log, and more are made.
    let answered = 0;
    for (let seed = 7; answered === 0 && seed < 17; seed += 1) {
      const { told, problems } = await calls({ kills: 2, seed });
      expect(problems).toEqual([]);
      answered += told;
    }
    expect(answered).toBeGreaterThan(0);
  });

  it("replays what it measures", async () => {
    const { rates, problems } = await throughput(2_000, 7);
    expect(problems).toEqual([]);
    // What was appended before anything was timed is verified and replayed, too.
    expect(rates.map(({ count }) => count)).toEqual([2_000, 2_000, 2_400, 2_400]);
  });
});
