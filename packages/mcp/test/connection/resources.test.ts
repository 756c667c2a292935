import type { JsonObject } from "@mcpolicy/core";
import { describe, expect, it } from "vitest";
import { policyText, tool } from "../policy-text.ts";
import { reasonOf, type Script, serving, wired } from "../wired.ts";

const listing = {
  tools: [tool("show")],
  resources: [
    { uri: "file:///w/a.txt", name: "a" },
    { uri: "file:///w/secret/b.txt", name: "b" },
    { uri: "file:///other/c.txt", name: "c" },
  ],
  resourceTemplates: [
    { uriTemplate: "file:///w/{name}", name: "one" },
    { uriTemplate: "file:///other/{name}", name: "two" },
    { uriTemplate: "file:///w/secret/{name}", name: "three" },
    { uriTemplate: "file:///{+path}", name: "four" },
  ],
};

const policy = policyText(
  `server fs from "fs.json"
capability look {
  resource fs "file:///w/**"
  fs.show
}
role developer { look }
deny "secrets" resource fs "file:///w/secret/**" because "Secrets stay shut."
deny "not now" resource fs "file:///w/slow/**" when not has context.ip`,
  { "fs.json": listing },
);

const text = (uri: string, text = "hello"): JsonObject => ({ uri, mimeType: "text/plain", text });

const script: Script = {
  ...serving(listing),
  "resources/read": ({ uri }) =>
    String(uri).startsWith("file:///w/")
      ? { contents: [text(String(uri))] }
      : { error: { code: -32002, message: "Resource not found", data: { uri: uri as string } } },
  "resources/subscribe": () => ({}),
  "resources/unsubscribe": () => ({}),
};

const start = (more: Script = {}) => wired({ policy, server: "fs", script: { ...script, ...more } });

const uris = (answer: JsonObject, member: string, name: string): readonly string[] =>
  ((answer["result"] as JsonObject)[member] as JsonObject[]).map((each) => String(each[name]));

describe("lists of resources", () => {
  it("show what the caller may read, in order", async () => {
    const w = start();
    expect(uris(await w.ask("resources/list"), "resources", "uri")).toEqual(["file:///w/a.txt"]);
  });

  it("show templates that may stand for something that the caller may read", async () => {
    const w = start();
    const shown = uris(await w.ask("resources/templates/list"), "resourceTemplates", "name");
    expect(shown).toEqual(["one", "four"]);
  });

  it("are a modern caller's alone", async () => {
    const w = start();
    expect((await w.modern("resources/list"))["result"]).toMatchObject({ cacheScope: "private", ttlMs: 0 });
  });
});

describe("resources/read", () => {
  it("gives what is allowed", async () => {
    const w = start();
    const answer = await w.ask("resources/read", { uri: "file:///w/a.txt" });
    expect(answer["result"]).toEqual({ contents: [text("file:///w/a.txt")] });
    expect(w.decisions("resources/read")).toMatchObject([
      { effect: "allow", operation: { kind: "resource", uri: "file:///w/a.txt" } },
    ]);
    expect(w.outcomes()).toMatchObject([{ ended: "result" }]);
  });

  it("answers what the caller's list hides as this server answers what it has not got", async () => {
    const w = start();
    for (const uri of ["file:///other/c.txt", "file:///w/secret/b.txt", "memo:nothing"]) {
      const answer = await w.ask("resources/read", { uri });
      expect(answer["error"]).toEqual({ code: -32002, message: "Resource not found", data: { uri } });
    }
    expect(w.forwarded("resources/read")).toEqual([]);
    expect(w.decisions("resources/read").map(({ reason }) => reason)).toEqual(["default", "rule", "default"]);
  });

  it("says why of what is visible and denied", async () => {
    const w = start();
    const answer = await w.ask("resources/read", { uri: "file:///w/slow/x" });
    expect(answer["error"]).toMatchObject({
      code: -31403,
      data: { reason: "rule", decisionId: expect.any(String) },
    });
  });

  it("drops contents of other resources that the caller may not read", async () => {
    const contents = [
      text("file:///w/a.txt"),
      text("file:///w/b.txt"),
      text("file:///other/x"),
      { uri: "file:///w/b", blob: "AAAA" },
      { uri: "file:///etc/p", blob: "AAAA" },
    ];
    const w = start({ "resources/read": () => ({ contents }) });
    const answer = await w.ask("resources/read", { uri: "file:///w/a.txt" });
    expect(uris(answer, "contents", "uri")).toEqual(["file:///w/a.txt", "file:///w/b.txt", "file:///w/b"]);
    expect(w.outcomes()[0]?.notes).toEqual(["2 parts of the result were dropped"]);
  });

  it("withholds what has not got the form of contents", async () => {
    const w = start({ "resources/read": () => ({ contents: "x" }) });
    const answer = await w.ask("resources/read", { uri: "file:///w/a.txt" });
    expect(answer["error"]).toMatchObject({ code: -31403, data: { reason: "output" } });
    expect(w.outcomes()).toMatchObject([{ ended: "withheld", reason: "output" }]);
  });
});

describe("subscriptions", () => {
  it("need a right to read, and are told of what can be read alone", async () => {
    const w = start();
    expect(await w.ask("resources/subscribe", { uri: "file:///w/a.txt" })).toMatchObject({ result: {} });
    expect(await w.ask("resources/subscribe", { uri: "file:///other/c.txt" })).toMatchObject({
      error: { code: -32002 },
    });
    expect(await w.ask("resources/unsubscribe", { uri: "file:///other/c.txt" })).toMatchObject({ result: {} });
    for (const uri of ["file:///w/a.txt", "file:///w/secret/b.txt", "file:///other/c.txt"]) {
      w.fromServer({ method: "notifications/resources/updated", params: { uri } });
    }
    expect(w.atClient.map(({ params }) => (params as JsonObject)["uri"])).toEqual(["file:///w/a.txt"]);
  });

  it("are filtered where a modern client listens", async () => {
    const w = start({ "subscriptions/listen": () => undefined });
    void w.modern("subscriptions/listen", {
      notifications: {
        toolsListChanged: true,
        whatever: true,
        resourceSubscriptions: ["file:///w/a.txt", "file:///w/secret/b.txt", "file:///other/c.txt"],
      },
    });
    await w.quiet();
    const [sent] = w.forwarded("subscriptions/listen");
    expect(sent).toMatchObject({
      params: { notifications: { toolsListChanged: true, resourceSubscriptions: ["file:///w/a.txt"] } },
    });
    expect(JSON.stringify(sent)).not.toContain("whatever");
    // What the server knows by its id, the client knows by another.
    const meta = (id: unknown) => ({ _meta: { "io.modelcontextprotocol/subscriptionId": id as string } });
    const notifications = { toolsListChanged: true };
    w.fromServer({
      method: "notifications/subscriptions/acknowledged",
      params: { notifications, ...meta(sent?.["id"]) },
    });
    w.fromServer({ method: "notifications/subscriptions/acknowledged", params: { notifications, ...meta(99) } });
    w.fromServer({ method: "notifications/subscriptions/acknowledged", params: { notifications } });
    expect(w.atClient).toMatchObject([{ params: meta("q1") }]);
  });

  it("are denied where nothing is left to listen to", async () => {
    const w = start();
    const answer = await w.modern("subscriptions/listen", {
      notifications: { resourceSubscriptions: ["file:///other/c.txt"] },
    });
    expect(answer["error"]).toMatchObject({ code: -31403 });
    expect(reasonOf(answer)).toBe("default");
    expect(w.forwarded("subscriptions/listen")).toEqual([]);
  });
});

describe("links in results", () => {
  const link = (uri: string): JsonObject => ({ type: "resource_link", uri, name: "n" });
  const embedded = (uri: string): JsonObject => ({ type: "resource", resource: text(uri) });

  it("lead to what the caller may read, or are dropped, and a text says so", async () => {
    const content = [
      link("file:///w/a.txt"),
      link("file:///other/c.txt"),
      embedded("file:///w/b.txt"),
      embedded("file:///w/secret/b.txt"),
    ];
    const w = start({ "tools/call": () => ({ content }) });
    const { result } = (await w.ask("tools/call", { name: "show" })) as { result: { content: JsonObject[] } };
    expect(result.content).toEqual([
      link("file:///w/a.txt"),
      embedded("file:///w/b.txt"),
      { type: "text", text: "Withheld by policy: 2 parts of this answer." },
    ]);
  });
});
