import type { JsonObject, Value } from "@mcpolicy/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { methods } from "../../src/methods/methods.ts";
import { policyText, tool } from "../policy-text.ts";
import { dev, serving, wired } from "../wired.ts";

const path = { path: { type: "string" } };
const listing = {
  tools: [
    tool("read", path, ["path"]),
    tool("write", { ...path, text: { type: "string" } }, ["path"]),
    tool("ask"),
    tool("secret"),
  ],
  prompts: [{ name: "greet", arguments: [{ name: "who" }] }],
  resources: [{ uri: "file:///w/a", name: "a" }],
  resourceTemplates: [{ uriTemplate: "file:///w/{name}", name: "t" }],
};

/** Statements of which any may stand in a policy. */
const statements = [
  'allow "reads" developer to fs.read',
  'allow "some writes" developer to fs.write when args.path under "/w"',
  'allow "ask" anyone to fs.ask',
  'allow "all" anyone to fs.*',
  'deny "no secret" fs.secret',
  'deny "not there" fs.read, fs.write when args.path under "/w/shut"',
  'deny "nobody writes" fs.write',
  'deny "strangers" fs.* when principal.id == "eve"',
  'allow "files" developer to resource fs "file:///w/**"',
  'deny "shut" resource fs "file:///w/shut/**"',
  'allow "greet" developer to prompt fs.greet',
  'limit "few" fs.read to 3 per 1h per principal',
  'deny "after" fs.ask when called fs.write in last 1h',
  'deny "no keys" result of fs.read when result.text contains "KEY"',
  "redact email-address in result of fs.*",
  "label seen on fs.read for 1h",
  'deny "seen" fs.write when carries seen',
  'allow "may ask" developer to elicitation by fs, sampling by fs, roots for fs, completion fs',
];

const policies = fc
  .subarray(statements, { minLength: 8 })
  .map((chosen) =>
    chosen.some((each) => each.includes("carries seen")) ? [...new Set([...chosen, statements[15]!])] : chosen,
  )
  .map((chosen) =>
    policyText(
      ['server fs from "fs.json"', "capability nothing { fs.ask }", "role developer { nothing }", ...chosen].join("\n"),
      { "fs.json": listing },
    ),
  );

const paths = fc.constantFrom("/w/a", "/w/shut/b", "/etc/passwd", "/w/../etc", "");
const callers = fc.constantFrom(dev, dev, dev, { id: "eve", roles: ["developer"] }, { id: "x", roles: [] }, undefined);
const calls = fc.oneof(
  { weight: 3, arbitrary: fc.record({ name: fc.constant("read"), arguments: fc.record({ path: paths }) }) },
  fc.record({ name: fc.constant("write"), arguments: fc.record({ path: paths, text: fc.string() }) }),
  fc.record({ name: fc.constantFrom("ask", "secret", "nothing"), arguments: fc.constant({}) }),
  fc.record({
    name: fc.constantFrom("read", "write", "ask"),
    arguments: fc.jsonValue() as fc.Arbitrary<JsonObject>,
  }),
);

it("the list holds everything that can be called, read and got", async () => {
  let reached = 0;
  await fc.assert(
    fc.asyncProperty(
      policies,
      callers,
      fc.array(calls, { minLength: 1, maxLength: 8 }),
      async (policy, principal, asked) => {
        const script = {
          ...serving(listing),
          "resources/read": ({ uri }: JsonObject) => ({ contents: [{ uri: uri as string, text: "x" }] }),
          "prompts/get": () => ({ messages: [] }),
        };
        const w = wired({ policy, server: "fs", script, caller: () => ({ principal }) });
        const listed = async (method: string, member: string, name: string): Promise<readonly unknown[]> => {
          const { result } = (await w.ask(method)) as { result?: Record<string, JsonObject[]> };
          return (result?.[member] ?? []).map((each) => each[name]);
        };
        const tools = await listed("tools/list", "tools", "name");
        for (const each of asked) await w.ask("tools/call", each as JsonObject);
        reached += w.forwarded("tools/call").length;
        for (const { params } of w.forwarded("tools/call")) expect(tools).toContain((params as JsonObject)["name"]);

        await w.ask("prompts/get", { name: "greet" });
        if (w.forwarded("prompts/get").length > 0)
          expect(await listed("prompts/list", "prompts", "name")).toContain("greet");
        await w.ask("resources/read", { uri: "file:///w/a" });
        if (w.forwarded("resources/read").length > 0) {
          expect(await listed("resources/list", "resources", "uri")).toContain("file:///w/a");
          expect(await listed("resources/templates/list", "resourceTemplates", "name")).toContain("t");
        }
      },
    ),
    { numRuns: 60 },
  );
  expect(reached).toBeGreaterThan(20);
});

const names = [...new Set(methods.map(({ method }) => method)), "nothing/such", "__proto__", ""];
/** Methods with what they carry when they are right. */
const right: readonly (readonly [string, JsonObject])[] = [
  ["initialize", { protocolVersion: "2025-11-25", capabilities: { sampling: {}, elicitation: {}, roots: {} } }],
  ["tools/call", { name: "read", arguments: { path: "/w/a" } }],
  ["tools/call", { name: "ask", arguments: {} }],
  ["resources/read", { uri: "file:///w/a" }],
  ["resources/subscribe", { uri: "file:///w/a" }],
  ["prompts/get", { name: "greet", arguments: { who: "x" } }],
  ["completion/complete", { ref: { type: "ref/prompt", name: "greet" }, argument: { name: "who", value: "" } }],
  ["logging/setLevel", { level: "info" }],
  ["roots/list", {}],
  ["elicitation/create", { message: "Who?", requestedSchema: { type: "object", properties: {} } }],
  ["sampling/createMessage", { messages: [], maxTokens: 10 }],
  ["ping", {}],
  ["tools/list", {}],
];
const ids = fc.constantFrom<unknown>(1, 2, 3, 4, 5, "1", "a", "__proto__", null, 1.5, undefined);
const odd = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(
    { uri: "file:///w/a" },
    { name: "read", arguments: { path: "/w/a" } },
    { taskId: "t" },
    { requestId: 1 },
    { progressToken: 1, progress: 1 },
  ),
);
const versions = fc.constantFrom(undefined, "2026-07-28", "2030-01-01");

/** Messages of every sort, right and wrong. */
const messages = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(ids, fc.constantFrom(...right))
      .map(([id, [method, params]]) => ({ jsonrpc: "2.0", id, method, params })),
  },
  fc
    .record({ jsonrpc: fc.constant("2.0"), id: ids, method: fc.constantFrom(...names), params: odd, version: versions })
    .map(({ version, params, ...rest }) => ({
      ...rest,
      params:
        version === undefined || typeof params !== "object" || params === null
          ? params
          : {
              ...params,
              _meta: {
                "io.modelcontextprotocol/protocolVersion": version,
                "io.modelcontextprotocol/clientCapabilities": {},
              },
            },
    })),
  fc.record({ jsonrpc: fc.constant("2.0"), id: ids, result: odd }),
  fc.record({
    jsonrpc: fc.constant("2.0"),
    id: ids,
    error: fc.oneof(odd, fc.record({ code: fc.integer(), message: fc.string() })),
  }),
  fc.jsonValue(),
);

it("whatever either side says: nothing throws or hangs, each request has one answer, and nothing goes on without a decision", async () => {
  let reached = 0;
  await fc.assert(
    fc.asyncProperty(
      policies,
      callers,
      fc.array(fc.tuple(fc.constantFrom("client", "client then quiet", "server"), messages), {
        size: "max",
        minLength: 1,
        maxLength: 30,
      }),
      async (policy, principal, said) => {
        const w = wired({ policy, server: "fs", script: serving(listing), caller: () => ({ principal }) });
        const ids = new Set<Value>();
        const clean = (message: unknown): Value => JSON.parse(JSON.stringify(message) ?? "null");
        for (const [from, message] of said) {
          const value = clean(message);
          if (from !== "server") {
            const { id, method } = (value ?? {}) as { id?: Value; method?: unknown };
            if (typeof method === "string" && id !== undefined && id !== null) ids.add(id);
            await w.connection.fromClient(value, { principal }, undefined);
            if (from === "client then quiet") await w.quiet();
          } else await w.connection.fromServer(value, undefined, { caller: { principal } });
        }
        await w.quiet();
        await w.connection.serverEnded();
        expect(w.connection.isIdle).toBe(true);
        const answered = w.atClient.filter((each) => each["method"] === undefined);
        for (const { id } of answered) expect(id === null || ids.has(id as Value)).toBe(true);

        const allowed = new Map<string, number>();
        for (const { method, effect } of w.decisions()) {
          if (effect === "allow") allowed.set(method, (allowed.get(method) ?? 0) + 1);
        }
        const onwards = [...w.atServer, ...w.atClient].filter(({ method }) => typeof method === "string");
        const isOurs = ({ method, params }: JsonObject): boolean =>
          (method === "tools/list" && (params === undefined || Object.hasOwn(params as object, "cursor"))) ||
          JSON.stringify(params ?? null).includes("no-such-") ||
          isListing(String(method));
        for (const message of onwards) {
          if (isOurs(message)) continue;
          const method = String(message["method"]);
          const left = allowed.get(method) ?? 0;
          expect(left, `${method} went on`).toBeGreaterThan(0);
          allowed.set(method, left - 1);
          reached += 1;
        }
      },
    ),
    { numRuns: 100 },
  );
  expect(reached).toBeGreaterThan(50);
});

/** What our own check of the pins asks. */
function isListing(method: string): boolean {
  return /^(tools|prompts|resources|resources\/templates)\/list$/.test(method);
}
