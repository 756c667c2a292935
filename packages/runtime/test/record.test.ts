import { type JsonObject, type PolicyIr, recordSalt, saltedDigest, type Value } from "@mcpolicy/core";
import { describe, expect, test } from "vitest";
import { load, policy, rule } from "./small-policies.ts";

const allow = rule({ id: "a", effect: "allow" });
const auditing = (audit?: Readonly<Record<string, Value>>, over: Partial<PolicyIr> = {}) =>
  policy([allow], { ...(audit === undefined ? {} : { deployment: { audit, network: {} } }), ...over });
const record = (ir: PolicyIr) => load(ir).record;

const card = "4111 1111 1111 1111";
const args: JsonObject = { path: "/w/a", note: `pay with ${card}`, [card]: 1 };
const masked = { path: "/w/a", note: "pay with [redacted]", "[redacted]": 1 };
const salt = recordSalt(new Uint8Array(32).fill(7), "record 1");
const digests = (values: JsonObject, path = "/arguments") =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, saltedDigest(salt(`${path}/${name}`), value)]),
  );

describe("of arguments a record keeps", () => {
  // biome-ignore format: table
  test.for([
    ["digests, unless said",         auditing(),                                          { kept: "hashed", digests: digests(args) }],
    ["digests, unless more is said", auditing({ results: "full" }),                       { kept: "hashed", digests: digests(args) }],
    ["names",                        auditing({ arguments: "keys" }),                     { kept: "keys", names: Object.keys(args) }],
    ["all of them",                  auditing({ arguments: "full" }),                     { kept: "full", values: args }],
    ["what is not masked",           auditing({ arguments: "full", redact: ["card"] }),   { kept: "full", values: masked, masked: true }],
    ["digests of what is masked",    auditing({ arguments: "hashed", redact: ["card"] }), { kept: "hashed", digests: digests(masked), masked: true }],
    ["names that are masked",        auditing({ arguments: "keys", redact: ["card"] }),   { kept: "keys", names: Object.keys(masked) }],
    ["the least that any policy says", auditing({ arguments: "full" }, { narrows: [auditing({ arguments: "keys", redact: ["card"] })] }), { kept: "keys", names: Object.keys(masked) }],
    ["what any masks",               auditing({ arguments: "full", redact: [{ regex: "/w/[a-z]" }] }, { narrows: [auditing({ redact: ["card"] })] }), { kept: "full", values: { ...masked, path: "[redacted]" }, masked: true }],
  ] as const)("%s", ([, ir, kept]) => expect(record(ir).arguments(args, salt)).toEqual(kept));

  test("nothing, where they are no JSON", () => {
    expect(record(auditing()).arguments({ a: Number.NaN }, salt)).toEqual({ kept: "keys", names: [] });
  });

  test("names in place of digests, where there is no salt: plain digests of short values can be guessed", () => {
    expect(record(auditing()).arguments(args)).toEqual({ kept: "keys", names: Object.keys(args) });
    expect(record(auditing({ arguments: "full" })).arguments(args)).toEqual({ kept: "full", values: args });
  });
});

describe("of the caller and the context a record keeps", () => {
  const text = { type: { kind: "string" as const }, optional: true };
  const ir = (audit?: Readonly<Record<string, Value>>) =>
    auditing(audit, { principal: { team: text, tenant: text }, context: { time: text, ticket: text } });
  const caller = { id: "ada", client: "agent", roles: ["lead"], tenant: "acme", team: "core", secret: "s" };

  test("who it is, and what the policy declares, as arguments are kept", () => {
    const who = { id: "ada", client: "agent", tenant: "acme", roles: ["lead"] };
    const team = { kept: "hashed", digests: digests({ team: "core" }, "/caller/attributes") };
    expect(record(ir()).caller(caller, salt)).toEqual({ ...who, attributes: team });
    expect(record(ir({ arguments: "full" })).caller(caller, salt)).toEqual({
      ...who,
      attributes: { kept: "full", values: { team: "core" } },
    });
    expect(record(auditing()).caller({ id: "ada", roles: [] })).toEqual({ id: "ada", roles: [] });
  });

  test("what the host says, but the time, which each record has", () => {
    const context = { time: 1, ticket: "T-1", other: "x" };
    expect(record(ir({ arguments: "full" })).context(context, salt)).toEqual({
      kept: "full",
      values: { ticket: "T-1" },
    });
    expect(record(ir()).context({ time: 1 }, salt)).toBeUndefined();
  });
});

describe("of a result a record keeps", () => {
  const result = { content: [{ type: "text", text: `ä ${card}` }] };
  const size = new TextEncoder().encode(JSON.stringify(result)).length;

  test("its size, unless said", () => {
    expect(record(auditing()).result(result)).toEqual({ kept: "size", size });
  });

  test("all that is not masked", () => {
    const sent = { content: [{ type: "text", text: "ä [redacted]" }] };
    expect(record(auditing({ results: "full", redact: ["card"] })).result(result)).toEqual({
      kept: "full",
      size,
      result: sent,
    });
  });
});

// biome-ignore format: table
test.for([
  [{ arguments: "values" },       "P0601"],
  [{ results: 7 },                "P0601"],
  [{ everything: true },          "P0601"],
  [{ redact: "card" },            "P0601"],
  [{ redact: ["cart"] },          "P0604"],
  [{ redact: [{ regex: "(" }] },  "P0604"],
] as const)("%j is not loaded", ([audit, code]) => {
  expect(() => load(auditing(audit))).toThrow(expect.objectContaining({ code }));
});

test("what is said for the record is kept with what `audit` masks", () => {
  expect(record(auditing({ redact: ["card"] })).text(`ticket 7, ${card}`)).toBe("ticket 7, [redacted]");
});
