import { type DriversUnderTest, driverCases, driverWindows, playDriver } from "@mcpolicy/testing";
import fc from "fast-check";
import { afterAll, beforeAll, describe, test } from "vitest";
import { redisDriver } from "../src/index.ts";
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
});
