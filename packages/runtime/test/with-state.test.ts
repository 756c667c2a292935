import type { ConditionIr, StateDriver } from "@mcpolicy/core";
import { describe, expect, test } from "vitest";
import { memoryDriver, withState } from "../src/index.ts";
import { call, head, load, place, policy, rule } from "./small-policies.ts";

const at = { place, text: "it" };
const allow = rule({ id: "a", effect: "allow" });
const perMinute = (amount: number) =>
  ({ ...head("l"), amount, window: { kind: "per", duration: 60_000 }, keys: [{ kind: "everyone" }] }) as const;
const branches = head("x").branches;
const called: ConditionIr = {
  kind: "tally",
  tally: { kind: "count", verb: "called", events: { branches, byAnyone: false, last: 60_000 } },
  operator: "at-least",
  bound: { kind: "constant", value: 3, as: { kind: "int" } },
  at,
};
const limited = load(policy([allow], { limits: [perMinute(3)] }));
const counted = load(policy([allow, rule({ id: "d", effect: "deny" }, called)]));
const stateless = load(policy([allow]));

/** A driver that has to be waited for, so that decisions cross. */
function slow(driver: StateDriver): StateDriver {
  const wait = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    ...driver,
    read: (need) => wait().then(() => driver.read(need)),
    commit: (read, event) => wait().then(() => driver.commit(read, event)),
  };
}

const broken: StateDriver = {
  read: () => Promise.reject(new Error("the store is away")),
  commit: () => Promise.reject(new Error("the store is away")),
  lookBack: () => {},
};

test("where the driver need not be waited for, neither is the decision", () => {
  const { step, answer } = withState(limited, memoryDriver(limited.windows));
  expect([1, 2, 3, 4].map((id) => (step(call({}), `${id}`) as { decision: object }).decision)).toMatchObject([
    { effect: "allow" },
    { effect: "allow" },
    { effect: "allow" },
    { effect: "deny", reason: "limit" },
  ]);
  expect(answer(call({}), "1", { content: [] }, 1)).toMatchObject({ decision: { effect: "allow" }, event: undefined });
});

test.for([
  ["a limit", limited, "limit"],
  ["a number of calls", counted, "rule"],
] as const)("many at once never pass more than %s allows", async ([, loaded, reason]) => {
  const { step } = withState(loaded, slow(memoryDriver(loaded.windows)));
  const steps = await Promise.all(Array.from({ length: 200 }, (_, id) => step(call({}), `${id}`)));
  const reasons = steps.map(({ decision }) => (decision.effect === "allow" ? "allow" : decision.reason));
  expect(reasons.filter((each) => each === "allow")).toHaveLength(3);
  expect(reasons.filter((each) => each === reason)).toHaveLength(197);
});

test("it is decided at the store's instant", async () => {
  const until = { ...allow, until: 100 };
  const loaded = load(policy([until], { limits: [perMinute(9)] }));
  const driver = memoryDriver(loaded.windows);
  const later: StateDriver = { ...driver, read: (need) => ({ ...driver.read(need), now: 100 }) };
  const request = call({}, { context: { time: 99 } });
  expect(await withState(loaded, driver).step(request, "1")).toMatchObject({ decision: { effect: "allow" } });
  expect(await withState(loaded, later).step(request, "2")).toMatchObject({ decision: { effect: "deny" } });
});

describe("a store that fails", () => {
  test("lets nothing through and nothing out", async () => {
    const { step, answer, giveUp } = withState(counted, broken);
    expect(await step(call({}), "1")).toMatchObject({
      decision: { effect: "deny", reason: "fault", kept: { fault: "the state cannot be kept: the store is away" } },
      event: undefined,
    });
    const held = load(policy([allow], { resultDenies: [head("n", called)] }));
    expect(await withState(held, broken).answer(call({}), "1", { content: [] }, 1)).toMatchObject({
      decision: { effect: "deny", reason: "fault" },
      result: undefined,
    });
    expect(await answer(call({}), "1", { content: [] }, 1)).toMatchObject({ decision: { effect: "allow" } });
    expect(giveUp(call({}), "1", 1)).toBeUndefined();
  });

  test("is never asked where nothing is remembered", async () => {
    const { step, answer } = withState(stateless, broken);
    expect(step(call({}), "1")).toMatchObject({ decision: { effect: "allow" } });
    expect(answer(call({}), "1", { content: [] }, 1)).toMatchObject({ decision: { effect: "allow" } });
  });

  test("also where it throws, and where it never bears out what was decided", async () => {
    const throwing: StateDriver = { ...broken, read: () => raise() };
    expect(withState(limited, throwing).step(call({}), "1")).toMatchObject({ decision: { reason: "fault" } });
    const driver = memoryDriver(limited.windows);
    const never: StateDriver = { ...driver, commit: () => "conflict" };
    expect(await withState(limited, never).step(call({}), "1")).toMatchObject({
      decision: { reason: "fault", kept: { fault: expect.stringContaining("others are always faster") } },
    });
  });
});

test("a call that is given up gives back what it took at once", () => {
  const atOnce = { ...head("l"), amount: 1, window: { kind: "at once" }, keys: [{ kind: "everyone" }] } as const;
  const loaded = load(policy([allow], { limits: [atOnce] }));
  const { step, giveUp } = withState(loaded, memoryDriver(loaded.windows));
  const effects = (id: string) => (step(call({}), id) as { decision: { effect: string } }).decision.effect;
  expect([effects("1"), effects("2")]).toEqual(["allow", "deny"]);
  giveUp(call({}), "1", 5);
  expect(effects("3")).toBe("allow");
});

function raise(): never {
  throw new Error("the store is away");
}
