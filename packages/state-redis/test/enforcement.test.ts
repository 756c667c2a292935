import { setTimeout as wait } from "node:timers/promises";
import { type StatefulPolicy, withState } from "@mcpolicy/runtime";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type RedisDriverOptions, redisDriver, redisRevocations, type StoreNotice } from "../src/index.ts";
import { ask, type LocalServer, startCluster, startServer } from "../src/local.ts";
import { clients, clusterClients } from "./clients.ts";
import { callOf, policyOf } from "./policies.ts";
import { hasRedis } from "./redis.ts";

const hundred = policyOf('limit "hundred" s.do to 100 per 1m per everyone');
const history = policyOf(`
  deny "often" s.do when count of called s.do in last 1m >= 5
  label seen on s.read for 1h
  deny "after reading" s.send when carries seen`);
const budgets = policyOf(`
  limit "budget" s.pay to 10 of (args.n ?? 1) per 1m per principal
  limit "open" s.open to 2 at once per everyone`);
const approved = policyOf("require mfa for s.do");

const allowed = async (steps: readonly ReturnType<StatefulPolicy["step"]>[]): Promise<number> =>
  (await Promise.all(steps)).filter(({ decision }) => decision.effect === "allow").length;

describe.skipIf(!hasRedis())("instances on one server", () => {
  let server: LocalServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  describe.for(Object.entries(clients))("with %s", ([, connect]) => {
    let stores = 0;
    /** Two instances that share a store of their own. */
    async function two(
      policy: typeof hundred,
      over: Partial<RedisDriverOptions> = {},
    ): Promise<readonly StatefulPolicy[]> {
      stores += 1;
      const connected = await Promise.all([connect(server.port), connect(server.port)]);
      onTestFinished(() => {
        for (const { close } of connected) close();
      });
      const prefix = `${connect.name.replaceAll(/\W/g, "")}-${stores}`;
      return connected.map(({ client }) =>
        withState(
          policy,
          redisDriver({ client, policy: "p", prefix, windows: policy.windows, timeout: 20_000, ...over }),
        ),
      );
    }

    test("never let through more than a limit, whoever asks at once", async () => {
      const instances = await two(hundred);
      const steps = Array.from({ length: 600 }, (_, id) => instances[id % 2]!.step(callOf("do"), `call ${id}`));
      expect(await allowed(steps)).toBe(100);
    });

    test("never more calls than a condition on history, and none after a label", async () => {
      const instances = await two(history);
      const steps = Array.from({ length: 60 }, (_, id) => instances[id % 2]!.step(callOf("do"), `call ${id}`));
      expect(await allowed(steps)).toBe(5);
      expect(await allowed([instances[0]!.step(callOf("send"), "before")])).toBe(1);
      expect(await allowed([instances[0]!.step(callOf("read"), "read")])).toBe(1);
      expect(await allowed([instances[1]!.step(callOf("send"), "after")])).toBe(0);
      expect(await allowed([instances[1]!.step(callOf("send", { id: "bob" }), "another's")])).toBe(1);
    });

    test("budgets, calls at once, and what an answer or a lost call gives back", async () => {
      const [one, other] = await two(budgets, { flight: 1_500 });
      const pay = (n: number, id: string) => allowed([one!.step(callOf("pay", { args: { n } }), id)]);
      expect([await pay(6, "a"), await pay(5, "b"), await pay(4, "c"), await pay(0.5, "d")]).toEqual([1, 0, 1, 0]);
      const open = (id: string) => allowed([other!.step(callOf("open"), id)]);
      expect([await open("1"), await open("2"), await open("3")]).toEqual([1, 1, 0]);
      await one!.answer(callOf("open"), "1", { content: [] }, Date.now());
      expect([await open("4"), await open("5")]).toEqual([1, 0]);
      await one!.giveUp(callOf("open"), "2", Date.now());
      expect(await open("6")).toBe(1);
      await expect.poll(() => open(`later ${performance.now()}`)).toBe(1);
    });

    test("spend a proof once", async () => {
      const instances = await two(approved);
      const at = Date.now() - 1_000;
      const steps = Array.from({ length: 20 }, (_, id) => {
        return instances[id % 2]!.step({ ...callOf("do"), proofs: [{ id: "p", kind: "mfa", at }] }, `call ${id}`);
      });
      expect(await allowed(steps)).toBe(1);
    });

    test("tenants share nothing", async () => {
      const [one, other] = await two(hundred);
      const steps = ["a", "b"].flatMap((tenant, of) =>
        Array.from({ length: 150 }, (_, id) => [one!, other!][of]!.step(callOf("do", { tenant }), `${tenant} ${id}`)),
      );
      expect(await allowed(steps)).toBe(200);
    });
  });

  test("keys tell nothing of callers, and all of them expire", async () => {
    const reply = await ask(
      server.port,
      "EVAL \"local keys = redis.call('KEYS', '*') local left = {} for _, key in ipairs(keys) do if redis.call('PTTL', key) < 0 or string.find(key, 'ann') then left[#left + 1] = key end end return {#keys, left}\" 0",
    );
    const [, count, lost] = reply.split("\r\n");
    expect(Number(count!.slice(1))).toBeGreaterThan(20);
    expect(lost).toBe("*0");
  });
});

describe.skipIf(!hasRedis())("instances on a cluster of three", () => {
  let cluster: Awaited<ReturnType<typeof startCluster>>;
  beforeAll(async () => {
    cluster = await startCluster(3);
  });
  afterAll(() => cluster.stop());

  test.for(Object.entries(clusterClients))("with %s", async ([name, connect]) => {
    const connected = await connect(cluster.servers[0]!.port);
    onTestFinished(connected.close);
    const prefix = name.replaceAll(/\W/g, "");
    const driver = redisDriver({ ...connected, policy: "p", prefix, windows: hundred.windows, timeout: 20_000 });
    const { step } = withState(hundred, driver);
    const tenants = ["a", "b", "c", "d", "e", "f"];
    const steps = tenants.flatMap((tenant) =>
      Array.from({ length: 110 }, (_, id) => step(callOf("do", { tenant }), `${tenant} ${id}`)),
    );
    expect(await allowed(steps)).toBe(600);
    const sizes = await Promise.all(cluster.servers.map(({ port }) => ask(port, "DBSIZE")));
    // Each node holds some of it: there are far more tenants than slots that one of them could lack.
    expect(sizes.every((size) => Number(size.split("\r\n")[0]!.slice(1)) > 0)).toBe(true);
  });

  test.for(Object.entries(clusterClients))("revocations are pushed, with %s", async ([name, connect]) => {
    const [one, other] = await Promise.all([0, 1].map((node) => connect(cluster.servers[node]!.port)));
    onTestFinished(one!.close);
    onTestFinished(other!.close);
    // Nobody asks for what has changed before the test is over.
    const options = { policy: "pushed", prefix: name.replaceAll(/\W/g, ""), bound: 600_000, timeout: 20_000 };
    const here = redisRevocations({ ...options, client: one!.client });
    const there = redisRevocations({ ...options, client: other!.client });
    onTestFinished(async () => void (await Promise.all([here.close?.(), there.close?.()])));
    const token = { subject: "dev", issuedAt: 0 };
    expect(await there.isRevoked({ ...token, id: "0" })).toBe(false);
    let id = 0;
    const isHeard = async (): Promise<boolean> => {
      id += 1;
      await here.revoke({ kind: "id", id: `${id}`, until: Date.now() + 600_000 });
      await wait(50);
      return there.isRevoked({ ...token, id: `${id}` });
    };
    await expect.poll(isHeard).toBe(true);
  });
});

describe.skipIf(!hasRedis())("a server that fails", () => {
  async function opened(
    policy: typeof hundred,
    settings: Readonly<Record<string, string>>,
    over: Partial<RedisDriverOptions> = {},
  ) {
    const server = await startServer(settings);
    onTestFinished(server.stop);
    const connected = await clients["ioredis"]!(server.port);
    onTestFinished(connected.close);
    const driver = redisDriver({ ...connected, policy: "p", windows: policy.windows, timeout: 500, ...over });
    return { server, connected, ...withState(policy, driver) };
  }

  test("is killed and restarted in the middle, with every write on disk: never more than the limit passes", async () => {
    const { server, step } = await opened(hundred, { appendonly: "yes", appendfsync: "always" });
    let passed = 0;
    let denied = 0;
    let id = 0;
    const attempts = async (until: () => boolean): Promise<void> => {
      while (!until()) {
        id += 1;
        const { decision } = await step(callOf("do"), `call ${id}`);
        if (decision.effect === "allow") passed += 1;
        else denied += 1;
      }
    };
    await Promise.all(Array.from({ length: 4 }, () => attempts(() => passed >= 50)));
    const crash = server
      .kill()
      .then(() => wait(600))
      .then(server.restart);
    let isBack = false;
    void crash.then(() => (isBack = true));
    await Promise.all(Array.from({ length: 4 }, () => attempts(() => isBack)));
    const before = denied;
    await Promise.all(Array.from({ length: 8 }, () => attempts(() => denied >= before + 60 && id > 300)));
    expect(passed).toBeGreaterThan(50);
    expect(passed).toBeLessThanOrEqual(100);
  });

  test("is away: everything that depends on it is denied, at once or when its time is over", async () => {
    const { server, step, answer } = await opened(history, {});
    expect((await step(callOf("do"), "1")).decision.effect).toBe("allow");
    await server.kill();
    const { decision } = await step(callOf("do"), "2");
    expect(decision).toMatchObject({
      effect: "deny",
      reason: "fault",
      kept: { fault: expect.stringContaining("the store") },
    });
    const { result } = await answer(callOf("read"), "1", { content: [] }, Date.now());
    expect(result).toBeUndefined();
    // What remembers nothing does not ask.
    expect((await step(callOf("other"), "3")).decision.effect).toBe("allow");
  });

  test("is paused: a command that comes too late lets nothing through and takes nothing", async () => {
    const { connected, step } = await opened(hundred, {});
    expect((await step(callOf("do"), "1")).decision.effect).toBe("allow");
    await connected.send("CLIENT", "PAUSE", "3000", "ALL");
    const late = await Promise.all(Array.from({ length: 20 }, (_, id) => step(callOf("do"), `late ${id}`)));
    expect(late.every(({ decision }) => decision.reason === "fault")).toBe(true);
    await wait(3_500);
    const steps = Array.from({ length: 150 }, (_, id) => step(callOf("do"), `call ${id}`));
    expect(await allowed(steps)).toBe(99);
  });

  test("is away, and what was known last is gone by for a time: of history and labels, never of limits", async () => {
    const notices: StoreNotice["what"][] = [];
    const notice = ({ what }: StoreNotice): void => void notices.push(what);
    const mixed = policyOf(`
      deny "often" s.do when count of called s.do in last 1h >= 3
      label seen on s.read for 1h
      deny "after reading" s.send when carries seen
      limit "few" s.pay to 5 per 1h per everyone`);
    const { server, connected, step } = await opened(mixed, {}, { away: { lastKnown: 60_000 }, notice });
    const effects = async (tool: string, id: string) => (await step(callOf(tool), id)).decision.effect;
    expect([await effects("do", "1"), await effects("send", "2"), await effects("read", "3")]).toEqual([
      "allow",
      "allow",
      "allow",
    ]);
    expect([await effects("send", "4"), await effects("pay", "5")]).toEqual(["deny", "allow"]);
    await server.kill();
    expect([await effects("do", "6"), await effects("do", "7"), await effects("do", "8")]).toEqual([
      "allow",
      "allow",
      "deny",
    ]);
    expect([await effects("send", "9"), await effects("pay", "10")]).toEqual(["deny", "deny"]);
    // Of whom nothing is known nothing is gone by.
    expect((await step(callOf("do", { id: "bob" }), "11")).decision).toMatchObject({ effect: "deny", reason: "fault" });
    await server.restart();
    await expect.poll(() => effects("pay", `${performance.now()}`)).toBe("allow");
    // The server lost what it had; what waited for it is there now.
    expect([await effects("do", "12"), await effects("do", "13")]).toEqual(["allow", "deny"]);
    expect(notices).toEqual(["store-away", "store-back"]);
    expect(Number(await connected.send("DBSIZE"))).toBeGreaterThan(0);
  });
});
