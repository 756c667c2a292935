import type { AuditRecord, AuditSink, JsonObject, StateDriver } from "@mcpolicy/core";
import { memoryDriver } from "@mcpolicy/runtime";
import { describe, expect, it } from "vitest";
import { memorySink } from "../../src/audit/memory-sink.ts";
import { Enforcer } from "../../src/decide/enforcer.ts";
import { policyText, tool } from "../policy-text.ts";
import { reasonOf, type Script, serving, type Wired, wired } from "../wired.ts";

const listing = { tools: [tool("a"), tool("b"), tool("once")] };

const policy = policyText(
  `server s from "s.json"
capability all { s.* }
role developer { all }
limit "two" s.a to 2 per 1h per principal
limit "alone" s.once to 1 at once per principal
deny "b after a" s.b when called s.a in last 1h`,
  { "s.json": listing },
);

const stateless = policyText(`server s from "s.json"\ncapability all { s.* }\nrole developer { all }`, {
  "s.json": listing,
});

const start = (more: Script = {}, options: object = {}): Wired =>
  wired({ policy, server: "s", script: { ...serving(listing), ...more }, ...options });

const call = (w: Wired, name: string): Promise<JsonObject> => w.ask("tools/call", { name, arguments: {} });

const later = <T>(value: T | Promise<T>): Promise<T> => new Promise((resolve) => setTimeout(() => resolve(value), 1));

/** Waits for something that comes in its own time. */
async function until(is: () => boolean): Promise<void> {
  while (!is()) await later(0);
}

/** A driver that answers later. */
function slow(driver: StateDriver): StateDriver {
  return {
    ...driver,
    read: (need) => later(driver.read(need)),
    commit: (read, event) => later(undefined).then(() => driver.commit(read, event)),
  };
}

describe.each([
  ["at once", (driver: StateDriver) => driver],
  ["later", slow],
])("a state that answers %s", (_, made) => {
  const state = () => made(memoryDriver(policy.windows));

  it("keeps limits, over all connections to the server", async () => {
    const shared = new Enforcer({ policy, server: "s", audit: memorySink(), state: state() });
    const [one, two] = [start({}, { enforcer: shared }), start({}, { enforcer: shared })];
    expect(reasonOf(await call(one, "a"))).toBeUndefined();
    expect(reasonOf(await call(two, "a"))).toBeUndefined();
    const spent = await call(one, "a");
    expect(reasonOf(spent)).toBe("limit");
    expect(spent["result"]).toMatchObject({ _meta: { "dev.mcpolicy/decision": { retryAfterMs: expect.any(Number) } } });
  });

  it("remembers what was called", async () => {
    const w = start({}, { state: state() });
    expect(reasonOf(await call(w, "b"))).toBeUndefined();
    await call(w, "a");
    expect(reasonOf(await call(w, "b"))).toBe("rule");
  });

  it("gives back what is held at once, however a call ends", async () => {
    const ends: Script = { "tools/call": ({ name }) => (name === "once" ? undefined : { content: [] }) };
    const w = start(ends, { state: state() });
    void call(w, "once");
    await w.quiet();
    await until(() => w.forwarded("tools/call").length === 1);
    expect(reasonOf(await call(w, "once"))).toBe("limit");
    w.tell("notifications/cancelled", { requestId: "q1" });
    await until(() => w.outcomes().length === 1);
    void call(w, "once");
    await until(() => w.forwarded("tools/call").length === 2);
    await w.connection.serverEnded();
    expect(w.outcomes().map(({ ended }) => ended)).toEqual(["cancelled", "lost"]);
  });
});

describe("a state that fails", () => {
  const failing = (part: Partial<StateDriver>): StateDriver => ({ ...memoryDriver(policy.windows), ...part });
  const away = (): never => {
    throw new Error("the store is away");
  };

  it.each([
    ["to read", { read: away }],
    ["to read, later", { read: () => Promise.reject(new Error("the store is away")) }],
    ["to commit", { commit: away }],
    ["ever to agree", { commit: () => "conflict" as const }],
  ])("%s lets nothing through", async (_, part) => {
    const w = start({}, { state: failing(part) });
    const answer = await call(w, "a");
    expect(answer["error"]).toMatchObject({ code: -32603, message: "Internal error", data: { reason: "fault" } });
    expect(JSON.stringify(answer)).not.toContain("away");
    expect(w.forwarded("tools/call")).toEqual([]);
    expect(w.decisions("tools/call")).toMatchObject([{ effect: "deny", reason: "fault" }]);
  });

  it("when the answer comes lets nothing of it out", async () => {
    const driver = memoryDriver(policy.windows);
    let isAway = false;
    const state = failing({
      read: (need) => (isAway ? away() : driver.read(need)),
      commit: (read, event) => (isAway ? away() : driver.commit(read, event)),
    });
    const script: Script = {
      "tools/call": () => {
        isAway = true;
        return { content: [{ type: "text", text: "a secret" }] };
      },
    };
    const w = start(script, { state });
    const answer = await call(w, "once");
    expect(answer["error"]).toMatchObject({ code: -32603 });
    expect(JSON.stringify(answer)).not.toContain("secret");
  });

  it("is not asked of a policy that remembers nothing", async () => {
    const w = wired({ policy: stateless, server: "s", script: serving(listing), state: failing({ read: away }) });
    expect(reasonOf(await call(w, "a"))).toBeUndefined();
  });

  it("is missed where the policy is loaded", () => {
    expect(() => new Enforcer({ policy, server: "s", audit: memorySink() })).toThrow("no `state` was given");
    expect(() => new Enforcer({ policy, server: "t", audit: memorySink() })).toThrow("no server `t`");
  });
});

describe("a call that is denied before any rule", () => {
  it("takes nothing", async () => {
    const changed = { tools: [{ ...listing.tools[0]!, description: "Other." }, ...listing.tools.slice(1)] };
    const w = start(serving(changed));
    for (let at = 0; at < 4; at++) await call(w, "a");
    expect(w.decisions("tools/call").map(({ reason }) => reason)).toEqual(Array(4).fill("pin-mismatch"));
    expect(reasonOf(await call(w, "b"))).toBeUndefined();
  });
});

describe("a sink", () => {
  /** Fails from the record on that `isLost` says. */
  function losing(isLost: (record: AuditRecord) => boolean, wait = false): AuditSink {
    return {
      append(record) {
        if (wait) return later(undefined).then(() => (isLost(record) ? Promise.reject(new Error("full")) : undefined));
        if (isLost(record)) throw new Error("full");
        return undefined;
      },
    };
  }

  it.each([false, true])("that loses a decision (later: %j) lets nothing through, and ends the call", async (wait) => {
    const isLost = (record: AuditRecord) => record.kind === "decision" && record.method === "tools/call";
    const w = start({}, { audit: losing(isLost, wait) });
    for (let at = 0; at < 3; at++) expect((await call(w, "once"))["error"]).toMatchObject({ code: -32603 });
    expect(w.forwarded("tools/call")).toEqual([]);
  });

  it.each([false, true])("that loses an outcome (later: %j) lets nothing of the answer out", async (wait) => {
    const w = start({}, { audit: losing(({ kind }) => kind === "outcome", wait) });
    const answer = await call(w, "b");
    expect(answer["error"]).toMatchObject({ code: -32603 });
    expect(w.forwarded("tools/call")).toHaveLength(1);
  });

  it("that is slow keeps what the server says in order", async () => {
    let wait = 8;
    const audit: AuditSink = {
      append: () => {
        wait = Math.max(0, wait - 2);
        return new Promise((resolve) => setTimeout(resolve, wait));
      },
    };
    const w = start({ "tools/call": () => undefined }, { audit });
    const answer = w.ask("tools/call", { name: "b", arguments: {}, _meta: { progressToken: 1 } });
    await until(() => w.forwarded("tools/call").length === 1);
    wait = 20;
    const id = w.forwarded("tools/call")[0]!["id"]!;
    for (const progress of [1, 2, 3])
      w.fromServer({ method: "notifications/progress", params: { progressToken: 1, progress } });
    const order: string[] = [];
    void answer.then(() => order.push(`answer after ${w.atClient.length}`));
    w.fromServer({ id, result: { content: [] } });
    await answer;
    await later(0);
    expect(w.atClient.map(({ params }) => (params as JsonObject)["progress"])).toEqual([1, 2, 3]);
    expect(order).toEqual(["answer after 3"]);
  });

  it("that answers at once makes nothing asynchronous", () => {
    const w = wired({
      ...{ policy: stateless, server: "s", script: {} },
      script: { "tools/list": () => ({ tools: listing.tools as JsonObject[] }) },
    });
    const before = w.atServer.length;
    w.tell("notifications/roots/list_changed");
    expect(w.atServer).toHaveLength(before + 1);
    void w.ask("ping");
    expect(w.atServer).toHaveLength(before + 2);
  });
});
