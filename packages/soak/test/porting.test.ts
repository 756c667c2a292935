import { checkPolicy } from "@mcpolicy/language";
import { describe, expect, test } from "vitest";
import type { Example } from "../src/porting/rules.ts";
import { readNote, scoreOf } from "../src/porting/score.ts";
import { type Mapping, someTime, toRequest } from "../src/porting/to-request.ts";
import { sharedFolder } from "../src/shared.ts";
import { agentdojo } from "../src/soaks/agentdojo.ts";
import { porting } from "../src/soaks/porting.ts";

const shared = sharedFolder();

describe.skipIf(shared === undefined)("outside data", () => {
  test.for([porting, agentdojo])("$name", async (soak) => {
    const { ok, lines } = await soak.run({ shared, cases: 1, policies: 1, seconds: 1, seed: 1, jobs: 1, quick: true });
    expect(lines.filter((line) => line.startsWith("PROBLEM"))).toEqual([]);
    expect(ok).toBe(true);
  });
});

function checked(text: string) {
  const files = { read: () => `mcpolicy 1\n${text}`, join: (_: string, path: string) => path };
  const { policy, diagnostics } = checkPolicy(["policy.mcpolicy"], files);
  if (policy === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return policy;
}

const policy = checked(`
server s untyped
principal { key?: string from claim "nested" roles: roles from claim "groups" }
context { mode?: string }
role r {}
allow anyone to s.x
`);

const request = (example: Example, mapping: Mapping = {}) => toRequest(example, policy, mapping, someTime);

describe("an example as a request", () => {
  test("claims become the attributes that the policy takes from them, and no others", () => {
    const { principal } = request({
      tool: "x",
      principal: { id: "u", claims: { nested: "v", groups: ["r"], other: 1 } },
    });
    expect(principal).toEqual({ id: "u", roles: ["r"], key: "v" });
  });

  test("the host's facts are those that the policy declares", () => {
    expect(request({ tool: "x", mode: "plan", data: { more: 1 } }).context).toEqual({ time: someTime, mode: "plan" });
  });

  test("a mapping says what foreign fields are", () => {
    const mapping = { tool: "act", args: { path: "obj" }, context: { ip: "sub" } };
    const made = request({ act: "read", obj: "/a", sub: "10.0.0.1" }, mapping);
    expect(made.operation).toEqual({ kind: "tool", server: "s", name: "read" });
    expect(made.arguments).toEqual({ path: "/a" });
    expect(made.context.ip).toBe("10.0.0.1");
  });

  // biome-ignore format: table
  test.for([
    ["a field that nobody knows",         { tool: "x", weight: 3 }],
    ["a server that is not declared",     { tool: "x", server: "t" }],
    ["annotations that are not pinned",   { tool: "x", annotations: { readOnlyHint: true } }],
    ["a method that is no operation",     { method: "tools/list" }],
    ["no tool",                           { args: {} }],
  ] as const)("%s is passed over by nobody", ([, example]) => {
    expect(() => request(example)).toThrow();
  });
});

describe("scores", () => {
  const plain = checked("server s untyped\nallow anyone to s.x");

  test("a wrong example outweighs every note", () => {
    expect(scoreOf(plain, ["wrong"], { most: 1, reason: "why" }).score).toBe(-1);
  });

  test("a note can only lower, and facts of a host count by themselves", () => {
    expect(scoreOf(plain, [], undefined)).toEqual({ score: 2, reason: undefined });
    expect(scoreOf(plain, [], { most: 0, reason: "why" })).toEqual({ score: 0, reason: "why" });
    expect(scoreOf(policy, [], undefined)).toEqual({
      score: 1,
      reason: "rests on what a host supplies: context.mode",
    });
  });

  test("a note begins with its most", () => {
    expect(readNote("at most 1: it is\nso.\n")).toEqual({ most: 1, reason: "it is so." });
    expect(() => readNote("it is so")).toThrow();
    expect(() => readNote("at most 2: no")).toThrow();
  });
});
