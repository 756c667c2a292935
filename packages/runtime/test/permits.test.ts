import type { Operation, PolicyIr, Principal, Request } from "@mcpolicy/core";
import { describe, expect, test } from "vitest";
import { closureEngine } from "../src/index.ts";
import { call, caller, flag, head, load, now, place, policy, rule, server, tool } from "./small-policies.ts";

/** `decide` says what is right; the quick ways must say the same. */
function answers(ir: PolicyIr, request: Request): { readonly is: boolean; readonly quick: readonly boolean[] } {
  const { decide, permits, authorizes, bind } = load(ir, closureEngine);
  const { principal, ...bare } = request;
  const bound = bind(principal);
  return {
    is: decide(request).effect === "allow",
    quick: [permits(request), authorizes(request), bound.permits(bare), bound.authorizes(bare)],
  };
}

const open = rule({ id: "a", effect: "allow" });
const by = (over: object): Partial<Request> => ({ principal: { ...caller, ...over } as Principal });
const text = { type: { kind: "string" }, optional: false } as const;
const whoReads: PolicyIr = policy([
  rule(
    { id: "a", effect: "allow" },
    {
      kind: "atom",
      operand: {
        kind: "apply",
        operator: "contains",
        operands: [
          { kind: "reference", root: "principal", path: ["roles"], as: { kind: "list", element: { kind: "string" } } },
          { kind: "constant", value: "dev", as: { kind: "string" } },
        ],
        as: { kind: "bool" },
      },
      at: { place, text: "principal.roles contains dev" },
    },
  ),
]);
const withRoles = { ...whoReads, roles: { dev: ["dev"], lead: ["dev", "lead"] } };
const optional: PolicyIr = policy(
  [
    rule(
      { id: "a", effect: "allow" },
      {
        kind: "has",
        reference: { kind: "reference", root: "principal", path: ["team"], as: { kind: "string" } },
        at: { place, text: "has principal.team" },
      },
    ),
  ],
  { principal: { team: { ...text, optional: true } } },
);
const all: Operation = { kind: "tool", server: "fs", name: "gone" };
const wild = rule({
  id: "w",
  effect: "allow",
  branches: [
    {
      operations: [{ kind: "tool", server: "fs", pattern: "*" }],
      except: [],
      condition: { kind: "constant", truth: true },
    },
  ],
});
class Person {
  readonly id = "ann";
  readonly roles: readonly string[] = ["lead"];
}

describe("the quick answers are those of decide", () => {
  test.for<[name: string, is: boolean, ir: PolicyIr, over: Partial<Request>]>([
    ["an open rule", true, policy([open]), {}],
    ["a rule whose condition is unknown", false, policy([rule({ id: "a", effect: "allow" }, flag("missing"))]), {}],
    ["nobody", false, policy([open]), { principal: undefined }],
    ["a caller without an id", false, policy([open]), by({ id: "" })],
    ["a caller whose id is no Unicode", false, policy([open], { principal: { id: text } }), by({ id: "\ud800" })],
    ["an id that is no Unicode, where none is asked for", true, policy([open]), by({ id: "\ud800" })],
    ["a caller whose roles are no list", false, policy([open]), by({ roles: "dev" })],
    ["a caller whose roles are no texts", false, policy([open]), by({ roles: [1] })],
    ["a required attribute is missing", false, policy([open], { principal: { team: text } }), {}],
    ["a required attribute is of another type", false, policy([open], { principal: { team: text } }), by({ team: 7 })],
    ["a required attribute is there", true, policy([open], { principal: { team: text } }), by({ team: "red" })],
    ["an attribute without a value is not there", false, optional, by({ team: undefined })],
    ["an attribute with a value is", true, optional, by({ team: "red" })],
    ["a rule reads roles, and the caller's includes the one", true, withRoles, by({ roles: ["lead"] })],
    ["a role that the policy does not declare", false, withRoles, by({ roles: ["other"] })],
    ["a caller of a class of the host's", true, withRoles, { principal: new Person() as unknown as Principal }],
    ["no time", false, policy([open]), { context: { time: Number.NaN } }],
    ["a wildcard meets a tool that is not pinned", false, policy([wild]), { operation: all }],
    ["a server that the policy does not know", false, policy([wild]), { operation: { ...tool, server: "other" } }],
    ["a duty is owed", false, policy([open], { requires: [{ ...head("m"), duty: { kind: "mfa" }, valid: 1000 }] }), {}],
    [
      "a limit of none",
      false,
      policy([open], { limits: [{ ...head("l"), amount: 0, window: { kind: "per", duration: 1000 }, keys: [] }] }),
      {},
    ],
    ["what it narrows says no", false, policy([open], { narrows: [policy([])] }), {}],
    ["what it narrows says yes", true, policy([open], { narrows: [policy([open])] }), {}],
  ])("%s: %s", ([, is, ir, over]) => {
    expect(answers(ir, call({}, over))).toEqual({ is, quick: [is, is, is, is] });
  });
});

test("permits asks the schema, authorizes takes it as asked", () => {
  const schema = { type: "object", required: ["n"], properties: { n: { type: "integer" } } };
  const typed = { ...server, tools: { read: { ...server.tools["read"]!, schema } } };
  const loaded = load(policy([open], { servers: [typed] }));
  expect(loaded.permits(call({ n: 1 }))).toBe(true);
  expect(loaded.permits(call({ n: "1" }))).toBe(false);
  expect(loaded.authorizes(call({ n: "1" }))).toBe(true);
});

test("a bound policy keeps the caller that it was bound to", () => {
  const dev = rule({ id: "a", effect: "allow", who: { anyone: false, roles: ["dev"], ids: [] } });
  const loaded = load(policy([dev], { roles: { dev: ["dev"] } }));
  const principal = { id: "ann", roles: ["dev"] };
  const bound = loaded.bind(principal);
  principal.roles.length = 0;
  expect(bound.permits({ operation: tool, arguments: {}, context: now })).toBe(true);
  expect(loaded.permits(call({}, { principal }))).toBe(false);
});

test("arguments that are no plain JSON are not permitted", () => {
  const { permits } = load(policy([open]));
  const inherited = Object.create({ path: "/w" }) as Record<string, never>;
  expect(permits(call(inherited))).toBe(false);
  expect(permits(call({ nested: inherited }))).toBe(false);
  expect(permits(call({ text: "\ud800" }))).toBe(false);
  expect(permits(call(Object.assign(Object.create(null), { path: "/w" })))).toBe(true);
});
