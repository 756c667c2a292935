import { callerKeyOf, type EngineFactory, IR_VERSION, type PolicyIr, type RuleIr } from "@mcpolicy/core";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { closureEngine } from "../../runtime/src/index.ts";
import { call, load, now, policy, rule } from "../../runtime/test/small-policies.ts";
import { generatedEngine, simplify } from "../src/index.ts";
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

test("whole policies: both engines give the same decision, which is the interpreter's", () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(rules, operation, args, past, (random, asked, given, remembered) => {
      const ir = whole(random);
      const request = call(given, { operation: asked, principal, state: remembered });
      const [closures, generated] = [load(ir, closureEngine), load(ir, generatedEngine)].map((each) =>
        each.decide(request),
      );
      // Where an engine disagreed with the interpreter the decision would be a fault.
      expect(closures!.kept.fault).toBeUndefined();
      expect(generated).toEqual(closures);
      seen.set(closures!.reason, (seen.get(closures!.reason) ?? 0) + 1);
    }),
    { numRuns: 1500 },
  );
  for (const reason of ["rule", "unknown", "default", "unknown-operation"])
    expect(seen.get(reason), reason).toBeGreaterThan(10);
});

test("the engine that was asked for is the one that decides", () => {
  const permits = vi.fn();
  const spied: EngineFactory = (ir) => {
    const engine = generatedEngine(ir);
    return { name: "spied", permits: (request) => permits(request) ?? engine.permits(request) };
  };
  const loaded = load(policy([rule({ id: "a", effect: "allow" })]), spied);
  expect(loaded.decide(call({})).effect).toBe("allow");
  expect(permits).toHaveBeenCalledOnce();

  permits.mockReturnValue(false);
  const decision = loaded.decide(call({}));
  expect(decision).toMatchObject({ effect: "deny", reason: "fault" });
  expect(decision.kept.fault).toContain("disagree");
});
