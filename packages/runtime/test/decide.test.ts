import type { ConditionIr, OperandIr, RuleIr, Value } from "@mcpolicy/core";
import { describe, expect, test } from "vitest";
import { doubleChecked } from "../src/index.ts";
import { always, call, caller, everyone, load, now, place, policy, rule, server, tool } from "./small-policies.ts";

const path: OperandIr = { kind: "reference", root: "args", path: ["path"], as: { kind: "path" } };
const paths = { kind: "list", element: { kind: "path" } } as const;

/** `args.path under "DIR"`. */
const under = (dir: string): ConditionIr => ({
  kind: "atom",
  operand: {
    kind: "apply",
    operator: "under",
    operands: [path, { kind: "constant", value: [dir], as: paths }],
    as: { kind: "bool" },
  },
  at: { place, text: `args.path under "${dir}"` },
});

const flag = (root: "args" | "context" | "principal", name: string): ConditionIr => ({
  kind: "atom",
  operand: { kind: "reference", root, path: [name], as: { kind: "bool" } },
  at: { place, text: `${root}.${name}` },
});

const allow = rule({ id: "read", effect: "allow" }, under("/w"));
const deny = rule(
  { id: "secrets", effect: "deny", because: "Ask the user.", note: "for operators" },
  under("/w/secret"),
);
const roles = { dev: ["dev", "reader"], reader: ["reader"] };

describe("the order of a decision", () => {
  const loaded = load(policy([allow, deny]));

  test("a: no caller, or one whose required attribute is missing or of another type", () => {
    const team = { principal: { team: { type: { kind: "string" }, optional: false } } } as const;
    const strict = load(policy([allow], team));
    const loose = load(policy([allow], { principal: { team: { ...team.principal.team, optional: true } } }));
    const ill = { ...caller, team: 7 };
    expect(loaded.decide(call({}, { principal: undefined })).reason).toBe("unauthenticated");
    expect(strict.decide(call({ path: "/w" })).effect).toBe("unauthenticated");
    expect(strict.decide(call({ path: "/w" }, { principal: ill })).effect).toBe("unauthenticated");
    expect(strict.decide(call({ path: "/w" }, { principal: { ...caller, team: "a" } })).effect).toBe("allow");
    expect(loose.decide(call({ path: "/w" }, { principal: ill })).effect).toBe("allow");
    const noRoles = { id: "ann" } as unknown as typeof caller;
    expect(loaded.decide(call({}, { principal: noRoles })).effect).toBe("unauthenticated");
  });

  test("b: what the policy does not know", () => {
    const unknown = { effect: "deny", reason: "unknown-operation", rules: [] };
    expect(loaded.decide(call({}, { operation: { ...tool, name: "drop" } }))).toMatchObject(unknown);
    expect(loaded.decide(call({}, { operation: { ...tool, server: "no" } }))).toMatchObject(unknown);
    expect(loaded.decide(call({}, { operation: { ...tool, kind: "prompt" } }))).toMatchObject(unknown);
  });

  test("b: what the caller's list hides is answered in the same way, before its arguments are read", () => {
    const hiding = rule({ id: "nobody", effect: "deny", because: "secret reason" });
    const decision = load(policy([allow, hiding])).decide(call({ path: 7 }));
    expect(decision).toMatchObject({
      reason: "unknown-operation",
      rules: [{ id: "nobody", matched: "true" }],
      told: { because: [] },
      kept: { hidden: true },
    });
    const forOthers = rule({ id: "read", effect: "allow", who: { ...everyone, anyone: false, roles: ["dev"] } });
    const lacking = load(policy([forOthers], { roles })).decide(call({}));
    expect(lacking).toMatchObject({ reason: "unknown-operation", rules: [], kept: { hidden: true } });
    expect(lacking.kept.nearest).toMatchObject({ id: "read", because: expect.stringContaining("dev") });
  });

  test("b: hidden comes before validation, even where the schema is broken", () => {
    const schema = { $ref: "https://example.org/elsewhere.json" };
    const broken = { ...server, tools: { read: { ...server.tools["read"]!, schema } } };
    expect(load(policy([], { servers: [broken] })).decide(call({})).reason).toBe("unknown-operation");
  });

  test("c: arguments that break the schema", () => {
    const schema = { type: "object", properties: { path: { type: "string" } }, required: ["path"] };
    const strict = { ...server, tools: { read: { ...server.tools["read"]!, schema } } };
    const decision = load(policy([allow, deny], { servers: [strict] })).decide(call({ path: 7 }));
    expect(decision).toMatchObject({
      effect: "invalid",
      reason: "invalid",
      rules: [],
      told: { violations: [{ pointer: "/path", expected: "a string" }] },
    });
  });

  test("d: a deny that is true", () => {
    const decision = loaded.decide(call({ path: "/w/secret/key" }));
    expect(decision).toMatchObject({
      effect: "deny",
      reason: "rule",
      rules: [{ id: "secrets", place, matched: "true" }],
      told: { because: ["Ask the user."], argument: "/path" },
      kept: { notes: ["for operators"] },
    });
    expect(decision.kept.atoms).toEqual([
      { text: 'args.path under "/w/secret"', place, truth: "true", read: ['args.path = "/w/secret/key"'] },
    ]);
  });

  test("d: a deny of which only an unknown is known; the explanation says why", () => {
    const decision = loaded.decide(call({ path: "/w/../etc" }));
    expect(decision).toMatchObject({ reason: "unknown", rules: [{ id: "secrets", matched: "unknown" }] });
    expect(decision.kept.atoms[0]).toMatchObject({ truth: "unknown" });
    expect(decision.kept.atoms[0]!.read[0]).toMatch(/^args\.path = "\/w\/\.\.\/etc" \(.*`?\.\.`?.*\)$/);
  });

  test("e: no allow; the nearest one, and its first atom that failed", () => {
    const decision = loaded.decide(call({ path: "/etc/passwd" }));
    expect(decision).toMatchObject({
      reason: "default",
      rules: [],
      told: { because: [] },
      kept: { nearest: { id: "read", failed: { text: 'args.path under "/w"', truth: "false" } } },
    });
  });

  test("f: allowed, naming every allow that covers it, by id whatever their order", () => {
    const more = [rule({ id: "z", effect: "allow" }), allow, rule({ id: "Z", effect: "allow" })];
    const decision = load(policy(more)).decide(call({ path: "/w/a" }));
    expect(decision).toMatchObject({ effect: "allow", reason: "rule" });
    expect(decision.rules.map(({ id }) => id)).toEqual(["Z", "read", "z"]);
    expect(load(policy(more.toReversed())).decide(call({ path: "/w/a" }))).toEqual(decision);
  });
});

describe("rules", () => {
  test("an unknown never grants, and never lifts a deny", () => {
    const loaded = load(policy([rule({ id: "a", effect: "allow" }, { kind: "not", part: under("/x") })]));
    expect(loaded.decide(call({ path: "/y" })).effect).toBe("allow");
    for (const value of [undefined, 7, "../y", "~/y", "/y\0"]) {
      const args = value === undefined ? {} : { path: value as Value };
      expect(loaded.decide(call(args)).effect, String(value)).toBe("deny");
    }
  });

  test("roles close under inclusion; undeclared ones are ignored", () => {
    const readers = rule({ id: "r", effect: "allow", who: { anyone: false, roles: ["reader", "ghost"], ids: [] } });
    const loaded = load(policy([readers], { roles }));
    const by = (...given: string[]) => loaded.decide(call({}, { principal: { id: "ann", roles: given } })).effect;
    expect(by("dev")).toBe("allow");
    expect(by("reader")).toBe("allow");
    expect(by("ghost", "constructor", "__proto__")).toBe("deny");
  });

  test("except, ids, dates", () => {
    const who = { anyone: true, roles: [], ids: [], except: { anyone: false, roles: [], ids: ["bob"] } };
    const loaded = load(policy([rule({ id: "r", effect: "allow", who, from: 1000, until: 2000 })]));
    const at = (time: number, id = "ann") =>
      loaded.decide(call({}, { principal: { id, roles: [] }, context: { time } })).effect;
    expect([at(999), at(1000), at(1999), at(2000), at(1500, "bob")]).toEqual([
      "deny",
      "allow",
      "allow",
      "deny",
      "deny",
    ]);
  });

  test("shadow rules are kept, not enforced", () => {
    const shadow = rule({ id: "s", effect: "deny", shadow: true });
    const decision = load(policy([allow, shadow])).decide(call({ path: "/w" }));
    expect(decision).toMatchObject({ effect: "allow", kept: { shadow: [{ id: "s", matched: "true" }] } });
  });

  test("a branch about other operations is false, whatever its condition", () => {
    const other: RuleIr = rule({
      id: "other",
      effect: "deny",
      branches: [
        { operations: [{ ...tool, name: "write" }], except: [], condition: { kind: "constant", truth: null } },
      ],
    });
    expect(load(policy([allow, other])).decide(call({ path: "/w" })).effect).toBe("allow");
  });

  test("a resource whose URI cannot be read is unknown: no allow covers it, every deny does", () => {
    const glob = { kind: "resource", server: "fs", glob: "file:///w/**" } as const;
    const branches = [{ operations: [glob], except: [], condition: always }];
    const resource = (uri: string) => call({}, { operation: { kind: "resource", server: "fs", uri } });
    const granting = load(policy([rule({ id: "a", effect: "allow", branches })]));
    expect(granting.decide(resource("file:///w/a.md")).effect).toBe("allow");
    expect(granting.decide(resource("file:///etc/passwd")).effect).toBe("deny");
    for (const uri of ["file:///w/../etc", "file:///w/%2e%2e/etc", "file:///w\\..", "file://u:p@h/w/a", "w/a", ""]) {
      expect(granting.decide(resource(uri)).effect, uri).toBe("deny");
    }
    const denying = load(policy([rule({ id: "d", effect: "deny", branches })]));
    expect(denying.decide(resource("file:///w/../etc"))).toMatchObject({ reason: "unknown" });
  });

  test("a reassuring hint of a server that is not trusted is unknown", () => {
    const hint = (name: string): ConditionIr => ({
      kind: "atom",
      operand: { kind: "reference", root: "tool", path: ["annotations", name], as: { kind: "bool" } },
      at: { place, text: name },
    });
    const granted = rule({ id: "a", effect: "allow" }, hint("readOnlyHint"));
    const destructive = rule({ id: "a", effect: "allow" }, hint("destructiveHint"));
    expect(load(policy([granted])).decide(call({})).effect).toBe("deny");
    expect(load(policy([granted], { servers: [{ ...server, trusted: true }] })).decide(call({})).effect).toBe("allow");
    expect(load(policy([destructive])).decide(call({})).effect).toBe("allow");
  });
});

describe("failures are denials", () => {
  test("an engine that throws", () => {
    const fail = () => {
      throw new Error("boom");
    };
    const engine = () => ({ name: "broken", permits: fail, applying: fail, rolesOf: fail, permitsTool: fail });
    expect(load(policy([allow]), engine).decide(call({ path: "/w" }))).toMatchObject({
      effect: "deny",
      reason: "fault",
      kept: { fault: "boom" },
    });
  });

  const open = () => ({
    name: "open",
    permits: () => true,
    applying: () => [0],
    rolesOf: () => 0,
    permitsTool: () => true,
  });

  test("an engine that permits too much, where it is explained or checked twice", () => {
    const fault = { effect: "deny", reason: "fault", kept: { fault: expect.stringContaining("disagree") } };
    expect(load(policy([allow]), open).explain(call({ path: "/etc" }))).toMatchObject(fault);
    const checked = load(policy([allow]), doubleChecked(open));
    expect(checked.decide(call({ path: "/etc" }))).toMatchObject(fault);
    expect(checked.permits(call({ path: "/etc" }))).toBe(false);
    expect(checked.decide(call({ path: "/w" }))).toMatchObject({ effect: "allow" });
  });

  test("an engine that permits too little", () => {
    const no = () => false;
    const shut = () => ({ name: "shut", permits: no, applying: () => undefined, rolesOf: no, permitsTool: no });
    expect(load(policy([allow]), shut).decide(call({ path: "/w" }))).toMatchObject({
      effect: "deny",
      reason: "fault",
    });
  });

  test("what is given out of an allow cannot be changed for others", () => {
    const loaded = load(policy([allow]));
    const { decision } = loaded.step(call({ path: "/w" }), "1");
    expect(() => (decision.rules as unknown[]).pop()).toThrow(TypeError);
    expect(structuredClone(decision)).toEqual(loaded.decide(call({ path: "/w" })));
  });

  test("a request that is no request", () => {
    const loaded = load(policy([allow]));
    for (const request of [undefined, null, 7, {}, { principal: caller }, { ...call({}), context: {} }]) {
      expect(loaded.decide(request as never)).toMatchObject({ effect: "deny", reason: "fault" });
      expect(loaded.explain(request as never)).toMatchObject({ effect: "deny", seen: expect.any(Array) });
    }
    expect(loaded.decide({ ...call({}), arguments: null as never }).effect).toBe("invalid");
  });

  test("a schema that cannot be compiled", () => {
    const schema = { $ref: "https://example.org/elsewhere.json" };
    const broken = { ...server, tools: { read: { ...server.tools["read"]!, schema } } };
    expect(load(policy([allow], { servers: [broken] })).decide(call({ path: "/w" })).reason).toBe("fault");
  });
});

describe("lists", () => {
  const list = (...rules: RuleIr[]) => load(policy(rules)).list(caller, "tool", "fs", now.time);

  test("what some allow may cover is shown, and what a deny surely forbids is hidden", () => {
    expect(list(allow)).toEqual(["read"]);
    expect(list()).toEqual([]);
    expect(list(allow, deny)).toEqual(["read"]);
    expect(list(allow, rule({ id: "d", effect: "deny" }))).toEqual([]);
    expect(list(allow, rule({ id: "d", effect: "deny" }, flag("context", "maintenance")))).toEqual(["read"]);
    expect(list(allow, rule({ id: "d", effect: "deny", shadow: true }))).toEqual(["read"]);
    expect(list(rule({ id: "a", effect: "allow" }, { kind: "constant", truth: false }))).toEqual([]);
  });

  test("has of an argument is unknown; of the caller it is known", () => {
    const has = (root: "args" | "principal"): ConditionIr => ({
      kind: "has",
      reference: { kind: "reference", root, path: ["x"], as: { kind: "any" } },
      at: { place, text: "" },
    });
    expect(list(rule({ id: "a", effect: "allow" }, has("args")))).toEqual(["read"]);
    expect(list(rule({ id: "a", effect: "allow" }, has("principal")))).toEqual([]);
  });

  test("dates are known, callers too", () => {
    expect(list(rule({ id: "a", effect: "allow", until: now.time }))).toEqual([]);
    expect(load(policy([allow])).list(undefined, "tool", "fs", now.time)).toEqual([]);
    expect(load(policy([allow])).list(caller, "tool", "fs", Number.NaN)).toEqual([]);
    expect(load(policy([allow])).list(caller, "prompt", "fs", now.time)).toEqual([]);
  });
});

test("an explanation shows every rule as it met the request", () => {
  const other = rule({ id: "other", effect: "allow", who: { anyone: false, roles: ["dev"], ids: [] } });
  const { seen } = load(policy([deny, allow, other], { roles })).explain(call({ path: "/w/a" }));
  expect(seen.map(({ id, truth, because }) => [id, truth, because])).toEqual([
    ["other", "false", "it is about callers with role dev"],
    ["read", "true", ""],
    ["secrets", "false", ""],
  ]);
  expect(seen[1]!.atoms).toEqual([
    { text: 'args.path under "/w"', place, truth: "true", read: ['args.path = "/w/a"'] },
  ]);
});
