import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Request } from "@mcpolicy/core";
import { checkPolicy } from "@mcpolicy/language";
import { describe, expect, test } from "vitest";
import { decideByReference, listByReference } from "../src/index.ts";
import { root, withFiles } from "./files.ts";

test("it shares readers, rows, truth and the step of a state with the evaluators, and nothing else", () => {
  const sources = globSync("packages/testing/src/reference*.ts", { cwd: root }).map((file) =>
    readFileSync(join(root, file), "utf8"),
  );
  const imported = sources.flatMap((text) =>
    [...text.matchAll(/^import (type )?[^;]*? from "([^"]+)";/gm)].map(([, type, from]) => `${type ?? ""}${from}`),
  );
  const foreign = imported.filter((from) => !/\.\/reference(-[a-z]+)?\.ts$/.test(from));
  expect(
    foreign.filter((from) => !["@mcpolicy/core", "type @mcpolicy/core", "type @mcpolicy/language"].includes(from)),
  ).toEqual([]);
  const names = sources
    .flatMap((text) =>
      [...text.matchAll(/^import \{([^}]*)\} from "@mcpolicy\/core";/gm)].flatMap(([, list]) => list!.split(",")),
    )
    .map((each) => each.trim())
    .filter((each) => each !== "" && !each.startsWith("type "));
  expect([...new Set(names)].toSorted()).toEqual(
    [
      ...["absent", "all", "and", "any", "denied", "isPossibly", "isSurely", "matchesResource", "not", "read", "step"],
      ...["callerKeyOf", "emptyState", "isCarried", "isRecord", "reasons"],
    ].toSorted(),
  );
});

function policyOf(rules: string) {
  const text = `mcpolicy 1\nserver notes from "tools/notes.json" root "/notes"\nserver wild untyped\nrole lead { }\n${rules}\n`;
  const path = "test-fixtures/decisions/notes/x.mcpolicy";
  const { policy, diagnostics } = checkPolicy([path], withFiles({ [path]: text }));
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return policy!;
}

function call(name: string, args: Request["arguments"], more: Partial<Request> = {}): Request {
  return {
    principal: { id: "ann", roles: ["lead"] },
    operation: { kind: "tool", server: "wild", name },
    arguments: args,
    context: { time: 0 },
    ...more,
  };
}

describe("unknown never grants and never lifts a deny", () => {
  // biome-ignore format: table
  const rows: readonly (readonly [condition: string, args: Request["arguments"], allow: string, deny: string])[] = [
    ['args.path under "/a"',                          { path: "/a/b" },       "allow: rule",   "deny: rule"],
    ['args.path under "/a"',                          { path: "/c" },         "deny: default", "allow: rule"],
    ['args.path under "/a"',                          { path: "/a/../c" },    "deny: default", "deny: unknown"],
    ['args.path under "/a"',                          { path: 7 },            "deny: default", "deny: unknown"],
    ['not (args.path under "/a")',                    { path: "/a/../c" },    "deny: default", "deny: unknown"],
    ['has args.path and (args.path under "/a")',      {},                     "deny: default", "allow: rule"],
    ['(args.path ?? "/a") under "/a"',                {},                     "allow: rule",   "deny: rule"],
    ['(args.path ?? "/a") under "/a"',                { path: null },         "deny: default", "deny: unknown"],
    ['has args.path',                                 { path: null },         "allow: rule",   "deny: rule"],
    ['has args.path.x',                               { path: "text" },       "deny: default", "allow: rule"],
    ['args.n == 1 or (args.path under "/a")',         { n: 1, path: "/.." },  "allow: rule",   "deny: rule"],
    ['args.n == 1 and (args.path under "/a")',        { n: 2, path: "/.." },  "deny: default", "allow: rule"],
    ['every p in args.list: (p under "/a")',          { list: [] },           "allow: rule",   "deny: rule"],
    ['some p in args.list: (p under "/a")',           { list: ["/..", "/a"] }, "allow: rule",  "deny: rule"],
    ['every p in args.list: (p under "/a")',          { list: "/a" },         "deny: default", "deny: unknown"],
    ['args.__proto__ == "x"',                         { path: "x" },          "deny: default", "deny: unknown"],
  ];

  test.for(rows)("%s", ([condition, args, allowed, denied]) => {
    const outcome = (rules: string): string => {
      const { effect, reason } = decideByReference(policyOf(rules), call("x", args), () => []);
      return `${effect}: ${reason}`;
    };
    expect(outcome(`allow "a" anyone to wild.*\n  when ${condition}`)).toBe(allowed);
    expect(outcome(`allow "all" anyone to wild.*\ndeny "d" wild.*\n  when ${condition}`)).toBe(denied);
  });
});

test("an untyped server lists nothing, since nothing is pinned", () => {
  expect(listByReference(policyOf('allow "a" anyone to wild.*'), { id: "ann", roles: [] }, "tool", "wild", 0)).toEqual(
    [],
  );
});

test("nobody is listed nothing", () => {
  const policy = policyOf('allow "a" anyone to notes.*');
  expect(listByReference(policy, undefined, "tool", "notes", 0)).toEqual([]);
  expect(listByReference(policy, { id: "ann", roles: [] }, "tool", "notes", 0)).toEqual([
    "drop_all",
    "read_note",
    "share_note",
    "write_note",
  ]);
});
