import type { JsonObject, Principal } from "@mcpolicy/core";
import { describe, expect, it } from "vitest";
import { memoryTasks } from "../../src/tasks/owners.ts";
import { policyText, tool } from "../policy-text.ts";
import { reasonOf, type Script, serving, type Wired, wired } from "../wired.ts";

const listing = {
  tools: [tool("slow"), tool("free"), tool("call_tool", { name: { type: "string" }, arguments: { type: "object" } })],
};

const policy = policyText(
  `server s from "s.json"
capability all { s.* }
role developer { all }
deny "no keys" result of s.slow when result.text contains "KEY"
redact "mails" email-address in result of s.slow
deny "not free" s.free when not has context.ip because "Not this one."`,
  { "s.json": listing },
);

const dev: Principal = { id: "dev", roles: ["developer"] };
const eve: Principal = { id: "eve", roles: ["developer"] };
const text = (text: string): JsonObject => ({ type: "text", text });
const task = (taskId: string, status = "working"): JsonObject => ({
  taskId,
  status,
  createdAt: "t",
  lastUpdatedAt: "t",
  ttl: 1,
});

/** Two callers, each on a connection of their own to one server. */
function both(more: Script): readonly [Wired, Wired] {
  const tasks = memoryTasks();
  const script = { ...serving(listing), ...more };
  const one = wired({ policy, server: "s", script, tasks, caller: () => ({ principal: dev }) });
  return [
    one,
    wired({ policy, server: "s", script, tasks, caller: () => ({ principal: eve }), enforcer: one.enforcer }),
  ];
}

describe("tasks of 2025-11-25", () => {
  const script = (payload: JsonObject): Script => ({
    "tools/call": ({ name, task: wanted }) =>
      wanted === undefined ? { content: [text(String(name))] } : { task: task("t1") },
    "tasks/get": ({ taskId }) =>
      taskId === "t1"
        ? { ...task("t1", "completed"), extra: 1 }
        : { error: { code: -32602, message: `No task ${taskId}` } },
    "tasks/result": () => payload,
    "tasks/cancel": () => task("t1", "cancelled"),
    "tasks/list": () => ({ tasks: [task("t1"), task("t2")] }),
  });
  const made = (w: Wired) => w.ask("tools/call", { name: "slow", arguments: {}, task: { ttl: 1 } });

  it("belong to whoever made them; to others they do not exist", async () => {
    const [one, two] = both(script({ content: [text("done")] }));
    expect(await made(one)).toMatchObject({ result: { task: { taskId: "t1" } } });
    expect((await one.ask("tasks/get", { taskId: "t1" }))["result"]).toEqual(task("t1", "completed"));
    for (const method of ["tasks/get", "tasks/result", "tasks/cancel"]) {
      expect((await two.ask(method, { taskId: "t1" }))["error"]).toEqual({ code: -32602, message: "No task t1" });
      expect((await one.ask(method, { taskId: "t2" }))["error"]).toEqual({ code: -32602, message: "No task t2" });
    }
    expect(two.forwarded("tasks/cancel")).toEqual([]);
    expect(await one.ask("tasks/cancel", { taskId: "t1" })).toMatchObject({ result: { status: "cancelled" } });
  });

  it("are listed to their owner alone", async () => {
    const [one, two] = both(script({ content: [] }));
    await made(one);
    expect((await one.ask("tasks/list"))["result"]).toEqual({ tasks: [task("t1")] });
    expect((await two.ask("tasks/list"))["result"]).toEqual({ tasks: [] });
  });

  it("give their result as the call itself would have", async () => {
    const [masked] = both(script({ content: [text("ada@example.org")] }));
    await made(masked);
    expect((await masked.ask("tasks/result", { taskId: "t1" }))["result"]).toEqual({ content: [text("[redacted]")] });
    const [held] = both(script({ content: [text("KEY")] }));
    await made(held);
    expect((await held.ask("tasks/result", { taskId: "t1" }))["error"]).toMatchObject({ code: -31403 });
  });

  it("cannot take the id of another's", async () => {
    const [one, two] = both(script({ content: [] }));
    await made(one);
    expect(reasonOf(await made(two))).toBe("output");
  });

  it("are told of to their owner", async () => {
    const [one, two] = both(script({ content: [] }));
    await made(one);
    for (const w of [one, two]) w.fromServer({ method: "notifications/tasks/status", params: task("t1", "completed") });
    expect(one.atClient).toHaveLength(1);
    expect(two.atClient).toEqual([]);
  });
});

describe("tasks of 2026-07-28", () => {
  const script = (got: JsonObject): Script => ({
    "tools/call": () => ({ resultType: "task", ...task("t1") }),
    "tasks/get": () => ({ resultType: "complete", ...task("t1", "completed"), ...got }),
    "tasks/update": () => ({ resultType: "complete" }),
  });
  const made = (w: Wired) => w.modern("tools/call", { name: "slow", arguments: {} });

  it("carry the call's result, judged as that", async () => {
    const [one, two] = both(script({ result: { content: [text("ada@example.org")] } }));
    expect(await made(one)).toMatchObject({ result: { resultType: "task", taskId: "t1" } });
    expect(await one.modern("tasks/get", { taskId: "t1" })).toMatchObject({
      result: { status: "completed", result: { content: [text("[redacted]")] } },
    });
    expect(await two.modern("tasks/get", { taskId: "t1" })).toMatchObject({ error: { code: -32602 } });
    expect(await one.modern("tasks/update", { taskId: "t1", inputResponses: {} })).toMatchObject({ result: {} });
  });

  it("carry errors, scrubbed, and questions that are decided", async () => {
    const [failed] = both(script({ error: { code: -1, message: "no ada@example.org" } }));
    await made(failed);
    expect(await failed.modern("tasks/get", { taskId: "t1" })).toMatchObject({
      result: { error: { code: -1, message: "no [redacted]" } },
    });
    const [asking] = both(script({ status: "input_required", inputRequests: { a: { method: "roots/list" } } }));
    await made(asking);
    expect(await asking.modern("tasks/get", { taskId: "t1" }, { roots: {} })).toMatchObject({
      result: { inputRequests: {} },
    });
  });
});

describe("a connection", () => {
  it("belongs to the first caller who is known", async () => {
    let principal: Principal | undefined = dev;
    const w = wired({ policy, server: "s", script: serving(listing), caller: () => ({ principal }) });
    expect(await w.ask("tools/list")).toMatchObject({ result: {} });
    principal = eve;
    expect(await w.ask("tools/list")).toMatchObject({ error: { code: -31401 } });
    principal = { ...dev, client: "other" };
    expect(await w.ask("tools/list")).toMatchObject({ error: { code: -31401 } });
    principal = { ...dev, roles: [] };
    expect(await w.ask("tools/list")).toMatchObject({ result: { tools: [] } });
  });
});

describe("a dispatcher", () => {
  const settings = { dispatchers: [{ tool: "call_tool", name: "/name", arguments: "/arguments" }] };
  const start = () => wired({ policy, server: "s", script: serving(listing), settings });
  const through = (w: Wired, args: JsonObject) => w.ask("tools/call", { name: "call_tool", arguments: args });

  it("is decided as the call that it makes", async () => {
    const w = start();
    expect(await through(w, { name: "slow", arguments: {} })).toMatchObject({ result: { content: [{}] } });
    expect(reasonOf(await through(w, { name: "free", arguments: {} }))).toBe("rule");
    expect(reasonOf(await through(w, { name: "nothing" }))).toBe("default");
    expect(reasonOf(await through(w, {}))).toBe("invalid");
    expect(reasonOf(await through(w, { name: 5 }))).toBe("invalid");
    expect(w.forwarded("tools/call")).toHaveLength(1);
    expect(w.decisions("tools/call")[0]).toMatchObject({
      operation: { name: "slow" },
      notes: ["called through `call_tool`"],
    });
  });

  it("hides nothing where the adapter is not told: only its own call is decided", async () => {
    const w = wired({ policy, server: "s", script: serving(listing) });
    expect(await through(w, { name: "free", arguments: {} })).toMatchObject({ result: { content: [{}] } });
  });
});
