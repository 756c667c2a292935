import { type Decision, denied, fault, reasons } from "@mcpolicy/core";
import { describe, expect, it } from "vitest";
import { denial, denials, flaw, noRight, type Profile, type Transport, usualUnknown } from "../../src/wire/denial.ts";
import type { Answer, Era } from "../../src/wire/message.ts";

const unknown: Answer = { kind: "error", error: { code: -32602, message: "Unknown tool: x" } };

interface Where {
  readonly era?: Era;
  readonly transport?: Transport;
  readonly profile?: Profile;
}

function form(decision: Decision, method: string, { era = "legacy", transport = "stdio", profile = "spec" }: Where) {
  return denial({ decision, decisionId: "d1", method, era, transport, profile, unknown });
}

function wire(decision: Decision, method = "tools/call", where: Where = {}): unknown {
  const { answer } = form(decision, method, where);
  return answer.kind === "result" ? answer.result : answer.error;
}

const meta = (outcome: string, reason: string, more: object = {}) => ({
  "dev.mcpolicy/decision": { outcome, reason, decisionId: "d1", ...more },
});

const visible = (text: string, _meta: object) => ({ content: [{ type: "text", text }], isError: true, _meta });

describe("the denial table", () => {
  it("has a row for each reason there is", () => {
    expect(Object.keys(denials).toSorted()).toEqual([...reasons].toSorted());
  });

  it("tells what a rule says, and no more", () => {
    const decision: Decision = {
      ...denied,
      reason: "rule",
      rules: [{ id: "the rule", place: { file: "p", line: 1, column: 1 }, matched: "true" }],
      told: { because: ["Ask first.", "No."], argument: "path" },
      kept: { notes: ["an operator's note"], atoms: [] },
    };
    expect(wire(decision)).toEqual(
      visible("Denied by policy: Ask first; No (decision d1).", meta("deny", "rule", { argument: "path" })),
    );
    const silent = wire({ ...decision, told: { because: [] } });
    expect(silent).toEqual(visible("Denied by policy: a rule forbids it (decision d1).", meta("deny", "rule")));
  });

  it("names the places where arguments are not valid", () => {
    const violations = [
      { pointer: "", expected: "must have `path`" },
      { pointer: "/a~1b", expected: "must be a string" },
    ];
    const decision: Decision = { ...denied, effect: "invalid", reason: "invalid", told: { because: [], violations } };
    const text =
      "Denied by policy: the arguments are not valid: `/` must have `path`; `/a~1b` must be a string (decision d1).";
    expect(wire(decision)).toEqual(visible(text, meta("invalid", "invalid")));
  });

  it.each(["unknown-operation", "pin-mismatch"] as const)(
    "hides what is %s behind the server's own answer",
    (reason) => {
      expect(wire({ ...denied, reason })).toEqual(unknown.error);
    },
  );

  it("answers a fault with a fixed text, whatever the method", () => {
    const error = {
      code: -32603,
      message: "Internal error",
      data: { outcome: "deny", reason: "fault", decisionId: "d1" },
    };
    expect(wire(fault("secret detail"))).toEqual(error);
    expect(wire(fault("secret detail"), "tools/list")).toEqual(error);
  });

  it("answers an unverified caller with its own code", () => {
    const decision: Decision = { ...denied, effect: "unauthenticated", reason: "unauthenticated" };
    const data = { outcome: "unauthenticated", reason: "unauthenticated", decisionId: "d1" };
    for (const method of ["initialize", "tools/call"]) {
      expect(wire(decision, method)).toEqual({ code: -31401, message: "Unauthenticated", data });
    }
  });

  it("answers methods without such a result with an error", () => {
    expect(wire(denied, "resources/read")).toMatchObject({ code: -31403, data: { reason: "default" } });
  });

  it("says in modern results that they are complete", () => {
    expect(wire(denied, "tools/call", { era: "modern" })).toMatchObject({ isError: true, resultType: "complete" });
    expect(wire(denied, "tools/call", { era: "legacy" })).not.toHaveProperty("resultType");
  });

  it("keeps its own codes out of what JSON-RPC reserves", () => {
    const own = Object.values(denials).map(({ code }) => code);
    expect(own.filter((code) => code >= -32768 && code <= -32000).toSorted()).toEqual([-32602, -32603].toSorted());
  });

  it("answers what was not decided", () => {
    expect(flaw("malformed")).toEqual({
      answer: { kind: "error", error: { code: -32700, message: "Parse error" } },
      status: 400,
    });
    expect(flaw("unknown-method", "modern").status).toBe(404);
    expect(flaw("unknown-method", "legacy").status).toBe(200);
    expect(usualUnknown("tool", "x", "modern")).toMatchObject({ kind: "error", error: { code: -32602 } });
    expect(usualUnknown("tool", "x", "legacy")).toMatchObject({ kind: "result", result: { isError: true } });
    expect(usualUnknown("resource", "x", "legacy")).toMatchObject({ error: { code: -32002 } });
    expect(usualUnknown("resource", "x", "modern")).toMatchObject({ error: { code: -32602 } });
  });

  it("tells when to try again, and what is missing", () => {
    const limit: Decision = { ...denied, reason: "limit", told: { because: [], retryAfterMs: 1_500 } };
    expect(wire(limit)).toEqual(
      visible(
        "Denied by policy: a limit is reached (decision d1). Try again in 2 s.",
        meta("deny", "limit", { retryAfterMs: 1_500 }),
      ),
    );
    const ask: Decision = { ...denied, effect: "ask", reason: "approval", told: { because: [], missing: ["mfa"] } };
    expect(wire(ask)).toEqual(
      visible(
        "Denied by policy: it needs an approval (decision d1). It needs: mfa.",
        meta("ask", "approval", { missing: ["mfa"] }),
      ),
    );
  });

  it("has a status for HTTP, and challenges where a token would help", () => {
    const unauthenticated: Decision = { ...denied, effect: "unauthenticated", reason: "unauthenticated" };
    expect(form(unauthenticated, "tools/call", { transport: "http" })).toMatchObject({ status: 401, challenge: {} });
    expect(form({ ...denied, reason: "scope" }, "tools/call", { transport: "http" })).toMatchObject({
      answer: { kind: "error", error: { code: -31403 } },
      status: 403,
      challenge: { error: "insufficient_scope" },
    });
    expect(form({ ...denied, reason: "scope" }, "tools/call", { transport: "stdio" })).toMatchObject({
      answer: { kind: "result", result: { isError: true } },
    });
    expect(form(denied, "tools/call", { transport: "http" })).toMatchObject({ status: 200 });
    expect(noRight("d1")).toMatchObject({ answer: { error: { code: -31403 } }, status: 403 });
    expect(noRight("d1")).not.toHaveProperty("challenge");
  });

  it("speaks the profile of AuthZEN where it is asked to, and hides as ever", () => {
    const coaz = { profile: "coaz" } as const;
    expect(wire({ ...denied, reason: "rule" }, "tools/call", coaz)).toMatchObject({ code: -32001 });
    expect(wire({ ...denied, reason: "approval" }, "tools/call", coaz)).toMatchObject({ code: -32001 });
    expect(wire({ ...denied, reason: "invalid" }, "tools/call", coaz)).toMatchObject({ code: -32602 });
    expect(wire(fault("x"), "tools/call", coaz)).toMatchObject({ code: -32603 });
    expect(wire({ ...denied, reason: "unknown-operation" }, "tools/call", coaz)).toEqual(unknown.error);
  });
});
