import type { StateEvent, StateNeed } from "@mcpolicy/core";
import { type DriversUnderTest, driverCases, driverWindows, playDriver } from "@mcpolicy/testing";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RedisBounds, redisDriver } from "../src/index.ts";
import { type LocalServer, startServer } from "../src/local.ts";
import { type Connected, clients } from "./clients.ts";
import { hasRedis } from "./redis.ts";

let stores = 0;

describe.skipIf(!hasRedis())("on one server", () => {
  let server: LocalServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  describe.for(Object.entries(clients))("with %s", ([, connect]) => {
    let connected: readonly Connected[];
    beforeAll(async () => {
      connected = await Promise.all([connect(server.port), connect(server.port)]);
    });
    afterAll(() => {
      for (const each of connected) each.close();
    });

    /** Two instances on a fresh part of the store, by a clock of their own. */
    const under = (): DriversUnderTest => {
      stores += 1;
      let now = 0;
      const options = {
        policy: `suite-${stores}`,
        windows: driverWindows,
        flight: driverWindows.flight!,
        timeout: 60_000,
      };
      return {
        instances: connected.map(({ client }) => redisDriver({ ...options, client, clock: () => now })),
        setTime: (time) => (now = time),
      };
    };

    test("the driver shows what the pure state shows, whatever crosses", async () => {
      const steps = fc.array(fc.integer({ min: 0, max: 0xffffffff }), { minLength: 1, maxLength: 120, size: "max" });
      await fc.assert(
        fc.asyncProperty(steps, (each) => playDriver(under(), each)),
        { numRuns: 40 },
      );
    });

    test.for(driverCases)("$name", ({ run }) => run(under()));
  });

  describe("bounds", () => {
    let connected: Connected;
    beforeAll(async () => {
      connected = await clients["ioredis"]!(server.port);
    });
    afterAll(() => connected.close());

    const need: StateNeed = {
      tenant: "null",
      caller: "ann",
      now: 0,
      calls: "own",
      last: 1e6,
      labels: true,
      limits: [],
      proofs: [],
    };
    const windows = { calls: 1e6, takes: 1e6, labels: 1e6 };
    const driverWith = (bounds: RedisBounds) => {
      stores += 1;
      return redisDriver({ client: connected.client, policy: `bounds-${stores}`, windows, bounds });
    };
    const request = (id: string, at: number, over: object = {}): StateEvent => {
      const operation = { kind: "tool", server: "s", name: "do" } as const;
      const call = { id, caller: "ann", operation, arguments: {}, attempted: at, called: at, ended: at };
      return { kind: "request", call, takes: [], labels: [], proofs: [], ...over };
    };

    test("beyond the most calls the oldest are forgotten, and what looks back so far is unknown", async () => {
      const driver = driverWith({ calls: 2 });
      const instants: number[] = [];
      for (const id of ["a", "b", "c"]) {
        const read = await driver.read(need);
        instants.push(read.now);
        expect(await driver.commit(read, request(id, read.now))).toBe("committed");
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      const { state } = await driver.read(need);
      expect(state.calls.map(({ id }) => id)).toEqual(["b", "c"]);
      expect(state.forgottenBefore).toBe(instants[0]);
      expect((await driver.read({ ...need, calls: "anyone" })).state).toEqual({ ...state, labels: [] });
    });

    test("beyond the most takes and labels nothing is taken in", async () => {
      const driver = driverWith({ takes: 1, labels: 1 });
      const limits = [{ rule: "l", key: "k", amount: 9, duration: 1000, sums: false }];
      const take = (id: string, at: number) => {
        return { takes: [{ rule: "l", key: "k", at, amount: 1, call: id, atOnce: false }] };
      };
      const first = await driver.read({ ...need, limits });
      expect(await driver.commit(first, request("a", first.now, take("a", first.now)))).toBe("committed");
      const second = await driver.read({ ...need, limits });
      await expect(driver.commit(second, request("b", second.now, take("b", second.now)))).rejects.toThrow(
        "FULL takes",
      );
      const labels = ["x", "y"].map((label) => ({ caller: "ann", label, since: second.now, call: "b", duration: 10 }));
      await expect(driver.commit(second, request("b", second.now, { labels }))).rejects.toThrow("FULL labels");
      expect((await driver.read(need)).state.calls.map(({ id }) => id)).toEqual(["a"]);
    });
  });
});
