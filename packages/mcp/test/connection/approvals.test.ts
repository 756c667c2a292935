import type { JsonObject, Proof } from "@mcpolicy/core";
import { describe, expect, it } from "vitest";
import type { ApprovalChannel, ApprovedCall, Lacking } from "../../src/approvals.ts";
import { policyText, tool } from "../policy-text.ts";
import { dev, reasonOf, serving, type Wired, wired } from "../wired.ts";

const listing = { tools: [tool("pay", { to: { type: "string" } }), tool("free")] };

const policy = policyText(
  `server s from "s.json"
capability all { s.* }
role developer { all }
role lead { all }
require "a second look" approval from lead for s.pay because "Payments need a lead."`,
  { "s.json": listing },
);

const at = Date.parse("2026-11-22T12:00:00Z");
const proof = (id: string): Proof => ({ kind: "approval", id, at, by: { id: "boss", roles: ["lead"] } });

const start = (approvals?: Partial<ApprovalChannel>): Wired =>
  wired({
    ...{ policy, server: "s", script: serving(listing) },
    ...(approvals === undefined
      ? {}
      : {
          approvals: {
            bring: ({ request }) => ({ proofs: [], params: request.params }),
            ask: () => ({ kind: "denied" }),
            ...approvals,
          },
        }),
  });

const pay = (w: Wired, more: JsonObject = {}) => w.ask("tools/call", { name: "pay", arguments: { to: "a" }, ...more });

describe("a call that needs an approval", () => {
  it("is denied, with what is missing, where there is no channel", async () => {
    const answer = await pay(start());
    expect(answer["result"]).toMatchObject({
      isError: true,
      content: [
        {
          text: expect.stringMatching(
            /^Denied by policy: Payments need a lead \(decision .+\)\. It needs: approval from lead\.$/,
          ),
        },
      ],
      _meta: { "dev.mcpolicy/decision": { outcome: "ask", reason: "approval", missing: ["approval from lead"] } },
    });
  });

  it("is denied with the channel's hint", async () => {
    const answer = await pay(start({ ask: () => ({ kind: "denied", hint: "Ask at https://approve.example.org/1." }) }));
    expect(JSON.stringify(answer)).toContain("It needs: approval from lead. Ask at https://approve.example.org/1.");
  });

  it("is answered with what the channel asks", async () => {
    const result = { resultType: "input_required", requestState: "sealed" };
    const w = start({ ask: async () => ({ kind: "asked", result }) });
    expect((await pay(w))["result"]).toEqual(result);
    expect(w.forwarded("tools/call")).toEqual([]);
  });

  it("is let through with proofs that the channel brings, once", async () => {
    const seen: ApprovedCall[] = [];
    const w = start({
      bring(call) {
        seen.push(call);
        const { requestState: _, ...params } = call.request.params;
        return { proofs: [proof("p1")], params };
      },
    });
    expect(
      reasonOf(await w.modern("tools/call", { name: "pay", arguments: { to: "a" }, requestState: "ours" })),
    ).toBeUndefined();
    expect(w.forwarded("tools/call")).toHaveLength(1);
    expect(JSON.stringify(w.forwarded("tools/call"))).not.toContain("ours");
    expect(seen[0]).toMatchObject({
      caller: { principal: dev },
      operation: { kind: "tool", server: "s", name: "pay" },
      arguments: { to: "a" },
      policy: policy.digest,
      pin: expect.stringMatching(/^sha256-/),
    });
    expect(w.decisions("tools/call")[0]).toMatchObject({
      proofs: [{ kind: "approval", id: "p1", by: { id: "boss" } }],
    });
    expect(reasonOf(await pay(w))).toBe("approval");
  });

  it("is decided again with proofs that the channel obtains while it waits", async () => {
    const w = start({ ask: async () => ({ kind: "proven", proofs: [proof("p2")] }) });
    expect(reasonOf(await pay(w))).toBeUndefined();
    expect(w.decisions("tools/call").map(({ effect }) => effect)).toEqual(["ask", "allow"]);
  });

  it("is denied in the end where the proofs do not do", async () => {
    const w = start({ ask: () => ({ kind: "proven", proofs: [{ ...proof("p3"), by: dev } as Proof] }) });
    expect(reasonOf(await pay(w))).toBe("approval");
  });

  it("asks the client of a live session, and gives up with the call", async () => {
    let lacking: Lacking | undefined;
    const w = start({
      async ask(_, lacks) {
        lacking = lacks;
        const answer = await lacks.push?.("elicitation/create", {
          message: "ok?",
          requestedSchema: { type: "object", properties: {} },
        });
        return answer?.kind === "result" && answer.result["action"] === "accept"
          ? { kind: "proven", proofs: [proof("p4")] }
          : { kind: "denied" };
      },
    });
    await w.open({ elicitation: {} });
    const answer = pay(w);
    await w.quiet();
    const [question] = w.atClient;
    expect(question).toMatchObject({ method: "elicitation/create" });
    void w.connection.fromClient(
      { jsonrpc: "2.0", id: question?.["id"], result: { action: "accept" } },
      { principal: dev },
      undefined,
    );
    expect(reasonOf(await answer)).toBeUndefined();
    expect(lacking?.signal.aborted).toBe(true);

    void pay(w);
    await w.quiet();
    const before = w.forwarded("tools/call").length;
    w.tell("notifications/cancelled", { requestId: "q3" });
    expect(lacking?.signal.aborted).toBe(true);
    await w.quiet();
    expect(w.forwarded("tools/call")).toHaveLength(before);
  });

  it("is denied where the channel fails", async () => {
    const fails = (): never => {
      throw new Error("no");
    };
    expect(reasonOf(await pay(start({ bring: fails })))).toBe("approval");
    expect(reasonOf(await pay(start({ ask: fails })))).toBe("approval");
    expect(reasonOf(await pay(start({ ask: () => Promise.reject(new Error("no")) })))).toBe("approval");
  });

  it("troubles no other call", async () => {
    const w = start({ ask: () => ({ kind: "denied" }) });
    expect(reasonOf(await w.ask("tools/call", { name: "free" }))).toBeUndefined();
  });
});
