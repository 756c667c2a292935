import type { AuditRecord, Context, DecisionRecord, JsonObject, PolicyIr, Principal, RequireIr } from "@mcpolicy/core";
import { describe, expect, test } from "vitest";
import {
  decideAlike,
  everyAbility,
  type LoadedPolicy,
  loadPolicy,
  memoryDriver,
  withState,
} from "../../runtime/src/index.ts";
import { always, flag, head, load, policy, rule, tool } from "../../runtime/test/small-policies.ts";
import { Replay, type ReplayOptions, type ReplayReport } from "../src/index.ts";

const allow = rule({ id: "a", effect: "allow" });
const permissive = policy([allow]);
const byFlag = policy([rule({ id: "a", effect: "allow" }, flag("x"))]);
const strict = policy([allow, rule({ id: "d", effect: "deny", because: "no" }, flag("x"))]);
const silent = policy([]);
const keepsAll = { deployment: { audit: { arguments: "full" }, network: {} } } as const;
const full = (ir: PolicyIr): PolicyIr => ({ ...ir, ...keepsAll });

const ann: Principal = { id: "ann", roles: ["dev"], team: "core", tenant: "acme" };

/** What a host would write of a call. */
function recorded(
  by: LoadedPolicy,
  n: number,
  args: JsonObject,
  more: Partial<DecisionRecord> & { readonly facts?: Context } = {},
): DecisionRecord {
  const { facts, ...over } = more;
  const at = 1_000_000 + 1_000 * n;
  const context = { time: at, ...facts };
  const { effect, reason, rules } = by.decide({ principal: ann, operation: tool, arguments: args, context });
  const salt = () => new Uint8Array(32);
  const kept = by.record.context(context, salt);
  return {
    kind: "decision",
    at,
    id: `call ${n}`,
    server: "fs",
    from: "client",
    method: "tools/call",
    era: "legacy",
    caller: by.record.caller(ann, salt),
    operation: tool,
    effect,
    reason,
    rules: rules.map(({ id, matched }) => ({ id, matched })),
    policy: by.digest,
    pin: "sha256-0",
    arguments: by.record.arguments(args, salt),
    ...(kept === undefined ? {} : { context: kept }),
    ...over,
  };
}

async function replay(ir: PolicyIr, records: readonly AuditRecord[], was?: PolicyIr): Promise<ReplayReport> {
  const loaded = load(ir);
  const options: ReplayOptions = {
    policy: loaded,
    memory: withState(loaded, memoryDriver(loaded.windows)),
    attributes: Object.keys(ir.principal),
    facts: Object.keys(ir.context),
    ...(was === undefined
      ? {}
      : {
          was: {
            digest: load(was).digest,
            attributes: Object.keys(was.principal),
            facts: Object.keys(was.context),
            decidesAlike: decideAlike(was, ir),
            validatesAlike: () => true,
          },
        }),
  };
  const run = new Replay(options);
  for (const [index, record] of records.entries()) await run.take(record, index);
  return run.report();
}

const base = {
  unchanged: 0,
  changed: 0,
  changes: {},
  groups: [],
  furtherChanges: 0,
  notReplayed: {},
  withoutValues: 0,
  withMemory: 0,
  gaps: { calls: 0, results: 0, diverged: 0 },
};

describe("with the values at hand", () => {
  const was = load(full(permissive));
  const records = [recorded(was, 0, { x: true }), recorded(was, 1, { x: false }), recorded(was, 2, { x: true })];

  test("decisions that stay, and those that would change, with what makes them", async () => {
    expect(await replay(strict, records)).toEqual({
      ...base,
      decisions: 3,
      unchanged: 1,
      changed: 2,
      changes: { "allow→deny": 2 },
      groups: [
        {
          ...{ from: "allow", to: "deny", operation: "fs.read", reason: "rule", rules: ["d"], count: 2 },
          first: { index: 0, id: "call 0", at: 1_000_000, caller: "ann" },
        },
      ],
    });
  });

  test("nothing changes under the same policy", async () => {
    expect(await replay(full(permissive), records)).toEqual({ ...base, decisions: 3, unchanged: 3 });
  });

  test("denials that would be let through", async () => {
    const denials = [recorded(load(full(silent)), 0, { x: true }), recorded(load(full(byFlag)), 1, { x: false })];
    expect(await replay(permissive, denials)).toMatchObject({ changed: 2, changes: { "deny→allow": 2 } });
  });

  test("callers that nobody knows, and what comes without arguments", async () => {
    const { caller: _caller, arguments: _arguments, ...nobody } = recorded(was, 0, {});
    const read = { ...nobody, operation: { kind: "sampling", server: "fs" } } as DecisionRecord;
    const report = await replay(permissive, [{ ...read, effect: "unauthenticated", reason: "unauthenticated" }]);
    expect(report).toMatchObject({ unchanged: 1, notReplayed: {} });
  });

  test("groups of changes are told apart by operation and rules, and counted beyond the most", async () => {
    const many = Array.from({ length: 10_005 }, (_, n) =>
      recorded(was, n, {}, { operation: { ...tool, name: `t${n}` } }),
    );
    const report = await replay(silent, many);
    expect(report.groups).toHaveLength(10_000);
    expect(report).toMatchObject({ changed: 10_005, furtherChanges: 5 });
  });
});

describe("without the values", () => {
  const hashed = load(permissive);
  const records = [recorded(hashed, 0, { x: true }), recorded(hashed, 1, {})];

  test("what hangs on them is not replayed, and told why", async () => {
    expect(records[0]?.arguments).toMatchObject({ kept: "hashed" });
    // The second has no arguments at all: there is nothing that was not kept, and what is not there may be anything to a deny.
    expect(await replay(strict, records)).toMatchObject({ changes: { "allow→deny": 1 }, notReplayed: { values: 1 } });
  });

  test("what does not is replayed", async () => {
    expect(await replay(silent, records)).toMatchObject({ changed: 2, changes: { "allow→deny": 2 }, withoutValues: 1 });
    expect(await replay(policy([allow, rule({ id: "b", effect: "allow" }, flag("x"))]), records)).toMatchObject({
      unchanged: 2,
      withoutValues: 1,
      notReplayed: {},
    });
  });

  test("what both policies say alike is replayed, where the one that decided is at hand", async () => {
    const was = byFlag;
    const decided = [recorded(load(was), 0, { x: true }), recorded(load(was), 1, { x: false })];
    const elsewhere = [{ operations: [{ ...tool, name: "write" }], except: [], condition: always }];
    const now = { ...was, rules: [...was.rules, rule({ id: "w", effect: "deny", branches: elsewhere })] };
    expect(await replay(now, decided)).toMatchObject({ notReplayed: { values: 2 } });
    expect(await replay(now, decided, was)).toMatchObject({ unchanged: 2, withoutValues: 2, notReplayed: {} });
    expect(await replay(now, decided, permissive), "another policy decided").toMatchObject({
      notReplayed: { values: 2 },
    });
  });

  test("an allow is not foreseen where arguments may be invalid now", async () => {
    const narrowed = (schema: object): PolicyIr => ({
      ...permissive,
      servers: permissive.servers.map((server) => ({
        ...server,
        tools: { read: { ...server.tools["read"]!, ...schema } },
      })),
    });
    const [record] = records as [DecisionRecord];
    expect(await replay(narrowed({ schema: { allOf: [{ required: ["y"] }] } }), [record])).toMatchObject({
      notReplayed: { values: 1 },
    });
    expect(await replay(narrowed({ digest: "sha256-9" }), [record])).toMatchObject({ notReplayed: { values: 1 } });
    expect(await replay(permissive, [{ ...record, effect: "invalid", reason: "invalid" }])).toMatchObject({
      notReplayed: { values: 1 },
    });
  });

  test("values that were masked are told apart", async () => {
    const masking = {
      ...permissive,
      deployment: { audit: { arguments: "full", redact: ["card"] }, network: {} },
    } as const;
    const record = recorded(load(masking), 0, { x: "4111 1111 1111 1111" });
    expect(record.arguments).toMatchObject({ kept: "full", masked: true });
    expect(await replay(strict, [record])).toMatchObject({ notReplayed: { masked: 1 } });
  });
});

describe("facts about callers and of the host", () => {
  const text = { type: { kind: "string" as const }, optional: true };
  const declaring = (audit: "full" | "hashed"): PolicyIr => ({
    ...permissive,
    principal: { team: text },
    context: { ip: text, ticket: text },
    deployment: { audit: { arguments: audit }, network: {} },
  });
  const facts = { time: 0, ticket: "T" };

  test("are used where they were kept", async () => {
    const record = recorded(load(declaring("full")), 0, {}, { facts });
    expect(record.context).toEqual({ kept: "full", values: { ticket: "T" } });
    expect(await replay(declaring("full"), [record])).toMatchObject({ unchanged: 1, notReplayed: {} });
  });

  test("are missed where they were not, or not declared then", async () => {
    expect(await replay(declaring("full"), [recorded(load(declaring("hashed")), 0, {}, { facts })])).toMatchObject({
      notReplayed: { attributes: 1 },
    });
    expect(await replay(declaring("full"), [recorded(load(full(permissive)), 0, {}, { facts })])).toMatchObject({
      notReplayed: { attributes: 1 },
    });
    const { principal: _principal, ...onlyFacts } = declaring("full");
    const asked = {
      ...onlyFacts,
      principal: {},
      rules: [rule({ id: "a", effect: "allow" }, flag("ticket", "context"))],
    };
    expect(await replay(asked, [recorded(load(full(permissive)), 0, { x: 1 })])).toMatchObject({
      notReplayed: { context: 1 },
    });
  });

  test("that a record lacks were not there, where the policy that decided declared them", async () => {
    const record = recorded(load(declaring("full")), 0, {}, { caller: { id: "ann", roles: [] } });
    expect(await replay(declaring("full"), [record])).toMatchObject({ notReplayed: { attributes: 1 } });
    expect(await replay(declaring("full"), [record], declaring("full"))).toMatchObject({ unchanged: 1 });
  });
});

describe("what no policy can be asked again", () => {
  const was = load(full(permissive));
  // biome-ignore format: table
  test.each([
    ["adapter", { reason: "table" }],
    ["adapter", { reason: "pin-mismatch" }],
    ["adapter", { operation: undefined }],
    ["fault",   { reason: "fault" }],
    ["cut",     { operation: { kind: "tool", server: "fs", name: `${"x".repeat(200)}…` } }],
    ["cut",     { operation: { kind: "resource", server: "fs", uri: `${"x".repeat(200)}…` } }],
  ] as const)("%s: %j", async (why, over) => {
    const { operation: _operation, ...rest } = recorded(was, 0, {});
    const record = { ...rest, operation: tool, ...over } as DecisionRecord;
    expect(await replay(permissive, [record])).toEqual({ ...base, decisions: 1, notReplayed: { [why]: 1 } });
  });
});

describe("a policy that remembers", () => {
  const perMinute = (amount: number): PolicyIr => ({
    ...full(permissive),
    limits: [{ ...head("few"), amount, keys: [{ kind: "principal" }], window: { kind: "per", duration: 60_000 } }],
  });
  const was = load(full(permissive));
  const ended = (n: number, more: object = {}): AuditRecord =>
    ({
      ...{
        kind: "outcome",
        at: 1_000_500 + 1_000 * n,
        id: `call ${n}`,
        server: "fs",
        ended: "result",
        rules: [],
        duration: 500,
      },
      result: { kept: "size", size: 7 },
      ...more,
    }) as AuditRecord;

  test("is asked with its memory rebuilt from the log", async () => {
    const records = [0, 1, 2, 3].flatMap((n) => [recorded(was, n, {}), ended(n)]);
    const report = await replay(perMinute(3), records);
    expect(report).toMatchObject({
      unchanged: 3,
      changed: 1,
      withMemory: 4,
      gaps: { calls: 0, results: 3, diverged: 0 },
    });
    expect(report.groups).toMatchObject([
      { from: "allow", to: "deny", reason: "limit", rules: ["few"], first: { index: 6 } },
    ]);
  });

  test("does not know what came of calls that were denied then", async () => {
    const denied = recorded(load(full(silent)), 0, {});
    const atOnce: PolicyIr = {
      ...perMinute(1),
      limits: [{ ...head("one"), amount: 1, keys: [{ kind: "principal" }], window: { kind: "at once" } }],
    };
    const report = await replay(atOnce, [denied, recorded(was, 1, {})]);
    expect(report).toMatchObject({ changes: { "deny→allow": 1 }, unchanged: 1, gaps: { diverged: 1 } });
  });

  test("gives back what calls held that ended somehow", async () => {
    const atOnce: PolicyIr = {
      ...perMinute(1),
      limits: [{ ...head("one"), amount: 1, keys: [{ kind: "principal" }], window: { kind: "at once" } }],
    };
    const calls = [
      recorded(was, 0, {}),
      ended(0, { ended: "lost" }),
      recorded(was, 1, {}),
      ended(1, { ended: "withheld" }),
      recorded(was, 2, {}),
      recorded(was, 3, {}),
    ];
    expect(await replay(atOnce, calls)).toMatchObject({ unchanged: 3, changes: { "allow→deny": 1 } });
  });

  test("lacks what was not kept, and says so", async () => {
    const report = await replay(perMinute(1), [recorded(load(permissive), 0, { x: 1 }), recorded(was, 1, {})]);
    expect(report).toMatchObject({ notReplayed: { values: 1 }, unchanged: 1, gaps: { calls: 1 } });
  });

  test("takes the proofs that came with a request", async () => {
    const approval: RequireIr = {
      ...head("q"),
      duty: { kind: "approval", from: { anyone: false, roles: ["lead"], ids: [] } },
      valid: 60_000,
    };
    const asking: PolicyIr = { ...full(permissive), roles: { lead: ["lead"] }, requires: [approval] };
    const proof = { kind: "approval", id: "p", at: 1_000_000, by: { id: "bob", roles: ["lead"] } } as const;
    const report = await replay(asking, [
      recorded(was, 0, {}, { proofs: [proof] }),
      recorded(was, 1, {}, { proofs: [proof] }),
      recorded(was, 2, {}),
    ]);
    expect(report).toMatchObject({ unchanged: 1, changes: { "allow→ask": 2 } });
  });
});

test("a policy of the language is replayed as it is loaded", () => {
  expect(() =>
    loadPolicy({ mcpolicyArtifact: 1, digest: "", policy: permissive } as never, { abilities: everyAbility }),
  ).toThrow();
});
