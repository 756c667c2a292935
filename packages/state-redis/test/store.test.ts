import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { approvalsCases, exampleQuestion, revocationsCases } from "@mcpolicy/testing";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import {
  fromIoredis,
  redisApprovals,
  redisDriver,
  redisRevocations,
  StoreError,
  type StoreNotice,
} from "../src/index.ts";
import { ask, type LocalServer, startServer } from "../src/local.ts";
import { type Connected, clients } from "./clients.ts";
import { hasRedis } from "./redis.ts";

let stores = 0;
const nameOf = (): string => {
  stores += 1;
  return `store-${stores}`;
};
const pass = async (milliseconds: number): Promise<void> => void (await wait(milliseconds));

describe.skipIf(!hasRedis())("on one server", () => {
  let server: LocalServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  describe.for(Object.entries(clients))("with %s", ([, connect]) => {
    let here: Connected;
    let there: Connected;
    beforeAll(async () => {
      [here, there] = await Promise.all([connect(server.port), connect(server.port)]);
    });
    afterAll(() => {
      here.close();
      there.close();
    });

    test.for(revocationsCases)("revocations: $name", ({ run }) =>
      run({ make: () => redisRevocations({ client: here.client, policy: nameOf() }), now: Date.now, pass }),
    );

    test.for(approvalsCases)("approvals: $name", ({ run }) => {
      const policy = nameOf();
      const make = () =>
        [redisApprovals({ client: here.client, policy }), redisApprovals({ client: there.client, policy })] as const;
      return run({ make, now: Date.now, pass });
    });

    test("beyond the most there may be nothing is taken in", async () => {
      const policy = nameOf();
      const approvals = redisApprovals({ client: here.client, policy, most: 0 });
      const asked = approvals.ask(exampleQuestion("a", 0, Date.now() + 1000), { mostOfCaller: 9 });
      await expect(asked).rejects.toThrow("FULL questions");
      const revocations = redisRevocations({ client: here.client, policy, most: 0 });
      await expect(revocations.revoke({ kind: "id", id: "a", until: Date.now() + 1000 })).rejects.toThrow("FULL");
      await revocations.close?.();
    });

    describe("revocations reach other instances", () => {
      const token = { id: "t", subject: "dev", issuedAt: 0 };
      const revocation = () => ({ kind: "id", id: "t", until: Date.now() + 60_000 }) as const;
      const untilRevoked = async (instance: ReturnType<typeof redisRevocations>): Promise<number> => {
        const began = performance.now();
        while (!(await instance.isRevoked(token))) await wait(5);
        return performance.now() - began;
      };

      test("by push, long before they are asked for", async () => {
        const options = { policy: nameOf(), bound: 60_000 };
        const [a, b] = [here, there].map(({ client }) => redisRevocations({ ...options, client }));
        expect(await b!.isRevoked(token)).toBe(false);
        // Both listen once they hear of this one.
        while (!(await b!.isRevoked({ ...token, id: "first" }))) {
          await a!.revoke({ ...revocation(), id: "first" });
          await wait(20);
        }
        await a!.revoke(revocation());
        await untilRevoked(b!);
        for (const each of [a, b]) await each!.close?.();
      });

      test("within the bound where nothing is ever pushed", async () => {
        const policy = nameOf();
        const deaf = { ...there.client, subscribe: () => Promise.reject(new Error("cut off")) };
        const a = redisRevocations({ policy, client: here.client });
        const b = redisRevocations({ policy, client: deaf, bound: 1_000 });
        expect(await b.isRevoked(token)).toBe(false);
        await a.revoke(revocation());
        await untilRevoked(b);
        for (const each of [a, b]) await each.close?.();
      });

      test("and those that start later", async () => {
        const policy = nameOf();
        const a = redisRevocations({ policy, client: here.client });
        await a.revoke(revocation());
        const b = redisRevocations({ policy, client: there.client });
        expect(await b.isRevoked(token)).toBe(true);
        for (const each of [a, b]) await each.close?.();
      });

      test("and a store that lost them, from whoever still knows them", async () => {
        const policy = nameOf();
        const a = redisRevocations({ policy, client: here.client, bound: 400 });
        await a.revoke(revocation());
        await here.send("FLUSHALL");
        await expect.poll(() => here.send("HLEN", `mcpolicy:{${policy}:revoked}:revoked`)).toBe(1);
        const b = redisRevocations({ policy, client: there.client });
        expect(await b.isRevoked(token)).toBe(true);
        for (const each of [a, b]) await each.close?.();
      });
    });
  });
});

describe.skipIf(!hasRedis())("while the server is away", () => {
  const token = { id: "t", subject: "dev", issuedAt: 0 };

  /** A server, a client of it, and what is closed when the test is over. */
  async function opened() {
    const server = await startServer();
    onTestFinished(server.stop);
    const connected = await clients["ioredis"]!(server.port);
    onTestFinished(connected.close);
    return { server, connected };
  }

  test("who is revoked is not known, once the bound is over; and known again when it is back", async () => {
    const { server, connected } = await opened();
    const notices: StoreNotice["what"][] = [];
    const notice = ({ what }: StoreNotice): void => void notices.push(what);
    const revocations = redisRevocations({ client: connected.client, policy: "away", bound: 1_000, notice });
    onTestFinished(() => revocations.close?.());
    expect(await revocations.isRevoked(token)).toBe(false);
    await revocations.revoke({ kind: "id", id: "t", until: Date.now() + 60_000 });
    await server.kill();
    await expect.poll(() => attempt(() => revocations.isRevoked(token))).toBe(undefined);
    expect(() => revocations.isRevoked(token)).toThrow(StoreError);
    await expect(revocations.revoke({ kind: "id", id: "u", until: Date.now() + 60_000 })).rejects.toThrow(StoreError);
    await server.restart();
    await expect.poll(() => attempt(() => revocations.isRevoked(token))).toBe(true);
    expect(notices).toEqual(["store-away", "store-back"]);
    // The server lost it when it was killed, and has it back from this instance.
    expect(await connected.send("HEXISTS", "mcpolicy:{away:revoked}:revoked", '["id",null,"t"]')).toBe(1);
  });

  test("what was known last is gone by where that was declared, for a time", async () => {
    const { server, connected } = await opened();
    const away = { lastKnown: 60_000 };
    const revocations = redisRevocations({ client: connected.client, policy: "away", bound: 500, away });
    onTestFinished(() => revocations.close?.());
    expect(await revocations.isRevoked(token)).toBe(false);
    await server.kill();
    await wait(700);
    expect(revocations.isRevoked(token)).toBe(false);
  });
});

function attempt<Value>(run: () => Value): Value | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

test.skipIf(!hasRedis())("the guide's user may do what is needed, and no more", async () => {
  const guide = readFileSync(new URL("../../../docs/guide/shared-state.md", import.meta.url), "utf8");
  const rules = /^ {4}\+@connection[\s\S]*?&mcpolicy:\*$/m.exec(guide)![0].trim().split(/\s+/);
  const server = await startServer();
  onTestFinished(server.stop);
  await ask(server.port, `ACL SETUSER app on >secret ${rules.join(" ")}`);
  const redis = new Redis({ host: "127.0.0.1", port: server.port, username: "app", password: "secret" });
  onTestFinished(() => redis.disconnect());
  const client = fromIoredis(redis);

  const windows = { calls: 100, takes: 100, proofs: 100, labels: 100 };
  const limits = [
    { rule: "a", key: "k", amount: 9, duration: 100, sums: true },
    { rule: "b", key: "k", amount: 9, duration: 100, sums: false },
    { rule: "c", key: "k", amount: 9, duration: undefined, sums: false },
  ];
  const need = {
    tenant: "null",
    caller: "ann",
    now: 0,
    calls: "anyone",
    last: 100,
    labels: true,
    limits,
    proofs: ["p"],
  } as const;
  const driver = redisDriver({ client, policy: "p", windows, bounds: { calls: 1 } });
  for (const id of ["1", "2", "3"]) {
    const read = await driver.read({ ...need, proofs: [`${id} proof`] });
    const operation = { kind: "tool", server: "s", name: "do" } as const;
    const call = { id, caller: "ann", operation, arguments: {}, attempted: read.now, called: read.now };
    const takes = limits.map(({ rule, key, duration }) => {
      return { rule, key, at: read.now, amount: 1, call: id, atOnce: duration === undefined };
    });
    const labels = [{ caller: "ann", label: "x", since: read.now, call: id, duration: 10 }];
    expect(await driver.commit(read, { kind: "request", call, takes, labels, proofs: [`${id} proof`] })).toBe(
      "committed",
    );
    const again = await driver.read(need);
    expect(await driver.commit(again, { kind: "answer", id, at: again.now, completed: true, labels: [] })).toBe(
      "committed",
    );
    await wait(120);
  }
  const revocations = redisRevocations({ client, policy: "p", bound: 400 });
  await revocations.revoke({ kind: "id", id: "t", until: Date.now() + 50 });
  await wait(100);
  await revocations.revoke({ kind: "id", id: "u", until: Date.now() + 1000 });
  expect(await revocations.isRevoked({ id: "u", subject: "s", issuedAt: 0 })).toBe(true);
  expect(await revocations.seenOnce("a", Date.now() + 1000)).toBe(true);
  await revocations.close?.();
  const approvals = redisApprovals({ client, policy: "p" });
  await approvals.ask(exampleQuestion("q", 0, Date.now() + 1000), { mostOfCaller: 9 });
  expect(await approvals.list(1)).toHaveLength(1);
  expect(await approvals.answer("q", { approved: true, by: { id: "l", tenant: "null", roles: [] }, at: 0 })).toBe(true);
  await expect(redis.call("KEYS", "*")).rejects.toThrow("NOPERM");
  await expect(redis.set("other", "1")).rejects.toThrow("NOPERM");
});

test.skipIf(!hasRedis()).for(Object.entries(clients))(
  "%s leaves no connection behind where it may not listen",
  async ([, connect]) => {
    const server = await startServer();
    onTestFinished(server.stop);
    const connected = await connect(server.port);
    onTestFinished(connected.close);
    await connected.send("ACL", "SETUSER", "default", "-subscribe");
    const revocations = redisRevocations({ client: connected.client, policy: "p", bound: 400 });
    onTestFinished(() => revocations.close?.());
    await wait(1_000);
    expect(await revocations.isRevoked({ id: "t", subject: "s", issuedAt: 0 })).toBe(false);
    const listed = String(await connected.send("CLIENT", "LIST"));
    // Its own, and perhaps one that is just being refused.
    expect(listed.trim().split("\n").length).toBeLessThanOrEqual(2);
  },
);
