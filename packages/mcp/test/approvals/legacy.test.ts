import type { JsonObject } from "@mcpolicy/core";
import { describe, expect, it } from "vitest";
import { dev, reasonOf } from "../wired.ts";
import { type Asked, accepted, asked } from "./asked.ts";

const move = { name: "move", arguments: { to: "a" } };

/** Answers as the client what it was asked last. */
async function answer(w: Asked, result: JsonObject): Promise<void> {
  await w.quiet();
  const question = w.atClient.at(-1);
  void w.connection.fromClient({ jsonrpc: "2.0", id: question?.["id"], result }, { principal: w.as }, undefined);
}

describe("a call that its own caller has to confirm (MCP 2025-11-25)", () => {
  it("waits for the answer to a form that is pushed, and goes on", async () => {
    const w = asked();
    await w.open({ elicitation: {} });
    const called = w.ask("tools/call", move);
    await answer(w, accepted({ approve: true }));
    expect(reasonOf(await called)).toBeUndefined();
    expect(w.atClient[0]).toMatchObject({
      method: "elicitation/create",
      params: { message: expect.stringContaining('"move"'), requestedSchema: { required: ["approve"] } },
    });
    expect(w.decisions("tools/call").map(({ effect }) => effect)).toEqual(["ask", "allow"]);
  });

  it("is asked about each time", async () => {
    const w = asked();
    await w.open({ elicitation: {} });
    for (let time = 0; time < 3; time += 1) {
      const called = w.ask("tools/call", move);
      await answer(w, accepted({ approve: true }));
      expect(reasonOf(await called)).toBeUndefined();
    }
    expect(w.atClient).toHaveLength(3);
  });

  it.for([
    [{ action: "decline" }],
    [{ action: "cancel" }],
    [accepted({})],
    [accepted({ approve: false })],
    [{}],
  ] as const)("does not go on with %j", async ([result]) => {
    const w = asked();
    await w.open({ elicitation: {} });
    const called = w.ask("tools/call", move);
    await answer(w, result);
    const denied = await called;
    expect(reasonOf(denied)).toBe("approval");
    expect(JSON.stringify(denied)).toContain("It was not approved.");
    expect(w.forwarded("tools/call")).toEqual([]);
  });

  it("is denied where the client cannot be asked, or there is no session", async () => {
    const w = asked();
    expect(JSON.stringify(await w.ask("tools/call", move))).toContain("declares no `elicitation`");
    await w.open({});
    expect(reasonOf(await w.ask("tools/call", move))).toBe("approval");
    expect(w.atClient).toEqual([]);
  });

  it("is before the person once, however often it is made meanwhile", async () => {
    const w = asked();
    await w.open({ elicitation: {} });
    const called = w.ask("tools/call", move);
    await w.quiet();
    expect(JSON.stringify(await w.ask("tools/call", move))).toContain("before the person already");
    await answer(w, accepted({ approve: true }));
    expect(reasonOf(await called)).toBeUndefined();
    expect(w.atClient).toHaveLength(1);
  });

  it("is denied where the time is over, and a late answer lets nothing through", async () => {
    const w = asked();
    await w.open({ elicitation: {} });
    w.as = dev;
    const called = w.ask("tools/call", move);
    await w.quiet();
    w.tell("notifications/cancelled", { requestId: "q2" });
    await answer(w, accepted({ approve: true }));
    await w.quiet();
    expect(w.forwarded("tools/call")).toEqual([]);
    void called;
  });
});
