import { type Decision, denied, fault, reasons } from "@mcpolicy/core";
import { describe, expect, it } from "vitest";
import { denial, denials, flaw, usualUnknownTool } from "../src/denial.ts";
import type { Answer, Era } from "../src/message.ts";

const unknownTool: Answer = { kind: "error", error: { code: -32602, message: "Unknown tool: x" } };

function wire(decision: Decision, method = "tools/call", era: Era = "legacy"): unknown {
  const answer = denial({ decision, decisionId: "d1", method, era, unknownTool });
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
      expect(wire({ ...denied, reason })).toEqual(unknownTool.error);
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
    expect(wire(denied, "tools/call", "modern")).toMatchObject({ isError: true, resultType: "complete" });
    expect(wire(denied, "tools/call", "legacy")).not.toHaveProperty("resultType");
  });

  it("keeps its own codes out of what JSON-RPC reserves", () => {
    const own = Object.values(denials).map(({ code }) => code);
    expect(own.filter((code) => code >= -32768 && code <= -32000).toSorted()).toEqual([-32602, -32603].toSorted());
  });

  it("answers what was not decided", () => {
    expect(flaw("malformed")).toEqual({ kind: "error", error: { code: -32700, message: "Parse error" } });
    expect(usualUnknownTool("x", "modern")).toMatchObject({ kind: "error", error: { code: -32602 } });
    expect(usualUnknownTool("x", "legacy")).toMatchObject({ kind: "result", result: { isError: true } });
  });
});
