import type { JsonObject } from "@mcpolicy/core";
import { describe, expect, it } from "vitest";
import { policyText, tool } from "../policy-text.ts";
import { reasonOf, type Script, serving, type Wired, wired } from "../wired.ts";

const policy = policyText(
  `server fs from "fs.json"
capability work { fs.work }
role developer { work }
allow "may ask" developer to elicitation by fs, sampling by fs`,
  { "fs.json": { tools: [tool("work")] } },
);

const script = serving({ tools: [tool("work")] });
const settings = { elicitation: { hosts: ["pay.example.org", "*.example.com"] } };
const everything = { sampling: {}, elicitation: { form: {}, url: {} }, roots: { listChanged: true }, experimental: {} };

const start = (more: Script = {}, options: object = {}): Wired =>
  wired({ policy, server: "fs", script: { ...script, ...more }, settings, ...options });

const form = (properties: JsonObject): JsonObject => ({
  message: "Who are you?",
  requestedSchema: { type: "object", properties },
});
const url = (to: string): JsonObject => ({ mode: "url", message: "Go there", url: to, elicitationId: "e" });
const sampling = { messages: [], maxTokens: 10 };

/** What becomes of a question that the server asks: how the server is answered, or what the client is asked. */
async function asked(w: Wired, method: string, params: JsonObject): Promise<JsonObject> {
  w.atServer.length = 0;
  w.fromServer({ id: "s1", method, params });
  await w.quiet();
  return (w.atClient.pop() ?? w.atServer.at(-1)) as JsonObject;
}

describe("what a server asks of the client", () => {
  it.each([
    ["sampling/createMessage", sampling],
    ["elicitation/create", form({ name: { type: "string" } })],
    ["elicitation/create", url("https://pay.example.org/x")],
    ["elicitation/create", url("https://a.b.example.com")],
  ])("is asked where the policy allows it: %s %j", async (method, params) => {
    const w = start();
    await w.open(everything);
    const question = await asked(w, method, params);
    expect(question).toMatchObject({ method, params });
    const answer = { action: "accept", role: "assistant" };
    void w.connection.fromClient(
      { jsonrpc: "2.0", id: question["id"], result: answer },
      { principal: { id: "dev", roles: ["developer"] } },
      undefined,
    );
    expect(w.atServer.at(-1)).toMatchObject({ id: "s1" });
    expect(w.decisions(method)).toMatchObject([{ from: "server", effect: "allow" }]);
    expect(w.outcomes().at(-1)).toMatchObject({ ended: "result" });
  });

  it.each([
    ["roots/list", {}, "no rule allows it"],
    ["elicitation/create", form({ password: { type: "string" } }), "a secret"],
    ["elicitation/create", form({ apiKey: { type: "string" } }), "a secret"],
    ["elicitation/create", form({ "api-key": { type: "string" } }), "a secret"],
    ["elicitation/create", form({ a: { type: "string", title: "One-time code" } }), "a secret"],
    ["elicitation/create", form({ userToken: { type: "string" } }), "a secret"],
    ["elicitation/create", { message: "no form" }, "no schema"],
    ["elicitation/create", url("http://pay.example.org"), "not https"],
    ["elicitation/create", url("https://pay.example.org@evil.test"), "credentials"],
    ["elicitation/create", url("https://evil.test"), "not on the list"],
    ["elicitation/create", url("https://example.com"), "not on the list"],
    ["elicitation/create", url("javascript:alert(1)"), "no https"],
    ["elicitation/create", url("nonsense"), "no url"],
  ])("is refused: %s %j (%s)", async (method, params) => {
    const w = start();
    await w.open(everything);
    expect(await asked(w, method, params)).toEqual({
      jsonrpc: "2.0",
      id: "s1",
      error: { code: -31403, message: "Denied by policy" },
    });
    expect(w.decisions(method)).toMatchObject([{ from: "server", effect: "deny" }]);
  });

  it("is refused where the client did not say that it can be asked", async () => {
    const w = start();
    await w.open({ elicitation: {} });
    expect(await asked(w, "sampling/createMessage", sampling)).toMatchObject({ error: { code: -31403 } });
    expect(await asked(w, "elicitation/create", url("https://pay.example.org"))).toMatchObject({ error: {} });
    expect(await asked(w, "elicitation/create", form({ name: {} }))).toMatchObject({ method: "elicitation/create" });
  });

  it("is refused before any session is open", async () => {
    const w = start();
    expect(await asked(w, "sampling/createMessage", sampling)).toMatchObject({ error: { code: -31403 } });
  });

  it("is not offered to the server where the policy could not let it ask", async () => {
    const w = start();
    await w.open(everything);
    expect(w.forwarded("initialize")).toMatchObject([
      { params: { capabilities: { sampling: {}, elicitation: { form: {}, url: {} } } } },
    ]);
    expect(JSON.stringify(w.forwarded("initialize"))).not.toContain("roots");
    const closed = start({}, { settings: {} });
    await closed.open(everything);
    expect(closed.forwarded("initialize")).toMatchObject([{ params: { capabilities: { elicitation: { form: {} } } } }]);
    expect(JSON.stringify(closed.forwarded("initialize"))).not.toContain("url");
    await w.modern("tools/call", { name: "work" }, everything);
    expect(JSON.stringify(w.forwarded("tools/call"))).not.toMatch(/roots|experimental/);
  });

  it("is asked as the adapter's settings have it", async () => {
    const w = start({}, { settings: { ...settings, sampling: { maxTokens: 5, context: false, tools: false } } });
    await w.open(everything);
    const capped = await asked(w, "sampling/createMessage", { ...sampling, includeContext: "allServers" });
    expect(capped["params"]).toEqual({ ...sampling, maxTokens: 5, includeContext: "none" });
    expect(await asked(w, "sampling/createMessage", { ...sampling, tools: [] })).toMatchObject({ error: {} });
  });

  it("is answered with what was asked for alone, by whoever was asked", async () => {
    const w = start();
    await w.open(everything);
    const question = await asked(w, "elicitation/create", form({ name: { type: "string" } }));
    const content = { name: "Ada", password: "hunter2" };
    const response = { jsonrpc: "2.0", id: question["id"], result: { action: "accept", content, extra: 1 } };
    void w.connection.fromClient(response, { principal: { id: "eve", roles: ["developer"] } }, undefined);
    expect(w.atServer.filter(({ id }) => id === "s1")).toEqual([]);
    void w.connection.fromClient(response, { principal: { id: "dev", roles: ["developer"] } }, undefined);
    expect(w.atServer.at(-1)).toEqual({
      jsonrpc: "2.0",
      id: "s1",
      result: { action: "accept", content: { name: "Ada" } },
    });
    const before = w.atServer.length;
    void w.connection.fromClient(response, { principal: { id: "dev", roles: ["developer"] } }, undefined);
    expect(w.atServer).toHaveLength(before);
  });

  it("may be taken back by the server", async () => {
    const w = start();
    await w.open(everything);
    const question = await asked(w, "sampling/createMessage", sampling);
    w.fromServer({ method: "notifications/cancelled", params: { requestId: "s1" } });
    w.fromServer({ method: "notifications/cancelled", params: { requestId: "s1" } });
    expect(w.atClient).toEqual([
      { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: question["id"] } },
    ]);
    expect(w.outcomes().at(-1)).toMatchObject({ ended: "cancelled" });
  });

  it("says that a page was visited only of one that was shown", async () => {
    const w = start();
    await w.open(everything);
    const done = { method: "notifications/elicitation/complete", params: { elicitationId: "e" } };
    w.fromServer(done);
    expect(w.atClient).toEqual([]);
    await asked(w, "elicitation/create", url("https://pay.example.org"));
    w.fromServer(done);
    expect(w.atClient).toMatchObject([done]);
  });
});

describe("what a modern server asks within a result", () => {
  const inputRequired = (inputRequests: JsonObject, more: JsonObject = {}): Script => ({
    "tools/call": () => ({ resultType: "input_required", inputRequests, ...more }),
  });
  const name = { method: "elicitation/create", params: form({ name: { type: "string" } }) };
  const password = { method: "elicitation/create", params: form({ password: { type: "string" } }) };
  const roots = { method: "roots/list" };

  it("is decided one by one", async () => {
    const w = start(
      inputRequired({ a: name, b: password, c: roots, d: { method: "tools/call" }, e: 5 }, { requestState: "s" }),
    );
    const answer = await w.modern("tools/call", { name: "work" }, everything);
    expect(answer["result"]).toEqual({ resultType: "input_required", inputRequests: { a: name }, requestState: "s" });
    expect(
      w
        .decisions()
        .filter(({ from }) => from === "server")
        .map(({ method, effect }) => `${method} ${effect}`),
    ).toEqual(["elicitation/create allow", "elicitation/create deny", "roots/list deny"]);
  });

  it("keeps the server's state where nothing is left to ask", async () => {
    const w = start(inputRequired({ b: password }, { requestState: "s" }));
    const answer = await w.modern("tools/call", { name: "work" }, everything);
    expect(answer["result"]).toEqual({ resultType: "input_required", requestState: "s" });
  });

  it("is a denial where nothing is left at all", async () => {
    const w = start(inputRequired({ b: password }));
    const answer = await w.modern("tools/call", { name: "work" }, everything);
    expect(answer["result"]).toMatchObject({ isError: true, resultType: "complete" });
    expect(reasonOf(answer)).toBe("rule");
  });

  it("is not asked of a client that did not declare it, nor of a legacy one", async () => {
    const w = start(inputRequired({ a: name }));
    expect(reasonOf(await w.modern("tools/call", { name: "work" }, {}))).toBe("rule");
    expect(reasonOf(await w.ask("tools/call", { name: "work" }))).toBe("output");
  });

  it("is given the client's answers on the next round", async () => {
    const w = start();
    const retry = { name: "work", inputResponses: { a: { action: "accept" } }, requestState: "s" };
    await w.modern("tools/call", retry, everything);
    expect(w.forwarded("tools/call")).toMatchObject([{ params: retry }]);
  });
});

describe("a page that has to be visited first (-32042)", () => {
  const required = (...urls: readonly string[]): Script => ({
    "tools/call": () => ({ error: { code: -32042, message: "Visit", data: { elicitations: urls.map(url) } } }),
  });

  it("is shown where all of them may be", async () => {
    const w = start(required("https://pay.example.org/1", "https://x.example.com"));
    await w.open(everything);
    expect(await w.ask("tools/call", { name: "work" })).toMatchObject({ error: { code: -32042 } });
  });

  it("is a denial where one of them may not", async () => {
    const w = start(required("https://pay.example.org/1", "https://evil.test"));
    await w.open(everything);
    expect(reasonOf(await w.ask("tools/call", { name: "work" }))).toBe("rule");
  });
});
