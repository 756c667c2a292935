import {
  type ConditionIr,
  callerKeyOf,
  type Engine,
  type EngineFactory,
  IR_VERSION,
  type OperandIr,
  type PolicyIr,
  type RuleIr,
  type ServerIr,
  type Type,
  type Value,
} from "@mcpolicy/core";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { closureEngine, interpreterEngine } from "../../runtime/src/index.ts";
import { call, caller, load, now, place, policy, rule, server } from "../../runtime/test/small-policies.ts";
import { generatedEngine, simplify, toJavascript } from "../src/index.ts";
import { kit } from "../src/kit.ts";
import { args, condition, history, state } from "./arbitrary-ir.ts";
import { backends } from "./backends.ts";

const principal = { id: "ann", roles: ["dev", "constructor"], team: "red" };
const past = state(callerKeyOf(principal), now.time);

test("interpreter, closures and generated code give each condition the same truth", () => {
  const seen = new Map<unknown, number>();
  fc.assert(
    fc.property(condition(3), args, past, (random, given, remembered) => {
      const request = call(given, { principal, state: remembered });
      const { interpreter, closures, generated } = backends;
      const truth = interpreter!(random, request);
      expect(closures!(random, request)).toBe(truth);
      expect(generated!(random, request)).toBe(truth);
      seen.set(truth, (seen.get(truth) ?? 0) + 1);
    }),
    { numRuns: 2000 },
  );
  for (const truth of [true, false, undefined]) expect(seen.get(truth), String(truth)).toBeGreaterThan(200);
});

test("about the past too, each of its forms", () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(history, args, past, (random, given, remembered) => {
      const request = call(given, { principal, state: remembered });
      const { interpreter, closures, generated } = backends;
      const truth = interpreter!(random, request);
      expect(closures!(random, request)).toBe(truth);
      expect(generated!(random, request)).toBe(truth);
      const form = random.kind === "tally" ? random.tally.kind : random.kind;
      seen.set(`${form} ${truth}`, (seen.get(`${form} ${truth}`) ?? 0) + 1);
    }),
    { numRuns: 1500 },
  );
  for (const form of ["happened", "count", "distinct", "sum"]) {
    for (const truth of [true, false, undefined])
      expect(seen.get(`${form} ${truth}`), `${form} ${truth}`).toBeGreaterThan(10);
  }
  for (const truth of [true, false]) expect(seen.get(`carries ${truth}`)).toBeGreaterThan(10);
});

test("simplifying keeps the truth", () => {
  fc.assert(
    fc.property(condition(3), args, past, (random, given, remembered) => {
      const request = call(given, { principal, state: remembered });
      expect(backends["interpreter"]!(simplify(random), request)).toBe(backends["interpreter"]!(random, request));
    }),
    { numRuns: 1000 },
  );
});

const who = fc.constantFrom<RuleIr["who"]>(
  { anyone: true, roles: [], ids: [] },
  { anyone: false, roles: ["dev"], ids: [] },
  { anyone: false, roles: ["lead"], ids: [] },
  { anyone: false, roles: [], ids: ["ann"] },
  { anyone: true, roles: [], ids: [], except: { anyone: false, roles: ["lead"], ids: [] } },
);

const operations = fc.constantFrom<RuleIr["branches"][number]["operations"]>(
  [{ kind: "tool", server: "fs", name: "read" }],
  [{ kind: "tool", server: "live", pattern: "re*" }],
  [
    { kind: "tool", server: "fs", name: "read" },
    { kind: "tool", server: "live", name: "read" },
    { kind: "resource", server: "fs", glob: "file:///w/**" },
  ],
  [{ kind: "completion", server: "fs" }],
  [],
);

const rules: fc.Arbitrary<readonly RuleIr[]> = fc
  .array(
    fc.record({
      effect: fc.constantFrom("allow" as const, "allow" as const, "deny" as const),
      who,
      branches: fc.array(fc.record({ operations, except: operations, condition: condition(1) }), {
        minLength: 1,
        maxLength: 2,
      }),
      from: fc.option(fc.constantFrom(0, 2_000_000), { nil: undefined, freq: 3 }),
      shadow: fc.constantFrom(false, false, false, true),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((many) =>
    many.map(({ from, ...each }, index) => rule({ id: `r${index}`, ...each, ...(from === undefined ? {} : { from }) })),
  );

const operation = fc.constantFrom(
  { kind: "tool", server: "fs", name: "read" } as const,
  { kind: "tool", server: "live", name: "read" } as const,
  { kind: "tool", server: "live", name: "remove" } as const,
  { kind: "resource", server: "fs", uri: "file:///w/a.md" } as const,
  { kind: "resource", server: "fs", uri: "file:///w/../etc" } as const,
  { kind: "completion", server: "fs" } as const,
);

/** Some callers are about tools that a random `except` takes away: branches of both servers, roles that include each other. */
function whole(random: readonly RuleIr[]): PolicyIr {
  const { servers } = policy([]);
  const live = { name: "live", untyped: true, trusted: false, tools: {}, prompts: [] };
  return {
    version: IR_VERSION,
    servers: [...servers, live],
    roles: { dev: ["dev"], lead: ["dev", "lead"] },
    principal: {},
    context: {},
    rules: random,
  };
}

test("whole policies: all engines give the same decision", () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(rules, operation, args, past, (random, asked, given, remembered) => {
      const ir = whole(random);
      const request = call(given, { operation: asked, principal, state: remembered });
      const loaded = [interpreterEngine, closureEngine, generatedEngine].map((engine) => load(ir, engine));
      const [interpreted, closures, generated] = loaded.map((each) => each.decide(request));
      const is = interpreted!.effect === "allow";
      for (const { permits, authorizes, bind } of loaded) {
        const bound = bind(request.principal);
        const { principal: _, ...bare } = request;
        const answers = [permits(request), authorizes(request), bound.permits(bare), bound.authorizes(bare)];
        expect(answers).toEqual([is, is, is, is]);
        if (asked.kind !== "tool") continue;
        const { server, name } = asked;
        expect(bound.permitsTool(server, name, given, bare.context, remembered)).toBe(is);
        expect(bound.authorizesTool(server, name, given, bare.context, remembered)).toBe(is);
      }
      // Where an engine denied what the interpreter would allow the decision would be a fault.
      expect(interpreted!.kept.fault).toBeUndefined();
      expect(closures).toEqual(interpreted);
      expect(generated).toEqual(interpreted);
      seen.set(interpreted!.reason, (seen.get(interpreted!.reason) ?? 0) + 1);
    }),
    { numRuns: 800 },
  );
  for (const reason of ["rule", "unknown", "default", "unknown-operation"])
    expect(seen.get(reason), reason).toBeGreaterThan(10);
});

/** Whether the argument of a type, `p1` or `n1`, compares so with a constant. */
function constantAsked(operator: string, as: Type, value: Value): ConditionIr {
  const list: Type = { kind: "list", element: as };
  const left: OperandIr = { kind: "reference", root: "args", path: [as.kind === "path" ? "p1" : "n1"], as };
  const right: OperandIr = { kind: "constant", value, as: Array.isArray(value) ? list : as };
  const operand: OperandIr = { kind: "apply", operator, operands: [left, right], as: { kind: "bool" } };
  return { kind: "atom", operand, at: { place, text: operator } };
}

const under = (directories: string[]): ConditionIr => constantAsked("under", { kind: "path" }, directories);

/** Rules that ask one argument for a constant, or for a place, as tables of rules do; in half of the tables some ask for more than the caller. */
const table = fc.array(
  fc.record({
    effect: fc.constantFrom("allow" as const, "allow" as const, "deny" as const),
    who,
    first: fc.constantFrom<[string, Type, Value]>(
      ["under", { kind: "path" }, ["/w"]],
      ["under", { kind: "path" }, ["/w/a", "/etc"]],
      ["under", { kind: "path" }, ["/"]],
      ["equal", { kind: "number" }, 1],
      ["equal", { kind: "number" }, 2.5],
      ["in-list", { kind: "number" }, [0, -3]],
    ),
    more: fc.option(condition(1), { nil: undefined, freq: 3 }),
    from: fc.option(fc.constantFrom(0, 2_000_000), { nil: undefined, freq: 5 }),
  }),
  { minLength: 16, maxLength: 40 },
);

const rows: fc.Arbitrary<readonly RuleIr[]> = fc.tuple(table, fc.boolean()).map(([many, asksMore]) =>
  many.map(({ effect, who, first: [operator, as, value], ...further }, index) => {
    const { more, from } = asksMore ? further : { more: undefined, from: undefined };
    const atom = constantAsked(operator, as, value);
    const asked: ConditionIr = more === undefined ? atom : { kind: "and", parts: [more, atom] };
    return rule({ id: `r${index}`, effect, who, ...(from === undefined ? {} : { from }) }, asked);
  }),
);

const callers = fc.constantFrom(
  principal,
  { ...principal, roles: ["constructor", "lead"] },
  { ...principal, id: "bob", roles: ["r7"] },
);

/** More roles than fit into the bits of a number. */
const further = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`r${index}`, [`r${index}`]]));

test("many rules about one tool: those that are looked up are those that apply", () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(rows, fc.boolean(), callers, args, past, (random, areRolesMany, asking, given, remembered) => {
      const few = whole(random);
      const ir = areRolesMany ? { ...few, roles: { ...few.roles, ...further } } : few;
      const request = call(given, { principal: asking, state: remembered });
      const { decide, authorizes } = load(ir, generatedEngine);
      const decision = decide(request);
      expect(decision.kept.fault).toBeUndefined();
      expect(authorizes(request)).toBe(decision.effect === "allow");
      expect(decision).toEqual(load(ir, interpreterEngine).decide(request));
      seen.set(decision.effect, (seen.get(decision.effect) ?? 0) + 1);
    }),
    { numRuns: 400 },
  );
  for (const effect of ["allow", "deny"]) expect(seen.get(effect), effect).toBeGreaterThan(10);
});

test("directories of very many lengths are looked up segment by segment", () => {
  const directories = Array.from({ length: 70 }, (_, depth) => `/w${"/ab".repeat(depth)}${"c".repeat(depth % 3)}`);
  const anyone = { anyone: true, roles: [], ids: [] };
  const ir = whole(
    directories.map((directory, index) =>
      rule({ id: `r${index}`, effect: index % 4 === 3 ? "deny" : "allow", who: anyone }, under([`${directory}/x`])),
    ),
  );
  const { decide, authorizes } = load(ir, generatedEngine);
  const reference = load(ir, interpreterEngine);
  for (const directory of directories) {
    for (const rest of ["", "/", "/x", "/xy", "/x/", "/x/y", "/x/../y", "/y", "/x/ab/ab", "/x//y"]) {
      const request = call({ p1: `${directory}${rest}` });
      const decision = reference.decide(request);
      expect(decide(request), directory + rest).toEqual(decision);
      expect(authorizes(request), directory + rest).toBe(decision.effect === "allow");
    }
  }
});

test.each([
  ["of two lengths, by their lengths", (index: number) => `${index}`, ".charCodeAt("],
  ["of many lengths, by each `/`", (index: number) => (index < 20 ? "x".repeat(20 + index) : `${index}`), ".indexOf("],
])("a table of directories %s is looked up, not asked one by one", (_, name, form) => {
  const at = (index: number): ConditionIr => under([`/data/${name(index)}`]);
  const many = Array.from({ length: 100 }, (_, index) => rule({ id: `r${index}`, effect: "allow" }, at(index)));
  const code = toJavascript(policy(many));
  expect(code).toContain('["/data/99", ');
  expect(code).not.toContain("startsWith");
  expect(code).toContain(form);
  const engine = generatedEngine(policy(many));
  const asked = (p1: string) => engine.permits(call({ p1 }), caller);
  expect(
    [
      `/data/${name(7)}`,
      "/data/99/a/b",
      "/data/100",
      "/data",
      `/data/${name(7)}y`,
      `/data/${name(1)}${"/a".repeat(10_000)}`,
    ].map(asked),
  ).toEqual([true, true, false, false, false, true]);
});

test.each([
  ["generated", generatedEngine],
  ["closures", closureEngine],
] as const)("%s: what cannot be compiled is a fault, each time, and takes nothing else with it", (_, make) => {
  const operator = { kind: "apply", operator: "gone", operands: [], as: { kind: "bool" } } as unknown as OperandIr;
  const broken: ConditionIr = { kind: "atom", operand: operator, at: { place, text: "gone" } };
  const about = (name: string, condition: ConditionIr): RuleIr =>
    rule({
      id: name,
      effect: "allow",
      branches: [{ operations: [{ kind: "tool", server: name, name: "read" }], except: [], condition }],
    });
  const servers = ["good", "bad"].map((name): ServerIr => ({ ...server, name }));
  const always: ConditionIr = { kind: "constant", truth: true };
  const engine = make(policy([about("good", always), about("bad", always), about("bad", broken)], { servers }));
  const asked = (name: string) => call({}, { operation: { kind: "tool", server: name, name: "read" } });
  for (let time = 0; time < 2; time++) {
    expect(engine.permits(asked("good"), caller)).toBe(true);
    expect(() => engine.permits(asked("bad"), caller)).toThrow();
    expect(() => engine.applying(asked("bad"), caller)).toThrow();
    expect(engine.permits(asked("unknown"), caller)).toBe(false);
  }
});

test("a policy does not load where code may not be made, though its code would be made later", () => {
  const servers = ["a", "b"].map((name): ServerIr => ({ ...server, name }));
  class Forbidden {
    constructor() {
      throw new EvalError("Code generation from strings disallowed for this context");
    }
  }
  vi.stubGlobal("Function", Forbidden);
  try {
    expect(() => load(policy([], { servers }), generatedEngine)).toThrow("Code generation");
  } finally {
    vi.unstubAllGlobals();
  }
});

test.for([
  ["few", 2, 3, 'case "t1": return'],
  ["many", 2, 40, ".get(name) ?? "],
  ["on very many servers", 40, 2, "tools.get(server)"],
] as const)("tools are found by server and name: %s", async ([, serverCount, toolCount, form]) => {
  const named = (letter: string, count: number): readonly string[] =>
    Array.from({ length: count }, (_, index) => `${letter}${index}`);
  const names = named("t", toolCount);
  const typed = named("s", serverCount).map((name): ServerIr => {
    const pinned = server.tools["read"] as ServerIr["tools"][string];
    return { ...server, name, tools: Object.fromEntries(names.map((tool) => [tool, pinned])) };
  });
  const live: ServerIr = { ...server, name: "live", untyped: true, tools: {} };
  const even = typed.flatMap(({ name: of }, at) =>
    names.filter((_, index) => (at + index) % 2 === 0).map((name) => ({ kind: "tool", server: of, name }) as const),
  );
  const allowed = [...even, { kind: "tool", server: "live", pattern: "t*" } as const];
  const operation = { kind: "tool", server: "live", name: "t1" } as const;
  const about = (operations: RuleIr["branches"][number]["operations"]) => {
    return [{ operations, except: [], condition: { kind: "constant", truth: true } as const }];
  };
  const ir = policy(
    [
      rule({ id: "a", effect: "allow", branches: about(allowed) }),
      rule({ id: "d", effect: "deny", branches: about([operation]) }),
    ],
    { servers: [...typed, live] },
  );
  const code = toJavascript(ir);
  expect(code).toContain(form);
  // The engine makes code for each server; the module has all of them in one.
  const { default: makeModule } = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as {
    readonly default: (given: typeof kit) => Engine;
  };
  const engines = [makeModule(kit), ...[generatedEngine, closureEngine, interpreterEngine].map((make) => make(ir))];
  const seen = new Set<boolean>();
  for (const of of [...named("s", serverCount + 1), "live", "constructor", ""]) {
    for (const name of [...named("t", toolCount + 1), "read", "__proto__", "constructor", ""]) {
      const request = call({}, { operation: { kind: "tool", server: of, name } });
      const [expected, ...others] = engines.map((engine) => engine.permits(request, caller));
      expect(others, `${of}.${name}`).toEqual([expected, expected, expected]);
      seen.add(expected as boolean);
    }
  }
  expect(seen).toEqual(new Set([true, false]));
});

test("the engine that was asked for is the one that decides", () => {
  const applying = vi.fn((given: readonly number[] | undefined) => given);
  const spied: EngineFactory = (ir) => {
    const engine = generatedEngine(ir);
    return { ...engine, name: "spied", applying: (request, asking) => applying(engine.applying(request, asking)) };
  };
  const loaded = load(policy([rule({ id: "a", effect: "allow" })]), spied);
  expect(loaded.decide(call({})).effect).toBe("allow");
  expect(applying).toHaveBeenCalledOnce();

  applying.mockReturnValue(undefined);
  const decision = loaded.decide(call({}));
  expect(decision).toMatchObject({ effect: "deny", reason: "fault" });
  expect(decision.kept.fault).toContain("disagree");
});
