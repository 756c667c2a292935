import type { JsonObject } from "@mcpolicy/core";
import { proofKeysOf } from "@mcpolicy/identity";
import { memoryDriver } from "@mcpolicy/runtime";
import { describe, expect, it } from "vitest";
import { approvalChannel } from "../../src/approvals/channel.ts";
import { policyText } from "../policy-text.ts";
import { dev, reasonOf, serving } from "../wired.ts";
import { type Asked, accepted, asked, key, keys, listing, policy, questionIn, yes } from "./asked.ts";

const forms = { elicitation: {} };
const move = { name: "move", arguments: { to: "a" } };

const call = (w: Asked, params: JsonObject, capabilities: JsonObject = forms) =>
  w.modern("tools/call", params, capabilities);

/** Asks, and gives what a client makes the same call with again. */
async function answering(w: Asked, params: JsonObject, responses: JsonObject): Promise<JsonObject> {
  const { requestState } = questionIn(await call(w, params));
  return { ...params, requestState, inputResponses: responses };
}

describe("a call that its own caller has to confirm (MCP 2026-07-28)", () => {
  it("is answered with a form that says what will happen, and nothing of the rules", async () => {
    const question = questionIn(await call(asked(), move));
    expect(question.inputRequests).toEqual({
      "mcpolicy:approve": {
        method: "elicitation/create",
        params: {
          message:
            'The policy asks before tools/call of "move" goes to server "s".\nMoving is for good.\nArguments: {"to":"a"}\n\nShall this be done?',
          requestedSchema: {
            type: "object",
            properties: { approve: expect.objectContaining({ type: "boolean" }) },
            required: ["approve"],
          },
        },
      },
    });
    expect(question.requestState).toMatch(/^mcpolicy-approval\.v1\.a\./);
  });

  it("goes on once it was confirmed, without what was ours, and is recorded with its proof", async () => {
    const w = asked();
    const again = await answering(w, move, yes);
    expect(reasonOf(await call(w, again))).toBeUndefined();
    const [sent] = w.forwarded("tools/call") as readonly { params: JsonObject }[];
    expect(Object.keys(sent!.params).sort()).toEqual(["_meta", "arguments", "name"]);
    expect(w.decisions("tools/call").at(-1)).toMatchObject({
      effect: "allow",
      proofs: [{ kind: "approval", by: { id: "dev" }, rules: ["sure"], id: expect.stringMatching(/^[0-9a-f]{32}$/) }],
    });
  });

  it("shows what hides in arguments, and cuts what is long", async () => {
    const { inputRequests } = questionIn(
      await call(asked(), { name: "move", arguments: { to: `a\u202e\u{e0041}${"x".repeat(5_000)}` } }),
    );
    const message = String(inputRequests["mcpolicy:approve"]?.params["message"]);
    expect(message).toContain("\\u202e\\udb40\\udc41xxx");
    expect(message).toMatch(/xxx… \(\d+ characters, sha256-[0-9a-f]{64}\)/);
    expect(message.length).toBeLessThan(2_500);
  });

  it("asks for a justification, which is recorded", async () => {
    const w = asked();
    const drop = { name: "drop", arguments: {} };
    for (const text of ["", "  ", "x".repeat(2_001)]) {
      const no = await answering(
        w,
        { name: "drop", arguments: {} },
        { "mcpolicy:justify": accepted({ justification: text }) },
      );
      expect(reasonOf(await call(w, no))).toBe("approval");
      w.clock.now += 600_001;
    }
    const again = await answering(w, drop, { "mcpolicy:justify": accepted({ justification: " ticket 7\u0007 " }) });
    expect(reasonOf(await call(w, again))).toBeUndefined();
    expect(w.decisions("tools/call").at(-1)).toMatchObject({
      proofs: [{ kind: "justification", text: "ticket 7\\u0007" }],
    });
  });

  it("gets its own state of the server back, which the approval is bound to", async () => {
    const w = asked();
    const going = { ...move, requestState: "the server's", inputResponses: { name: accepted({ x: 1 }) } };
    const { requestState } = questionIn(await call(w, going));
    expect(
      reasonOf(await call(w, { ...move, requestState, inputResponses: { ...yes, name: accepted({ x: 2 }) } })),
    ).toBeUndefined();
    expect(w.forwarded("tools/call")[0]).toMatchObject({
      params: { requestState: "the server's", inputResponses: { name: { content: { x: 1 } } } },
    });
  });

  // biome-ignore format: table
  it.for([
    ["no answer",            {}],
    ["a no",                 { "mcpolicy:approve": accepted({ approve: false }) }],
    ["a refusal",            { "mcpolicy:approve": { action: "decline" } }],
    ["a word for a yes",     { "mcpolicy:approve": accepted({ approve: "true" }) }],
    ["nothing",              { "mcpolicy:approve": { action: "accept" } }],
    ["what is no answer",    { "mcpolicy:approve": true }],
    ["another's question",   { approve: accepted({ approve: true }) }],
    ["another form",         { "mcpolicy:justify": accepted({ justification: "because" }) }],
  ] as const)("does not go on with %s", async ([, responses]) => {
    const w = asked();
    await call(w, await answering(w, move, responses));
    expect(w.forwarded("tools/call")).toEqual([]);
  });

  it("is not asked again for a while once it was declined", async () => {
    const w = asked();
    const no = await call(w, await answering(w, move, { "mcpolicy:approve": { action: "decline" } }));
    expect(JSON.stringify(no)).toContain("It was declined.");
    expect(reasonOf(await call(w, move))).toBe("approval");
    w.clock.now += 600_000;
    questionIn(await call(w, move));
  });
});

describe("an approval that was given is of no use", () => {
  const given = async (w: Asked): Promise<JsonObject> => answering(w, move, yes);

  it("a second time", async () => {
    const w = asked();
    const again = await given(w);
    expect(reasonOf(await call(w, again))).toBeUndefined();
    questionIn(await call(w, again));
    expect(w.forwarded("tools/call")).toHaveLength(1);
  });

  it("a second time at once, nor where the same was asked twice", async () => {
    const w = asked();
    const [one, two] = [await given(w), await given(w)];
    await Promise.all([call(w, one), call(w, two), call(w, one)]);
    expect(w.forwarded("tools/call")).toHaveLength(1);
  });

  it("at another instance that shares keys and state", async () => {
    const state = memoryDriver(policy.windows);
    const [here, there] = [asked({}, { state }), asked({}, { state })];
    const again = await given(here);
    expect(reasonOf(await call(there, again))).toBeUndefined();
    questionIn(await call(here, again));
  });

  it("for other arguments", async () => {
    const w = asked();
    const again = await given(w);
    questionIn(await call(w, { ...again, arguments: { to: "evil" } }));
    expect(reasonOf(await call(w, { ...again, arguments: {} }))).toBeUndefined();
    expect(w.forwarded("tools/call")).toEqual([]);
  });

  it("for another tool", async () => {
    const w = asked();
    expect(reasonOf(await call(w, { ...(await given(w)), name: "pay" }))).toBe("approval");
  });

  it("to another caller, tenant or client", async () => {
    for (const other of [{ id: "eve" }, { tenant: "acme" }, { client: "other" }]) {
      const again = await given(asked());
      const w = asked();
      w.as = { ...dev, ...other };
      questionIn(await call(w, again));
      expect(w.forwarded("tools/call")).toEqual([]);
    }
  });

  it("after its time", async () => {
    const w = asked();
    const again = await given(w);
    w.clock.now += 600_000;
    questionIn(await call(w, again));
  });

  it("under another policy", async () => {
    const w = asked();
    const again = await given(w);
    const other = policyText(
      `server s from "s.json"
role developer { x }
capability x { s.* }
require "sure" approval from caller for s.move`,
      { "s.json": listing },
    );
    questionIn(await call(asked({}, { policy: other }), again));
  });

  it("sealed with another key, or changed in any letter", async () => {
    const w = asked();
    const again = await given(w);
    const others = await proofKeysOf([key("a", 2)], keys.audience);
    questionIn(await call(asked({ keys: others }), again));
    const state = String(again["requestState"]);
    for (let at = 0; at < state.length; at += 37) {
      const changed = `${state.slice(0, at)}${state[at] === "A" ? "B" : "A"}${state.slice(at + 1)}`;
      const x = asked();
      await call(x, { ...again, requestState: changed });
      expect(x.forwarded("tools/call")).toEqual([]);
    }
  });

  it("without its seal", async () => {
    const w = asked();
    questionIn(await call(w, { ...move, inputResponses: yes }));
    expect(w.forwarded("tools/call")).toEqual([]);
  });
});

describe("nobody is asked", () => {
  it("whose client cannot show a form", async () => {
    for (const capabilities of [{}, { elicitation: { url: {} } }]) {
      const answer = await call(asked(), move, capabilities);
      expect(reasonOf(answer)).toBe("approval");
      expect(JSON.stringify(answer)).toContain("declares no `elicitation`");
    }
  });

  it("for what no way proves", async () => {
    const answer = await call(asked(), { name: "wire", arguments: {} });
    expect(reasonOf(answer)).toBe("approval");
    expect(JSON.stringify(answer)).toContain("Nobody can be asked here for: mfa.");
    const without = asked({}, { approvals: approvalChannel({ keys }) });
    expect(JSON.stringify(await call(without, { name: "pay", arguments: {} }))).toContain(
      "Nobody can be asked here for: approval from lead.",
    );
  });

  it("more often than may be", async () => {
    const w = asked({ mostOfCaller: 2 });
    for (const to of ["a", "b", "a", "b"]) questionIn(await call(w, { name: "move", arguments: { to } }));
    const third = await call(w, { name: "move", arguments: { to: "c" } });
    expect(JSON.stringify(third)).toContain("Too many questions");
    expect(reasonOf(await call(w, await answering(w, move, yes)))).toBeUndefined();
    questionIn(await call(w, { name: "move", arguments: { to: "c" } }));
  });

  it("about what cannot be sealed", async () => {
    const w = asked();
    const answer = await call(w, { ...move, requestState: "x".repeat(70_000) });
    expect(JSON.stringify(answer)).toContain("It could not be asked for.");
    expect(w.notes.join()).toContain("at most 65536 characters");
  });
});

it("what the server says is never taken for ours", async () => {
  const w = asked({}, { script: serving(listing) });
  expect(
    reasonOf(await call(w, { name: "free", arguments: {}, requestState: "s", inputResponses: { ...yes, a: {} } })),
  ).toBeUndefined();
  expect(w.forwarded("tools/call")[0]).toMatchObject({ params: { requestState: "s", inputResponses: { a: {} } } });
});
