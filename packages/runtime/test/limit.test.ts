import type { LimitIr, State, Take } from "@mcpolicy/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { askLimit, limitKey } from "../src/limit.ts";
import { call, caller, flag, head, load, now, policy, remembered, rule, tool, watched } from "./small-policies.ts";

const HOUR = 3_600_000;
const key = '["everyone"]';

const perHour = (amount: number): LimitIr => ({
  ...head("l"),
  amount,
  window: { kind: "per", duration: HOUR },
  keys: [{ kind: "everyone" }],
});
const atOnce = (amount: number): LimitIr => ({
  ...head("l"),
  amount,
  window: { kind: "at once" },
  keys: [{ kind: "everyone" }],
});
const take = (at: number, over: Partial<Take> = {}): Take => {
  return { rule: "l", key, at, amount: 1, call: `call at ${at}`, atOnce: false, ...over };
};

/** Now is one hour and some. */
const NOW = 2 * HOUR;
const ask = (limit: LimitIr, takes: readonly Take[], amount: number | undefined) =>
  askLimit(limit, { call: "c", key, now: NOW, amount }, remembered({ takes }));

describe("a window", () => {
  // biome-ignore format: table
  const cases: readonly (readonly [string, LimitIr, readonly Take[], number | undefined, boolean, number | undefined])[] = [
    ["nothing taken: room",                           perHour(1), [],                                        1,         false, undefined],
    ["no amount at all: never room",                  perHour(0), [],                                        1,         true,  undefined],
    ["one taken just now",                            perHour(1), [take(NOW)],                               1,         true,  HOUR],
    ["one taken within the hour",                     perHour(1), [take(NOW - HOUR + 1)],                    1,         true,  1],
    ["one taken an hour ago has left",                perHour(1), [take(NOW - HOUR)],                        1,         false, undefined],
    ["what lies ahead, as a clock went back, counts", perHour(1), [take(NOW + 1)],                           1,         true,  HOUR + 1],
    ["two of two: until the older leaves",            perHour(2), [take(NOW - 10), take(NOW - 30)],          1,         true,  HOUR - 30],
    ["three of two, all leave one by one",            perHour(2), [take(NOW - 1), take(NOW - 2), take(NOW - 3)], 1,     true,  HOUR - 2],
    ["takes of one instant leave together",           perHour(2), [take(NOW - 5), take(NOW - 5)],            1,         true,  HOUR - 5],
    ["another rule's takes are not its",              perHour(1), [take(NOW, { rule: "m" })],                1,         false, undefined],
    ["another key's are not",                         perHour(1), [take(NOW, { key: "[]" })],                1,         false, undefined],
    ["those at once are not",                         perHour(1), [take(NOW, { atOnce: true })],             1,         false, undefined],
    ["a budget with room to the last",                perHour(9), [take(NOW - 1, { amount: 4 })],            5,         false, undefined],
    ["a budget one too much",                         perHour(9), [take(NOW - 1, { amount: 4 })],            6,         true,  HOUR - 1],
    ["a budget waits for enough to leave",            perHour(9), [take(NOW - 3, { amount: 4 }), take(NOW - 2, { amount: 2 }), take(NOW - 1, { amount: 3 })], 5, true, HOUR - 2],
    ["more than the whole: waiting never helps",      perHour(9), [],                                        10,        true,  undefined],
    ["nothing is free where all is taken",            perHour(9), [take(NOW - 1, { amount: 9 })],            0,         false, undefined],
    ["what cannot be read is spent",                  perHour(9), [],                                        undefined, true,  undefined],
    ["negative is spent",                             perHour(9), [],                                        -1,        true,  undefined],
    ["no number is spent",                            perHour(9), [],                                        Number.NaN, true, undefined],
    ["at once: room",                                 atOnce(2),  [take(0, { atOnce: true })],               1,         false, undefined],
    ["at once: none, however old",                    atOnce(2),  [take(0, { atOnce: true }), take(1, { atOnce: true })], 1, true, undefined],
    ["at once: what windows took is not open",        atOnce(1),  [take(NOW)],                               1,         false, undefined],
  ];

  test.for(cases)("%s", ([, limit, takes, amount, spent, retryAfterMs]) => {
    expect(ask(limit, takes, amount)).toMatchObject({ spent });
    expect(ask(limit, takes, amount).retryAfterMs).toBe(retryAfterMs);
  });

  test("the amount that is read is what is taken", () => {
    expect(ask(perHour(9), [], 2.5).take).toEqual(take(NOW, { amount: 2.5, call: "c" }));
    expect(ask(perHour(9), [], undefined).take).toBeUndefined();
    expect(ask(atOnce(9), [], 1).take).toEqual(take(NOW, { atOnce: true, call: "c" }));
  });

  test("in no window is more taken than the limit says, and each wait is exactly long enough", () => {
    const duration = 10;
    const limit: LimitIr = { ...perHour(3), window: { kind: "per", duration } };
    fc.assert(
      fc.property(fc.array(fc.record({ wait: fc.nat(4), amount: fc.nat(3) }), { maxLength: 40 }), (calls) => {
        const takes: Take[] = [];
        let time = 0;
        for (const { wait, amount } of calls) {
          time += wait;
          const at = (instant: number) =>
            askLimit(limit, { call: "c", key, now: instant, amount }, remembered({ takes }));
          const { take, spent, retryAfterMs } = at(time);
          if (!spent) takes.push(take!);
          else {
            expect(at(time + retryAfterMs!).spent).toBe(false);
            expect(at(time + retryAfterMs! - 1).spent).toBe(true);
          }
        }
        for (const { at: end } of takes) {
          const within = takes.filter(({ at }) => at > end - duration && at <= end);
          expect(within.reduce((sum, { amount }) => sum + amount, 0)).toBeLessThanOrEqual(limit.amount);
        }
      }),
    );
  });
});

describe("a key", () => {
  const ann = { id: "ann", roles: [], tenant: "t", client: "app", team: "red" };
  // biome-ignore format: table
  const cases: readonly (readonly [string, LimitIr["keys"], Readonly<Record<string, unknown>>, string])[] = [
    ["principal, with the tenant",   [{ kind: "principal" }],                        ann,    '[["t","ann"]]'],
    ["principal without a tenant",   [{ kind: "principal" }],                        caller, '[[null,"ann"]]'],
    ["client",                       [{ kind: "client" }],                           ann,    '["app"]'],
    ["client that is not there",     [{ kind: "client" }],                           caller, "[null]"],
    ["tool and server",              [{ kind: "tool" }, { kind: "server" }],         ann,    '["fs.read","fs"]'],
    ["everyone",                     [{ kind: "everyone" }],                         ann,    '["everyone"]'],
    ["an attribute",                 [{ kind: "attribute", name: "team" }],          ann,    '["red"]'],
    ["an attribute not there",       [{ kind: "attribute", name: "constructor" }],   ann,    "[null]"],
  ];
  test.for(cases)("%s", ([, keys, who, text]) => expect(limitKey(keys, who as never, tool)).toBe(text));
});

describe("in a decision", () => {
  const allow = rule({ id: "a", effect: "allow" });
  const decide = (limits: readonly LimitIr[], state?: State, args = {}) =>
    load(watched(policy([allow], { limits }))).step(call(args, state === undefined ? {} : { state }), "c");
  const spentState = remembered({ takes: [take(now.time - 10)] });

  test("an allowed call takes of every limit that may speak of it", () => {
    const limits = [perHour(1), { ...perHour(1), ...head("m", flag("big")) }];
    const { decision, event } = decide(limits);
    expect(decision.effect).toBe("allow");
    expect(event).toMatchObject({ kind: "request", takes: [{ rule: "l" }, { rule: "m" }] });
    expect(decide(limits, undefined, { big: false }).event).toMatchObject({ takes: [{ rule: "l" }] });
  });

  test("a spent one denies, says when to come back, and takes nothing", () => {
    const { decision, event } = decide([{ ...perHour(1), because: "Slow down." }, perHour(9)], spentState);
    expect(decision).toMatchObject({ effect: "deny", reason: "limit", rules: [{ id: "l", matched: "true" }] });
    expect(decision.told).toEqual({ because: ["Slow down."], retryAfterMs: HOUR - 10 });
    expect(event).toMatchObject({ call: { attempted: now.time }, takes: [], labels: [], proofs: [] });
    expect((event as { call: object }).call).not.toHaveProperty("called");
  });

  test("one whose condition is unknown counts", () => {
    const limit = { ...perHour(1), ...head("l", flag("big")) };
    expect(decide([limit], spentState).decision).toMatchObject({ reason: "limit", rules: [{ matched: "unknown" }] });
    expect(decide([limit], spentState, { big: false }).decision.effect).toBe("allow");
  });

  test("where one of the spent never has room, no time is told", () => {
    const { decision } = decide([perHour(1), { ...perHour(0), id: "m" }], spentState);
    expect(decision.rules.map(({ id }) => id)).toEqual(["l", "m"]);
    expect(decision.told).toEqual({ because: [] });
  });

  test("a budget reads its argument; absent, unreadable and negative are spent", () => {
    const of = { kind: "reference", root: "args", path: ["n"], as: { kind: "number" } } as const;
    const limit: LimitIr = { ...perHour(10), window: { kind: "per", duration: HOUR, of } };
    const spent = remembered({ takes: [take(now.time, { amount: 6 })] });
    for (const n of [undefined, "4", -1, 5, Number.NaN]) {
      expect(decide([limit], spent, n === undefined ? {} : { n }).decision.effect).not.toBe("allow");
    }
    expect(decide([limit], spent, { n: 4 }).event).toMatchObject({ takes: [{ amount: 4 }] });
    expect(decide([limit], spent, { n: 0 }).decision.effect).toBe("allow");
  });

  test("denies and defaults come first; duties after", () => {
    const require = { ...head("r"), duty: { kind: "mfa" }, valid: 1000 } as const;
    const deny = rule({ id: "d", effect: "deny" });
    const reason = (rules: Parameters<typeof policy>[0], over: Parameters<typeof policy>[1]) =>
      load(policy(rules, { limits: [perHour(1)], ...over })).decide(call({}, { state: spentState })).reason;
    expect(reason([allow, deny], {})).toBe("unknown-operation");
    expect(reason([allow, rule({ id: "d", effect: "deny" }, flag("x"))], {})).toBe("unknown");
    expect(reason([], {})).toBe("unknown-operation");
    expect(reason([rule({ id: "a", effect: "allow" }, flag("x"))], {})).toBe("default");
    expect(reason([allow], { requires: [require] })).toBe("limit");
  });

  test("a shadow limit takes nothing and stops nothing, and is logged", () => {
    const { decision, event } = decide([{ ...perHour(0), shadow: true }]);
    expect(decision.effect).toBe("allow");
    expect(decision.kept.shadow).toMatchObject([{ id: "l" }]);
    expect(event).toMatchObject({ takes: [] });
  });
});
