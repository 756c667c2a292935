import { digestOf, type JsonObject, type PolicyIr, type Value } from "@mcpolicy/core";
import { describe, expect, test } from "vitest";
import { load, policy, rule } from "./small-policies.ts";

const allow = rule({ id: "a", effect: "allow" });
const auditing = (audit?: Readonly<Record<string, Value>>, over: Partial<PolicyIr> = {}) =>
  policy([allow], { ...(audit === undefined ? {} : { deployment: { audit, network: {} } }), ...over });
const record = (ir: PolicyIr) => load(ir).record;

const card = "4111 1111 1111 1111";
const args: JsonObject = { path: "/w/a", note: `pay with ${card}`, [card]: 1 };
const masked = { path: "/w/a", note: "pay with [redacted]", "[redacted]": 1 };
const digests = (values: JsonObject) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, digestOf(value)]));

describe("of arguments a record keeps", () => {
  // biome-ignore format: table
  test.for([
    ["digests, unless said",         auditing(),                                          { kept: "hashed", digests: digests(args) }],
    ["digests, unless more is said", auditing({ results: "full" }),                       { kept: "hashed", digests: digests(args) }],
    ["names",                        auditing({ arguments: "keys" }),                     { kept: "keys", names: Object.keys(args) }],
    ["all of them",                  auditing({ arguments: "full" }),                     { kept: "full", values: args }],
    ["what is not masked",           auditing({ arguments: "full", redact: ["card"] }),   { kept: "full", values: masked }],
    ["digests of what is masked",    auditing({ arguments: "hashed", redact: ["card"] }), { kept: "hashed", digests: digests(masked) }],
    ["names that are masked",        auditing({ arguments: "keys", redact: ["card"] }),   { kept: "keys", names: Object.keys(masked) }],
    ["the least that any policy says", auditing({ arguments: "full" }, { narrows: [auditing({ arguments: "keys", redact: ["card"] })] }), { kept: "keys", names: Object.keys(masked) }],
    ["what any masks",               auditing({ arguments: "full", redact: [{ regex: "/w/[a-z]" }] }, { narrows: [auditing({ redact: ["card"] })] }), { kept: "full", values: { ...masked, path: "[redacted]" } }],
  ] as const)("%s", ([, ir, kept]) => expect(record(ir).arguments(args)).toEqual(kept));

  test("nothing, where they are no JSON", () => {
    expect(record(auditing()).arguments({ a: Number.NaN })).toEqual({ kept: "keys", names: [] });
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
