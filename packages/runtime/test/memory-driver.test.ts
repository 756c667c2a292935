import {
  callerKeyOf,
  defaultStateBounds,
  type LimitNeed,
  type StateEvent,
  type StateNeed,
  type Windows,
} from "@mcpolicy/core";
import { describe, expect, test } from "vitest";
import { type MemoryDriver, memoryDriver } from "../src/index.ts";
import { caller, pastCall } from "./small-policies.ts";

const windows: Windows = { calls: 100, takes: 100, proofs: 100 };
const ann = callerKeyOf(caller);
const bob = callerKeyOf({ id: "bob", roles: [] });

const need = (over: Partial<StateNeed> = {}): StateNeed => {
  return {
    tenant: "null",
    caller: ann,
    now: 0,
    calls: "own",
    last: 100,
    labels: true,
    limits: [],
    proofs: [],
    ...over,
  };
};
const request = (at: number, over: Partial<Extract<StateEvent, { kind: "request" }>> = {}): StateEvent => {
  const { completed: _, ended: __, ...flying } = pastCall(at);
  return { kind: "request", call: flying, takes: [], labels: [], proofs: [], ...over };
};
const attempt = (at: number, id = `call at ${at}`): StateEvent => {
  const { called: _, completed: __, ended: ___, ...denied } = pastCall(at);
  return { kind: "request", call: { ...denied, id }, takes: [], labels: [], proofs: [] };
};
const answered = (at: number, id: string): StateEvent => ({ kind: "answer", id, at, completed: true, labels: [] });

/** A driver after these events, each read for and committed by itself. */
function after(events: readonly StateEvent[], bounds = defaultStateBounds, over: Partial<Windows> = {}): MemoryDriver {
  const driver = memoryDriver({ ...windows, ...over }, bounds);
  for (const event of events) expect(driver.commit(driver.read(need()), event)).toBe("committed");
  return driver;
}
const ids = (driver: MemoryDriver, over: Partial<StateNeed> = {}): readonly string[] =>
  driver.read(need(over)).state.calls.map(({ id }) => id);

describe("what was decided on has to be as it was", () => {
  test("a call is not let through on calls that have changed", () => {
    const driver = memoryDriver(windows);
    const read = driver.read(need());
    expect(driver.commit(driver.read(need()), request(1))).toBe("committed");
    expect(driver.commit(read, request(2))).toBe("conflict");
    expect(ids(driver)).toEqual(["call at 1"]);
  });

  test("an attempt that came to nothing is recorded all the same", () => {
    const driver = memoryDriver(windows);
    const read = driver.read(need());
    driver.commit(driver.read(need()), request(1));
    expect(driver.commit(read, attempt(2))).toBe("committed");
  });

  test("what was not read may change, and so may what is another caller's or tenant's", () => {
    const driver = memoryDriver(windows);
    const [blind, other, elsewhere] = [need({ calls: "none" }), need({ caller: bob }), need({ tenant: '"b"' })].map(
      driver.read,
    );
    driver.commit(driver.read(need()), request(1));
    for (const read of [blind!, other!, elsewhere!]) expect(driver.commit(read, request(2))).toBe("committed");
  });

  test("anyone's calls are those of the tenant", () => {
    const driver = memoryDriver(windows);
    const [here, elsewhere] = [need({ calls: "anyone" }), need({ calls: "anyone", tenant: '"b"' })].map(driver.read);
    driver.commit(driver.read(need({ caller: bob })), request(1, { call: pastCall(1, { caller: bob }) }));
    expect(driver.commit(elsewhere!, request(2))).toBe("committed");
    expect(driver.commit(here!, request(2))).toBe("conflict");
    expect(ids(driver, { calls: "anyone" })).toEqual(["call at 1"]);
    expect(ids(driver)).toEqual([]);
  });

  test("labels that were read may not change", () => {
    const driver = memoryDriver(windows);
    const label = { caller: ann, label: "x", since: 1, call: "c", duration: 5 };
    const [reading, not] = [driver.read(need({ calls: "none" })), driver.read(need({ calls: "none", labels: false }))];
    driver.commit(driver.read(need()), request(1, { labels: [label] }));
    expect(driver.commit(not, request(2))).toBe("committed");
    expect(driver.commit(reading, request(3))).toBe("conflict");
  });

  test("a proof is spent once", () => {
    const driver = memoryDriver(windows);
    const reads = [1, 2].map(() => driver.read(need({ calls: "none", proofs: ["p"] })));
    expect(driver.commit(reads[0]!, request(1, { proofs: ["p"] }))).toBe("committed");
    expect(driver.commit(reads[1]!, request(2, { proofs: ["p"] }))).toBe("conflict");
    expect(driver.read(need({ proofs: ["p", "q"] })).state.spent).toEqual(["p"]);
  });
});

describe("limits", () => {
  const limit = (over: Partial<LimitNeed> = {}): LimitNeed => {
    return { rule: "l", key: "[]", amount: 2, duration: 100, sums: false, ...over };
  };
  const taking = (driver: MemoryDriver, each: LimitNeed, at: number, amount = 1) => {
    const read = driver.read(need({ calls: "none", now: at, limits: [each] }));
    const take = { rule: "l", key: "[]", at, amount, call: `call at ${at}`, atOnce: each.duration === undefined };
    return {
      taken: read.state.takes.reduce((sum, { amount: more }) => sum + more, 0),
      commit: () => driver.commit(read, request(at, { takes: [take] })),
    };
  };

  test("a window holds no more, however many read it at once", () => {
    const driver = memoryDriver(windows);
    const attempts = [1, 2, 3, 4].map((at) => taking(driver, limit(), at));
    expect(attempts.map(({ commit }) => commit())).toEqual(["committed", "committed", "conflict", "conflict"]);
    expect(taking(driver, limit(), 100)).toMatchObject({ taken: 2 });
    expect(taking(driver, limit(), 101)).toMatchObject({ taken: 1 });
  });

  test("amounts add up", () => {
    const driver = memoryDriver(windows);
    const budget = limit({ amount: 10, sums: true });
    expect(taking(driver, budget, 1, 4).commit()).toBe("committed");
    expect(taking(driver, budget, 2, 7).commit()).toBe("conflict");
    expect(taking(driver, budget, 3, 6).commit()).toBe("committed");
    expect(taking(driver, budget, 4, 0)).toMatchObject({ taken: 10 });
  });

  test("what is taken at once is given back by the answer, or when the host's time is over", () => {
    const driver = memoryDriver({ ...windows, flight: 50 });
    const atOnce = limit({ amount: 1, duration: undefined });
    expect(taking(driver, atOnce, 1).commit()).toBe("committed");
    expect(taking(driver, atOnce, 2).commit()).toBe("conflict");
    driver.commit(driver.read(need({ calls: "none", limits: [atOnce] })), answered(3, "call at 1"));
    expect(taking(driver, atOnce, 4).commit()).toBe("committed");
    expect(taking(driver, atOnce, 53).commit()).toBe("conflict");
    expect(taking(driver, atOnce, 54).commit()).toBe("committed");
  });

  test("a clock that goes back frees nothing", () => {
    const driver = memoryDriver(windows);
    for (const at of [500, 501]) expect(taking(driver, limit(), at).commit()).toBe("committed");
    expect(taking(driver, limit(), 100).commit()).toBe("conflict");
    expect(driver.read(need({ now: 100 })).now).toBe(501);
  });
});

describe("forgetting", () => {
  test("what no window looks back at goes, and it is known that it does", () => {
    const events = [
      request(0),
      answered(1, "call at 0"),
      request(2),
      request(101),
      answered(102, "call at 2"),
      request(103),
    ];
    const driver = after(events);
    expect(ids(driver)).toEqual(["call at 2", "call at 101", "call at 103"]);
    // The call at 0 was completed at 1.
    expect(driver.read(need()).state.forgottenBefore).toBe(1);
  });

  test("a call in flight stays, however old", () => {
    const later = Array.from({ length: 200 }, (_, index) => attempt(1000 + index));
    const left = ids(after([request(0), ...later]));
    expect(left[0]).toBe("call at 0");
    // Those behind it go all the same.
    expect(left.length).toBeLessThan(180);
  });

  test("but not for longer than the host waits; that it was completed is then unknown", () => {
    const driver = after([request(0), attempt(1000)], defaultStateBounds, { flight: 500 });
    expect(ids(driver)).toEqual(["call at 1000"]);
    driver.commit(driver.read(need()), answered(1001, "call at 0"));
    expect(driver.read(need()).state.forgottenBefore).toBe(1001);
  });

  test("with too many calls the oldest that ended go, and what looks back so far is unknown", () => {
    const driver = after([attempt(1), attempt(2), attempt(3), attempt(4)], { ...defaultStateBounds, calls: 2 });
    expect(ids(driver)).toEqual(["call at 3", "call at 4"]);
    expect(driver.read(need()).state.forgottenBefore).toBe(2);
  });

  test("whoever floods the memory floods out what is known of himself", () => {
    const driver = memoryDriver(windows, { ...defaultStateBounds, calls: 10 });
    const quiet = need({ caller: bob });
    driver.commit(driver.read(quiet), { ...attempt(1), call: pastCall(1, { caller: bob, id: "quiet" }) } as StateEvent);
    for (let at = 2; at < 50; at += 1) driver.commit(driver.read(need()), attempt(at));
    expect(driver.read(quiet).state).toMatchObject({
      calls: [{ id: "quiet" }],
      forgottenBefore: Number.NEGATIVE_INFINITY,
    });
    expect(driver.read(need()).state.forgottenBefore).toBeGreaterThan(1);
  });

  test("callers and limits of whom nothing is left take no room", () => {
    const driver = memoryDriver(windows, { ...defaultStateBounds, calls: 5_000, takes: 5_000 });
    const of = (index: number): StateNeed =>
      need({
        caller: `caller ${index}`,
        limits: [{ rule: "l", key: `${index}`, amount: 1, duration: 100, sums: false }],
      });
    for (let index = 0; index < 20_000; index += 1) {
      const take = { rule: "l", key: `${index}`, at: index, amount: 1, call: "c", atOnce: false };
      expect(driver.commit(driver.read(of(index)), request(index, { call: pastCall(index), takes: [take] }))).toBe(
        "committed",
      );
    }
    expect(driver.read(of(0)).state.calls).toEqual([]);
  });

  test("a tenant of whom nothing is left is another one when it comes again", () => {
    const driver = memoryDriver({ calls: 10, takes: 10 }, { ...defaultStateBounds, calls: 2 });
    const first = (at: number, tenant: string) => {
      return driver.commit(driver.read(need({ tenant, now: at, last: 10 })), attempt(at, `${tenant} ${at}`));
    };
    for (const [at, tenant] of [
      [0, "a"],
      [1, "b"],
      [100, "b"],
      [101, "b"],
      [200, "a"],
      [201, "a"],
    ] as const) {
      expect(first(at, tenant)).toBe("committed");
    }
    expect(ids(driver, { tenant: "a", now: 201, last: 10 })).toEqual(["a 200", "a 201"]);
  });

  test("proofs go when they are too old for any duty, not before", () => {
    const driver = after([request(0, { proofs: ["p"] }), attempt(99)]);
    const spent = () => driver.read(need({ proofs: ["p"] })).state.spent;
    expect(spent()).toEqual(["p"]);
    driver.commit(driver.read(need()), attempt(100));
    expect(spent()).toEqual([]);
  });

  test("of labels of one name the one that lasts longest stays, and those without an end", () => {
    const held = (until: number | undefined, call: string) => {
      return { caller: ann, label: "x", since: 0, call, duration: 5, ...(until === undefined ? {} : { until }) };
    };
    const driver = after([request(1, { labels: [held(9, "a"), held(20, "b"), held(15, "c"), held(undefined, "d")] })]);
    expect(driver.read(need()).state.labels.map((label) => label.call)).toEqual(["d", "b"]);
    driver.commit(driver.read(need()), answered(18, "d"));
    expect(driver.read(need({ now: 18 })).state.labels.map(({ until }) => until)).toEqual([23, 20]);
  });
});

describe("nothing is let through for want of room", () => {
  const limits = [1, 2].map((key): LimitNeed => ({ rule: "l", key: `${key}`, amount: 1, duration: 100, sums: false }));
  const takes = limits.map(({ rule, key }) => ({ rule, key, at: 1, amount: 1, call: "c", atOnce: false }));
  const label = { caller: ann, label: "x", since: 1, call: "c", duration: 5 };
  // biome-ignore format: table
  const cases: readonly (readonly [string, StateEvent, Partial<typeof defaultStateBounds>])[] = [
    ["takes",           request(1, { takes }),                             { takes: 1 }],
    ["labels",          request(1, { labels: [label, label] }),            { labels: 1 }],
    ["spent proofs",    request(1, { proofs: ["p", "q"] }),                { spent: 1 }],
    ["calls in flight", request(1),                                        { calls: 0 }],
  ];
  test.for(cases)("%s", ([, event, bounds]) => {
    const driver = memoryDriver(windows, { ...defaultStateBounds, ...bounds });
    const read = driver.read(need({ limits }));
    expect(() => driver.commit(read, event)).toThrow(/room|too many/);
    expect(ids(driver)).toEqual([]);
  });
});

test("what a host does to an event later changes nothing", () => {
  const args = { p: ["a"] };
  const driver = after([request(1, { call: pastCall(1, { arguments: args }) })]);
  args.p.push("b");
  expect(driver.read(need()).state.calls[0]!.arguments).toEqual({ p: ["a"] });
});
