import { type Approvals, digestOf, type JsonObject } from "@mcpolicy/core";
import { describe, expect, it } from "vitest";
import { type Answering, answerQuestion, openQuestion, openQuestions } from "../../src/approvals/answering.ts";
import { policyText } from "../policy-text.ts";
import { reasonOf } from "../wired.ts";
import { type Asked, asked, lead, listing, noon, policy, questionIn, yes } from "./asked.ts";

/** In which paying takes both a lead and the caller's own word. */
const both = policyText(
  `server s from "s.json"
capability all { s.* }
role developer { all }
role lead { all }
role head { lead }
require "a second look" approval from lead for s.pay
require "sure" approval from caller for s.pay`,
  { "s.json": listing },
);

const pay = { name: "pay", arguments: { to: "bob", sum: 7 } };

const answeringOf = (w: Asked): Answering => ({ approvals: w.approvals, policy: policy.ir, now: () => w.clock.now });
const idIn = (answer: JsonObject): string => /question ([0-9a-f]{32})/.exec(JSON.stringify(answer))?.[1] ?? "";
const approve = (w: Asked, id: string, by = lead) => answerQuestion(answeringOf(w), id, { approved: true, by });

describe("a call that somebody else has to approve", () => {
  it("is denied with how to go on, and shown to approvers with all that they need to know", async () => {
    const w = asked();
    const denied = await w.ask("tools/call", pay);
    expect(reasonOf(denied)).toBe("approval");
    expect(JSON.stringify(denied)).toMatch(
      /It needs: approval from lead\. It was asked for \(approval from lead: question [0-9a-f]{32}\)\. Make the same call again once it was answered\./,
    );
    expect(await openQuestions(answeringOf(w), lead, 10)).toEqual([
      {
        question: {
          ...{ id: idIn(denied), asked: noon, until: noon + 600_000 },
          ...{ caller: '[null,"dev",null]', callerId: "dev", tenant: "null" },
          ...{ server: "s", method: "tools/call", operation: "pay", arguments: pay.arguments },
          binding: expect.stringMatching(/^sha256-/),
          duty: { kind: "approval", from: { anyone: false, roles: ["lead"], ids: [] } },
          missing: "approval from lead",
          rules: ["a second look"],
          because: ["Payments need a lead."],
        },
      },
    ]);
  });

  it.for(["legacy", "modern"] as const)("goes on when it is made again, once (%s)", async (era) => {
    const w = asked();
    const make = () => (era === "legacy" ? w.ask("tools/call", pay) : w.modern("tools/call", pay));
    const id = idIn(await make());
    expect(idIn(await make())).toBe(id);
    expect(await approve(w, id)).toMatchObject({ kind: "answered", question: { operation: "pay" } });
    expect(reasonOf(await make())).toBeUndefined();
    expect(w.decisions("tools/call").at(-1)).toMatchObject({
      proofs: [
        { kind: "approval", id, by: { id: "boss", client: "console", roles: ["head"] }, rules: ["a second look"] },
      ],
    });
    const next = idIn(await make());
    expect(next).not.toBe(id);
    expect(next).toMatch(/./);
    expect(w.forwarded("tools/call")).toHaveLength(1);
  });

  it("goes on while it waits", async () => {
    const w = asked({ wait: 60_000 });
    const called = w.ask("tools/call", pay);
    await expect.poll(() => openQuestions(answeringOf(w), lead, 1)).toHaveLength(1);
    const [seen] = await openQuestions(answeringOf(w), lead, 1);
    await approve(w, seen!.question.id);
    expect(reasonOf(await called)).toBeUndefined();
  });

  it("waits no longer than it is wanted", async () => {
    const w = asked({ wait: 600_000 });
    void w.ask("tools/call", pay);
    await expect.poll(() => openQuestions(answeringOf(w), lead, 1)).toHaveLength(1);
    w.tell("notifications/cancelled", { requestId: "q1" });
    await w.quiet();
    await approve(w, (await openQuestions(answeringOf(w), lead, 1))[0]!.question.id);
    await w.quiet();
    expect(w.forwarded("tools/call")).toEqual([]);
  });

  it("stays denied where it was declined, and is not asked again for a while", async () => {
    const w = asked();
    const id = idIn(await w.ask("tools/call", pay));
    await answerQuestion(answeringOf(w), id, { approved: false, by: lead });
    expect(JSON.stringify(await w.ask("tools/call", pay))).toContain("It was declined.");
    expect(await openQuestions(answeringOf(w), lead, 10)).toEqual([]);
    w.clock.now += 600_000;
    expect(idIn(await w.ask("tools/call", pay))).not.toBe(id);
  });

  // biome-ignore format: table
  it.for<[string, JsonObject]>([
    ["other arguments", { ...pay, arguments: { to: "bob", sum: 8 } }],
    ["more arguments",  { ...pay, arguments: { to: "bob" } }],
  ])("is another call with %s", async ([, other]) => {
    const w = asked();
    await approve(w, idIn(await w.ask("tools/call", pay)));
    expect(reasonOf(await w.ask("tools/call", other))).toBe("approval");
    expect(w.forwarded("tools/call")).toEqual([]);
  });

  it("is too late after its time", async () => {
    const w = asked();
    const id = idIn(await w.ask("tools/call", pay));
    await approve(w, id);
    w.clock.now += 600_000;
    expect(reasonOf(await w.ask("tools/call", pay))).toBe("approval");
    expect(await approve(w, id)).toMatchObject({ kind: "refused" });
  });

  it("is asked about no more often than may be", async () => {
    const w = asked({ mostOfCaller: 2 });
    const make = (sum: number) => w.ask("tools/call", { ...pay, arguments: { sum } });
    const [one] = [await make(1), await make(2), await make(1)];
    expect(JSON.stringify(await make(3))).toContain("Too many questions");
    await approve(w, idIn(one));
    expect(idIn(await make(3))).toMatch(/./);
  });

  it("leads a client that can open pages to the approvers' page, once", async () => {
    const w = asked({ page: (id) => `https://approve.example.com/${id}` });
    const capabilities = { elicitation: { url: {} } };
    const { inputRequests, requestState } = questionIn(await w.modern("tools/call", pay, capabilities));
    const { params } = inputRequests["mcpolicy:visit"]!;
    const id = String(params["url"]).split("/").at(-1)!;
    expect(params).toMatchObject({ mode: "url", url: `https://approve.example.com/${id}` });
    const retry = { ...pay, requestState, inputResponses: { "mcpolicy:visit": { action: "accept" } } };
    expect(JSON.stringify(await w.modern("tools/call", retry, capabilities))).toContain(
      `at https://approve.example.com/${id}`,
    );
    await approve(w, id);
    expect(reasonOf(await w.modern("tools/call", retry, capabilities))).toBeUndefined();
    expect(JSON.stringify(w.forwarded("tools/call"))).not.toContain("requestState");
  });

  it("is denied where the store fails, and operators are told", async () => {
    const fails = (): never => {
      throw new Error("the store is away");
    };
    const approvals: Approvals = { ask: fails, get: fails, list: fails, answer: fails };
    const w = asked({ approvals });
    expect(reasonOf(await w.ask("tools/call", pay))).toBe("approval");
    expect(w.notes).toEqual(["a call could not be asked about: the store is away"]);
  });

  it("is denied where nobody could read through it", async () => {
    const w = asked();
    const denied = await w.ask("tools/call", { ...pay, arguments: { to: "x".repeat(300_000) } });
    expect(JSON.stringify(denied)).toContain("It is too large to be shown to an approver.");
    expect(w.approvals.list(10)).toEqual([]);
  });

  it("leads a client of a live session to the page, and takes opening it for no answer", async () => {
    const w = asked({ page: (id) => `https://approve.example.com/${id}` });
    await w.open({ elicitation: { url: {} } });
    const called = w.ask("tools/call", pay);
    await w.quiet();
    const [question] = w.atClient as unknown as readonly { id: string; params: JsonObject }[];
    expect(question?.params).toMatchObject({
      mode: "url",
      elicitationId: String(question?.params["url"]).split("/").at(-1),
    });
    const result = { action: "accept" };
    void w.connection.fromClient({ jsonrpc: "2.0", id: question?.id, result }, { principal: w.as }, undefined);
    expect(JSON.stringify(await called)).toContain("at https://approve.example.com/");
    expect(w.forwarded("tools/call")).toEqual([]);
  });

  it("and to confirm, is asked of the approver first", async () => {
    const w = asked({}, { policy: both });
    const modern = () => w.modern("tools/call", pay, { elicitation: {} });
    const id = idIn(await modern());
    await approve(w, id);
    const { requestState } = questionIn(await modern());
    const again = { ...pay, requestState, inputResponses: yes };
    expect(reasonOf(await w.modern("tools/call", again, { elicitation: {} }))).toBeUndefined();
    expect(w.decisions("tools/call").at(-1)?.proofs).toHaveLength(2);
  });

  it("tells of each new question", async () => {
    const told: string[] = [];
    const w = asked({ onAsked: ({ id }) => told.push(id) });
    const id = idIn(await w.ask("tools/call", pay));
    await w.ask("tools/call", pay);
    expect(told).toEqual([id]);
  });
});

describe("nobody answers", () => {
  // biome-ignore format: table
  it.for([
    ["a call of their own",             { id: "dev", roles: ["lead"] },                                "it is a call of one's own"],
    ["without the role",                { id: "eve", roles: ["developer"] },                           "it takes approval from lead"],
    ["of another tenant",               { id: "boss", roles: ["lead"], tenant: "acme" },               "there is no such question, or its time is over"],
  ] as const)("%s", async ([, by, why]) => {
    const w = asked();
    const id = idIn(await w.ask("tools/call", pay));
    expect(await approve(w, id, by)).toEqual({ kind: "refused", why });
    expect(await answerQuestion(answeringOf(w), id, { approved: false, by })).toEqual({ kind: "refused", why });
    expect(reasonOf(await w.ask("tools/call", pay))).toBe("approval");
  });

  it("through the client that the call was made through", async () => {
    const w = asked();
    w.as = { id: "dev", roles: ["developer"], client: "console" };
    const id = idIn(await w.ask("tools/call", pay));
    const why = "the call was made through the same client";
    expect(await approve(w, id)).toEqual({ kind: "refused", why });
    expect(await openQuestion(answeringOf(w), id, lead)).toMatchObject({ whyNot: why });
  });

  it("or sees what another tenant asks, nor is kept by it from seeing one's own", async () => {
    const theirs = asked();
    theirs.as = { id: "dev", roles: ["developer"], tenant: "acme" };
    await theirs.ask("tools/call", pay);
    const ours = asked({ approvals: theirs.approvals });
    const id = idIn(await ours.ask("tools/call", pay));
    const seen = await openQuestions(answeringOf(theirs), lead, 1);
    expect(seen.map(({ question }) => question.id)).toEqual([id]);
  });

  it("twice, or what was never asked", async () => {
    const w = asked();
    const id = idIn(await w.ask("tools/call", pay));
    await approve(w, id);
    expect(await approve(w, id)).toEqual({ kind: "refused", why: "it was answered before" });
    expect(await openQuestion(answeringOf(w), id, lead)).toBeUndefined();
    expect(await approve(w, "0".repeat(32))).toMatchObject({ kind: "refused" });
  });

  it("by writing to the store past these checks", async () => {
    for (const by of [
      { id: "dev", tenant: "null", roles: ["lead"] },
      { id: "boss", tenant: '"acme"', roles: ["lead"] },
      { id: "eve", tenant: "null", roles: ["developer"] },
      { id: "boss", tenant: "null", roles: ["lead"], client: "cli" },
    ]) {
      const w = asked();
      w.as = { id: "dev", roles: ["developer"], client: "cli" };
      const id = idIn(await w.ask("tools/call", pay));
      w.approvals.answer(id, { approved: true, by, at: noon });
      expect(reasonOf(await w.ask("tools/call", pay))).toBe("approval");
      expect(w.forwarded("tools/call")).toEqual([]);
    }
  });
});

describe("what a host proves itself", () => {
  it("is a second factor of the caller's own", async () => {
    const w = asked({ proves: ["mfa"] });
    const wire = { name: "wire", arguments: {} };
    const id = idIn(await w.ask("tools/call", wire));
    const caller = { id: "dev", roles: ["developer"] };
    const answer = (by: typeof lead, proves?: "mfa") =>
      answerQuestion(answeringOf(w), id, { approved: true, by, ...(proves === undefined ? {} : { proves }) });
    expect(await answer(caller)).toEqual({ kind: "refused", why: "a second factor is proven where it is asked for" });
    expect(await answer(lead, "mfa")).toEqual({ kind: "refused", why: "a second factor is the caller's own" });
    expect(await answer(caller, "mfa")).toMatchObject({ kind: "answered" });
    expect(reasonOf(await w.ask("tools/call", wire))).toBeUndefined();
  });
});

it("the arguments that an approver sees are those that go on", async () => {
  const w = asked();
  const id = idIn(await w.ask("tools/call", pay));
  const seen = await openQuestion(answeringOf(w), id, lead);
  await approve(w, id);
  await w.ask("tools/call", pay);
  const [sent] = w.forwarded("tools/call") as readonly { params: { arguments: JsonObject } }[];
  expect(digestOf(sent?.params.arguments)).toBe(digestOf(seen?.question.arguments));
});
