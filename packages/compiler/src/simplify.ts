import type { ConditionIr, EventsIr } from "@mcpolicy/core";

/** One rewrite of a condition that keeps its truth in Kleene's logic; `before` and `after` show it, and are its test. */
export interface Rewrite {
  readonly name: string;
  readonly before: ConditionIr;
  readonly after: ConditionIr;
  /** The rewritten condition, or undefined where the rewrite does not apply. Parts are rewritten already. */
  readonly rewrite: (condition: ConditionIr) => ConditionIr | undefined;
}

const always: ConditionIr = { kind: "constant", truth: true };
const never: ConditionIr = { kind: "constant", truth: false };
const flag: ConditionIr = {
  kind: "atom",
  operand: { kind: "reference", root: "args", path: ["flag"], as: { kind: "bool" } },
  at: { place: { file: "", line: 1, column: 1 }, text: "args.flag" },
};

/** For `and` the truth that it may forget (`true`) and the one that settles it (`false`); for `or` the other way about. */
const neutral = { and: true, or: false } as const;

/** Every rewrite there is. They never drop an atom that could still matter, so that explanations stay whole. */
export const rewrites: readonly Rewrite[] = Object.freeze([
  {
    name: "a constant flag is a constant",
    before: { kind: "atom", operand: { kind: "constant", value: true, as: { kind: "bool" } }, at: flag.at },
    after: always,
    rewrite: (condition) =>
      condition.kind === "atom" && condition.operand.kind === "constant" && typeof condition.operand.value === "boolean"
        ? { kind: "constant", truth: condition.operand.value }
        : undefined,
  },
  {
    name: "not of a constant is the other constant",
    before: { kind: "not", part: always },
    after: never,
    rewrite: (condition) =>
      condition.kind === "not" && condition.part.kind === "constant"
        ? { kind: "constant", truth: condition.part.truth === null ? null : !condition.part.truth }
        : undefined,
  },
  {
    name: "not not C is C",
    before: { kind: "not", part: { kind: "not", part: flag } },
    after: flag,
    rewrite: (condition) =>
      condition.kind === "not" && condition.part.kind === "not" ? condition.part.part : undefined,
  },
  {
    name: "A and (B and C) is A and B and C; or alike",
    before: { kind: "and", parts: [flag, { kind: "and", parts: [flag, flag] }] },
    after: { kind: "and", parts: [flag, flag, flag] },
    rewrite: (condition) =>
      isJunction(condition) && condition.parts.some((part) => part.kind === condition.kind)
        ? {
            kind: condition.kind,
            parts: condition.parts.flatMap((part) =>
              isJunction(part) && part.kind === condition.kind ? part.parts : [part],
            ),
          }
        : undefined,
  },
  {
    name: "A and false is false; A or true is true",
    before: { kind: "and", parts: [flag, never] },
    after: never,
    rewrite: (condition) =>
      isJunction(condition) && condition.parts.some((part) => isConstant(part, !neutral[condition.kind]))
        ? { kind: "constant", truth: !neutral[condition.kind] }
        : undefined,
  },
  {
    name: "A and true is A; A or false is A",
    before: { kind: "and", parts: [flag, always, flag] },
    after: { kind: "and", parts: [flag, flag] },
    rewrite: (condition) =>
      isJunction(condition) && condition.parts.some((part) => isConstant(part, neutral[condition.kind]))
        ? {
            kind: condition.kind,
            parts: condition.parts.filter((part) => !isConstant(part, neutral[condition.kind])),
          }
        : undefined,
  },
  {
    name: "and of one is that one, of none is true; or of none is false",
    before: { kind: "and", parts: [flag] },
    after: flag,
    rewrite: (condition) => {
      if (!isJunction(condition) || condition.parts.length > 1) return undefined;
      return condition.parts[0] ?? { kind: "constant", truth: neutral[condition.kind] };
    },
  },
] satisfies Rewrite[]);

/** A condition of the same truth, with constants folded and junctions flat. */
export function simplify(condition: ConditionIr): ConditionIr {
  let current = withSimpleParts(condition);
  for (;;) {
    const next = rewriteOnce(current);
    if (next === undefined) return current;
    current = next;
  }
}

// Ends: each rewrite leaves fewer nodes than before.
function rewriteOnce(condition: ConditionIr): ConditionIr | undefined {
  for (const { rewrite } of rewrites) {
    const next = rewrite(condition);
    if (next !== undefined) return next;
  }
  return undefined;
}

function withSimpleParts(condition: ConditionIr): ConditionIr {
  switch (condition.kind) {
    case "and":
    case "or":
      return { ...condition, parts: condition.parts.map(simplify) };
    case "not":
      return { ...condition, part: simplify(condition.part) };
    case "every":
    case "some":
      return { ...condition, body: simplify(condition.body) };
    case "happened":
      return { ...condition, events: withSimpleConditions(condition.events) };
    case "tally":
      return { ...condition, tally: { ...condition.tally, events: withSimpleConditions(condition.tally.events) } };
    default:
      return condition;
  }
}

function withSimpleConditions(events: EventsIr): EventsIr {
  const { since } = events;
  return { ...events, ...simpleEvent(events), ...(since === undefined ? {} : { since: simpleEvent(since) }) };
}

function simpleEvent(event: Pick<EventsIr, "branches" | "with">): Pick<EventsIr, "branches" | "with"> {
  return {
    branches: event.branches.map((branch) => ({ ...branch, condition: simplify(branch.condition) })),
    ...(event.with === undefined ? {} : { with: simplify(event.with) }),
  };
}

function isJunction(condition: ConditionIr): condition is Extract<ConditionIr, { readonly kind: "and" | "or" }> {
  return condition.kind === "and" || condition.kind === "or";
}

function isConstant(condition: ConditionIr, truth: boolean): boolean {
  return condition.kind === "constant" && condition.truth === truth;
}
