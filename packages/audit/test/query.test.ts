import type { AuditRecord } from "@mcpolicy/core";
import { expect, test } from "vitest";
import { matcher, type Query, recordLine } from "../src/index.ts";
import { decision } from "./records.ts";

const caller = { id: "ann", client: "ide", tenant: "acme", roles: ["lead", "developer"] };
const outcome = (n: number, more: object = {}): AuditRecord => ({
  ...{
    kind: "outcome",
    at: decision(n).at + 1,
    id: `call ${n}`,
    server: "fs",
    ended: "result",
    rules: [],
    duration: 1,
  },
  ...more,
});

const log: readonly AuditRecord[] = [
  { kind: "notice", at: 0, what: "started", text: "Hello" },
  decision(1),
  decision(2, { caller, operation: { kind: "tool", server: "fs", name: "write_file" }, trace: "t2" }),
  outcome(2, { ended: "error" }),
  outcome(1),
  decision(3, { effect: "deny", reason: "limit", rules: [{ id: "few", matched: "true" }], caller }),
  decision(4, { method: "resources/read", operation: { kind: "resource", server: "web", uri: "x" }, server: "web" }),
  decision(5, { shadow: [{ id: "soon", matched: "unknown" }], policy: "sha256-1" }),
  outcome(5, { ended: "withheld", reason: "output", rules: [{ id: "secret", matched: "true" }] }),
];

// biome-ignore format: table
test.each<[string, Query, readonly number[]]>([
  ["everything",              {},                                        [0, 1, 2, 3, 4, 5, 6, 7, 8]],
  ["a caller, with outcomes", { caller: "ann" },                         [2, 3, 5]],
  ["a client",                { client: "ide" },                         [2, 3, 5]],
  ["a tenant",                { tenant: "acme" },                        [2, 3, 5]],
  ["a role",                  { role: "lead" },                          [2, 3, 5]],
  ["another caller",          { caller: "bob" },                         []],
  ["a tool",                  { tool: "fs.write_file" },                 [2, 3]],
  ["tools by pattern",        { tool: "fs.*" },                          [1, 2, 3, 4, 5, 7, 8]],
  ["tools by a pattern with two stars", { tool: "*s.*e*" },              [1, 2, 3, 4, 5, 7, 8]],
  ["a pattern that is too long", { tool: "fs.read*read" },               []],
  ["a method",                { method: "resources/read" },              [6]],
  ["an effect",               { effect: "deny" },                        [5]],
  ["a reason",                { reason: "limit" },                       [5]],
  ["a reason of an outcome",  { reason: "output" },                      [8]],
  ["a rule",                  { rule: "few" },                           [5]],
  ["a rule in shadow",        { rule: "soon" },                          [7]],
  ["a rule about results",    { rule: "secret" },                        [8]],
  ["how it ended",            { ended: "error" },                        [3]],
  ["whose call ended so",     { caller: "dev", ended: "withheld" },      [8]],
  ["a notice",                { what: "started" },                       [0]],
  ["a kind",                  { kind: "outcome" },                       [3, 4, 8]],
  ["an id",                   { id: "call 2" },                          [2, 3]],
  ["a server",                { server: "web" },                         [6]],
  ["a policy",                { policy: "sha256-1" },                    [7, 8]],
  ["a trace",                 { trace: "t2" },                           [2, 3]],
  ["a time",                  { since: decision(2).at, until: decision(3).at }, [2, 4]],
  ["a text, whatever its case", { text: "hELLO" },                       [0]],
  ["several at once",         { caller: "ann", effect: "allow" },        [2, 3]],
  ["what else has to hold",   { fits: ({ id }) => id === "call 5" },     [7, 8]],
])("%s", (_what, query, wanted) => {
  const fits = matcher(query);
  expect(log.flatMap((record, index) => (fits(record, recordLine(record)) ? [index] : []))).toEqual(wanted);
});
