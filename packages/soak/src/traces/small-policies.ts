import { type CheckedPolicy, checkPolicy, type Files } from "@mcpolicy/language";
import type { Random } from "../agreement/random.ts";

/** What can be added to a policy, and which way it may move an outcome. */
export const additions = ["allow", "deny", "require", "limit", "check", "label", "redact", "deny result"] as const;

export type Addition = (typeof additions)[number];

/** The declarations of every small policy: one server of three tools, callers with roles. */
const declarations = ['server s from "server.json"', "role user { }", "role lead { user }"] as const;

const listing = JSON.stringify({
  tools: ["a", "b", "c"].map((name) => ({
    name,
    inputSchema: { type: "object", properties: { x: { type: "integer" } } },
    outputSchema: { type: "object", properties: { n: { type: "integer" } } },
  })),
});

/** The text of a policy: a line each statement. */
export function smallText(statements: readonly string[]): string {
  return `mcpolicy 1\n${[...declarations, ...statements].join("\n")}\n`;
}

/** Checks a small policy: the policy, or the places in the list of its statements that have errors. */
export function checkSmall(
  statements: readonly string[],
): { readonly policy: CheckedPolicy } | { readonly wrong: readonly number[] } {
  const text = smallText(statements);
  const files: Files = {
    read: (path) => (path === "policy.mcpolicy" ? text : path === "server.json" ? listing : undefined),
    join: (_, path) => path,
  };
  const { policy, diagnostics, sources } = checkPolicy(["policy.mcpolicy"], files);
  if (policy !== undefined) return { policy };
  const lines = diagnostics
    .filter(({ severity }) => severity === "error")
    .map(({ span }) => sources.get(span.file)?.position(span.start).line ?? 0);
  return { wrong: lines.map((line) => line - 2 - declarations.length) };
}

/** A random small policy without what the checker refuses. */
export function smallPolicy(random: Random): {
  readonly statements: readonly string[];
  readonly policy: CheckedPolicy;
} {
  let statements = drafted(random);
  for (;;) {
    const checked = checkSmall(statements);
    if ("policy" in checked) return { statements, policy: checked.policy };
    const left = statements.filter((_, index) => !checked.wrong.includes(index));
    if (left.length === statements.length) throw new Error(`no policy comes of\n${smallText(statements)}`);
    statements = left;
  }
}

function drafted(random: Random): readonly string[] {
  const some = (most: number, make: (index: number) => string): readonly string[] =>
    Array.from({ length: random.int(0, most) }, (_, index) => make(index));
  const allows = ["s.a", "s.b", "s.c"].filter(() => random.chance(0.85));
  // Half of them are of the kind of promise 3 (c), which knows neither label nor limit nor duty.
  const isPlain = random.chance(0.45);
  return [
    ...allows.map((tool, index) => allow(random, index, tool, isPlain)),
    ...some(2, (index) => deny(random, index, isPlain)),
    ...(isPlain
      ? []
      : [label(random), ...some(1, (index) => require(random, index)), ...some(1, (index) => limit(random, index))]),
    ...(isPlain ? [] : some(1, (index) => denyResult(random, index))),
  ];
}

/** One more statement; its name is no other's. */
export function smallAddition(random: Random, kind: Addition): string {
  switch (kind) {
    case "allow":
      return allow(random, 99, target(random), false);
    case "deny":
      return deny(random, 99, false);
    case "require":
      return require(random, 99);
    case "limit":
      return limit(random, 99);
    case "check":
      return `check ${random.pick(["s.a", "s.b", "s.c"])} { x${random.pick(["", "?"])}: int ${random.pick(["0..1", "2..3"])} }`;
    case "label":
      return label(random);
    case "redact":
      return `let DIGIT = /[0-9]/\nredact "mask 99" ${random.pick(["card", "DIGIT", "DIGIT, iban"])} in result of ${target(random)}`;
    case "deny result":
      return denyResult(random, 99);
  }
}

function target(random: Random): string {
  return random.pick(["s.a", "s.b", "s.c", "s.a, s.b", "s.*"]);
}

const windows = ["30s", "1m", "2m"] as const;
const argument = "(args.x ?? 0) == 1";

function allow(random: Random, index: number, tool: string, isPlain: boolean): string {
  const when = random.chance(0.45) ? "" : ` when ${granting(random, isPlain)}`;
  return `allow "let ${index}" ${random.pick(["anyone", "anyone", "user"])} to ${tool}${when}`;
}

function deny(random: Random, index: number, isPlain: boolean): string {
  const who = random.chance(0.2) ? 'id "v" to ' : "";
  return `deny "no ${index}" ${who}${target(random)} when ${narrowing(random, isPlain)}`;
}

function require(random: Random, index: number): string {
  const duty = random.pick(["approval from lead", "approval from caller", "mfa", "justification", 'duty "look"']);
  const valid = random.chance(0.3) ? " valid 30s" : "";
  return `require "ask ${index}" ${duty} for ${target(random)}${maybe(random)}${valid}`;
}

function limit(random: Random, index: number): string {
  const keys = random.pick(["principal", "everyone", "tool", "principal, tool"]);
  const to = random.pick([
    `1 per ${random.pick(windows)}`,
    `2 per ${random.pick(windows)}`,
    "1 at once",
    `3 of (args.x ?? 1) per ${random.pick(windows)}`,
  ]);
  return `limit "few ${index}" ${target(random)} to ${to} per ${keys}${maybe(random)}`;
}

function label(random: Random): string {
  const when = random.chance(0.3) ? " when has result.n and result.n == 1" : maybe(random);
  return `label hot on ${target(random)}${when} for ${random.pick(windows)}`;
}

function denyResult(random: Random, index: number): string {
  return `deny "hold ${index}" result of ${target(random)} when has result.n and result.n == ${random.pick([1, 2])}`;
}

function maybe(random: Random): string {
  return random.chance(0.5) ? "" : ` when ${narrowing(random, false)}`;
}

/** Conditions of an allow, those among them that the checker must refuse. */
function granting(random: Random, isPlain: boolean): string {
  const last = random.pick(windows);
  const events = eventsOf(random, last);
  return random.pick([
    argument,
    `called ${events}`,
    `completed ${events}`,
    `not (attempted ${events})`,
    `count of attempted ${events} < ${random.int(1, 2)}`,
    `attempted ${events}`,
    `count of attempted ${events} >= 1`,
    ...(isPlain
      ? []
      : [
          `not (called ${events})`,
          "not carries hot",
          "carries hot",
          `count of ${events} < ${random.int(1, 3)}`,
          `count of completed ${events} == 1`,
        ]),
  ]);
}

function narrowing(random: Random, isPlain: boolean): string {
  const last = random.pick(windows);
  const events = eventsOf(random, last);
  return random.pick([
    argument,
    `attempted ${events}`,
    `count of attempted ${events} > ${random.int(0, 2)}`,
    `not (called ${events})`,
    `count of called ${events} < ${random.int(1, 2)}`,
    ...(isPlain
      ? []
      : [
          `called ${events}`,
          `completed ${events}`,
          "carries hot",
          `count of ${events} > ${random.int(0, 2)}`,
          `called s.a since s.b in last ${last}`,
        ]),
  ]);
}

function eventsOf(random: Random, last: string): string {
  const operation = random.pick(["s.a", "s.b", "s.c", "s.*"]);
  const anyone = random.chance(0.15) ? " by anyone" : "";
  const about = random.chance(0.25) ? " with (has its.args.x and its.args.x == 1)" : "";
  return `${operation}${anyone}${about} in last ${last}`;
}
