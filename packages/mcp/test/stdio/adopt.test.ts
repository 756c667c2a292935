import { describe, expect, it } from "vitest";
import { always, bench, call, definitions, littleServer, policy, policyOf, rule } from "../guarded.ts";

/** Nobody writes any more, and what `read` comes to is held back. */
const stricter = policyOf(definitions, [
  rule("allow", "files", ["read"], always),
  rule("deny", "no reading either", ["read"], always),
]);

describe("a policy that takes the place of another", () => {
  it("decides what comes from then on", async () => {
    const { client, session, settle, atClient, decisions } = bench();
    client(call(1, "write", { path: "/a", text: "" }));
    await settle();
    session.adopt(stricter);
    client(call(2, "write", { path: "/a", text: "" }));
    await settle();
    expect(atClient).toMatchObject([
      { id: 1, result: { content: [{ text: '{"path":"/a","text":""}' }] } },
      { id: 2, result: { isError: true } },
    ]);
    expect(decisions().filter(({ operation }) => operation !== undefined)).toMatchObject([
      { effect: "allow", policy: policy.digest },
      { effect: "deny", policy: stricter.digest },
    ]);
  });

  it("leaves what is under way to the one that decided it", async () => {
    const little = littleServer();
    const held: object[] = [];
    const { client, server, session, settle, atClient, outcomes } = bench({
      serve(message) {
        if (message["method"] !== "tools/call") return little(message);
        held.push(little(message) ?? {});
        return undefined;
      },
    });
    client(call(1, "read", { path: "/a" }));
    await settle();
    session.adopt(stricter);
    server(held[0]);
    await settle();
    expect(atClient).toMatchObject([{ id: 1, result: { content: [{ text: '{"path":"/a"}' }] } }]);
    expect(outcomes()).toMatchObject([{ ended: "result" }]);
  });

  it("holds the server's definitions against its own pins before it lets anything through", async () => {
    const { client, session, settle, atClient, differences } = bench();
    client(call(1, "read", { path: "/a" }));
    await settle();
    const [read, ...others] = definitions;
    session.adopt(
      policyOf([{ ...read!, description: "It reads." }, ...others], [rule("allow", "files", ["read"], always)]),
    );
    client(call(2, "read", { path: "/a" }));
    await settle();
    expect(atClient[1]).toMatchObject({ id: 2, result: { isError: true, content: [{ text: "Unknown tool: read" }] } });
    expect(differences.join()).toContain("read");
  });

  it("tells the client of a session that lists may have changed, where the server had said that they may", async () => {
    const { client, session, settle, atClient } = bench();
    session.adopt(stricter);
    await settle();
    expect(atClient).toEqual([]);
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } };
    client({ jsonrpc: "2.0", id: 0, method: "initialize", params });
    await settle();
    session.adopt(stricter);
    await settle();
    expect(atClient.slice(1)).toEqual([{ jsonrpc: "2.0", method: "notifications/tools/list_changed" }]);
  });

  it("changes nothing where it has no such server", () => {
    const { session } = bench();
    expect(() => session.adopt({ ...policy, ir: { ...policy.ir, servers: [] } })).toThrow("no server `fs`");
  });
});
