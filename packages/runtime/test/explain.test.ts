import type { ConditionIr, OperandIr, ReferenceIr, Type } from "@mcpolicy/core";
import { describe, expect, test } from "vitest";
import { call, load, place, policy, rule, tool } from "./small-policies.ts";

const paths: Type = { kind: "list", element: { kind: "path" } };

const argument = (name: string, as: Type): ReferenceIr => ({ kind: "reference", root: "args", path: [name], as });
const variable = (name: string): ReferenceIr => ({
  kind: "reference",
  root: "variable",
  variable: name,
  path: [],
  as: { kind: "path" },
});
const atom = (operand: OperandIr, text: string): ConditionIr => ({ kind: "atom", operand, at: { place, text } });
const flag = (name: string): ConditionIr => atom(argument(name, { kind: "bool" }), name);
const under = (left: OperandIr, dir: string, text: string): ConditionIr => {
  const operands: OperandIr[] = [left, { kind: "constant", value: [dir], as: paths }];
  return atom({ kind: "apply", operator: "under", operands, as: { kind: "bool" } }, text);
};
const quantifier = (kind: "every" | "some", body: ConditionIr): ConditionIr => ({
  kind,
  variable: "p",
  over: argument("paths", paths),
  body,
  at: { place, text: `${kind} p` },
});
const not = (part: ConditionIr): ConditionIr => ({ kind: "not", part });
const and = (...parts: ConditionIr[]): ConditionIr => ({ kind: "and", parts });
const or = (...parts: ConditionIr[]): ConditionIr => ({ kind: "or", parts });

describe("the atom to blame where an allow failed", () => {
  const failed = (condition: ConditionIr, args: object) => {
    const { kept } = load(policy([rule({ id: "a", effect: "allow" }, condition)])).decide(call({ ...args }));
    return kept.nearest?.failed?.text;
  };

  // biome-ignore format: table
  const cases: readonly (readonly [string, ConditionIr, object, string | undefined])[] = [
    ["and: the first that is not true",       and(flag("a"), flag("b"), flag("c")), { a: true, b: false, c: false }, "b"],
    ["and: an unknown one too",               and(flag("a"), flag("b")),            { b: true },                     "a"],
    ["or: the first of all",                  or(flag("a"), flag("b")),             { a: false, b: false },          "a"],
    ["not: what was true within",             not(or(flag("a"), flag("b"))),        { a: false, b: true },           "b"],
    ["not and: all that made it true",        not(and(flag("a"), flag("b"))),       { a: true, b: true },            "a"],
    ["every: within the first bad element",   quantifier("every", under(variable("p"), "/w", "p under")), { paths: ["/w", "/x"] }, "p under"],
    ["some: of no elements, itself",          quantifier("some", under(variable("p"), "/w", "p under")),  { paths: [] },           "some p"],
    ["an unknown list, itself",               quantifier("every", under(variable("p"), "/w", "p under")), { paths: ["../x"] },     "every p"],
  ];

  test.for(cases)("%s", ([, condition, args, text]) => expect(failed(condition, args)).toBe(text));

  test("within a quantifier the element is shown", () => {
    const condition = quantifier("every", under(variable("p"), "/w", "p under"));
    const { kept } = load(policy([rule({ id: "a", effect: "allow" }, condition)])).decide(
      call({ paths: ["/w", "/x"] }),
    );
    expect(kept.nearest?.failed?.read).toEqual(['p = "/x"']);
  });
});

describe("the nearest allow", () => {
  const nearest = (...conditions: readonly [string, ConditionIr][]) =>
    load(policy(conditions.map(([id, condition]) => rule({ id, effect: "allow" }, condition)))).decide(
      call({ a: false, b: false, c: true }),
    ).kept.nearest?.id;

  test("is the one with the fewest failed atoms, then the first by id", () => {
    expect(nearest(["one", and(flag("a"), flag("b"))], ["two", and(flag("a"), flag("c"))])).toBe("two");
    expect(nearest(["z", flag("a")], ["b", flag("b")])).toBe("b");
  });

  test("one for other callers, or another time, comes after one that asked and failed; other operations never", () => {
    const others = rule({ id: "a-others", effect: "allow", who: { anyone: false, roles: ["dev"], ids: [] } });
    const later = rule({ id: "b-later", effect: "allow", from: 2_000_000 });
    const failed = rule({ id: "c-failed", effect: "allow" }, flag("a"));
    const elsewhere = rule({
      id: "0",
      effect: "allow",
      branches: [{ operations: [{ ...tool, name: "write" }], except: [], condition: and() }],
    });
    const roles = { roles: { dev: ["dev"] } };
    const id = (...rules: Parameters<typeof policy>[0]) =>
      load(policy(rules, roles)).decide(call({ a: false })).kept.nearest?.id;
    expect(id(elsewhere, others, later, failed)).toBe("c-failed");
    expect(id(elsewhere, others, later)).toBe("b-later");
    expect(id(elsewhere, others)).toBe("a-others");
    expect(id(elsewhere)).toBeUndefined();
  });
});

describe("the argument at fault", () => {
  const told = (condition: ConditionIr, args: object) => {
    const rules = [rule({ id: "a", effect: "allow" }), rule({ id: "d", effect: "deny" }, condition)];
    return load(policy(rules)).decide(call({ ...args })).told.argument;
  };

  test("is named where one alone made a deny match", () => {
    expect(told(flag("a/b"), { "a/b": true })).toBe("/a~1b");
    expect(told(or(flag("a"), flag("b")), { a: false, b: true })).toBe("/b");
    expect(told(and(flag("a"), flag("b")), { a: true, b: true })).toBeUndefined();
    expect(told(quantifier("some", under(variable("p"), "/w", "p under")), { paths: ["/w"] })).toBe("/paths");
  });
});

test("long values are cut, absent and replaced ones said", () => {
  const fallback: ConditionIr = atom({ ...argument("b", { kind: "bool" }), fallback: false }, "b");
  const condition = and(flag("a"), fallback, under(argument("p", { kind: "path" }), "/w", "p"));
  const { seen } = load(policy([rule({ id: "a", effect: "allow" }, condition)])).explain(call({ p: "x".repeat(500) }));
  const read = seen[0]!.atoms.flatMap((each) => each.read);
  expect(read.slice(0, 2)).toEqual(["args.a is absent", "args.b is absent, so false"]);
  expect(read[2]!.length).toBeLessThan(200);
});
