import type {
  BranchIr,
  ConditionIr,
  EventsIr,
  EventVerb,
  JsonObject,
  OperandIr,
  Operation,
  PastCall,
  ReferenceIr,
  State,
  Type,
  Value,
} from "@mcpolicy/core";
import fc from "fast-check";
import { place } from "../../runtime/test/small-policies.ts";

/**
 * Random conditions, and random arguments made so that the conditions are about half the time true, false and unknown: few names, few
 * values, and among the values enough that cannot be read.
 */

const at = { place, text: "random" };

/** A name of an argument tells what is likely there: `p…` paths, `n…` numbers, `b…` flags, `l…` lists of paths, `o` records. */
const wild: fc.Arbitrary<Value> = fc.constantFrom<Value>(null, true, 7, "x", "../x", [], ["/w/a", 3], { p1: "/w" });
const path = fc.constantFrom("/w", "/w/a", "/w/a.md", "/etc/passwd", "a/b", "/w/../etc", "", "~/x");
const number = fc.constantFrom(0, 1, 2.5, -3, 1e9);
const lists = fc.array(path, { maxLength: 3 });

const usual = (value: fc.Arbitrary<Value>): fc.Arbitrary<Value> =>
  fc.oneof({ weight: 6, arbitrary: value }, { weight: 1, arbitrary: wild });

/** Arguments of a call. Each may be missing. */
export const args: fc.Arbitrary<JsonObject> = fc.record(
  {
    p1: usual(path),
    p2: usual(path),
    n1: usual(number),
    b1: usual(fc.boolean()),
    l1: usual(lists),
    l2: usual(fc.array(lists, { maxLength: 2 })),
    o: usual(fc.record({ p1: path, n1: number, __proto__: fc.constant("x") }, { requiredKeys: [] })),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<JsonObject>;

const types = {
  bool: { kind: "bool" },
  int: { kind: "int" },
  number: { kind: "number" },
  string: { kind: "string" },
  path: { kind: "path" },
  any: { kind: "any" },
  paths: { kind: "list", element: { kind: "path" } },
  globs: { kind: "list", element: { kind: "glob" } },
  anys: { kind: "list", element: { kind: "any" } },
  lists: { kind: "list", element: { kind: "list", element: { kind: "path" } } },
} satisfies Record<string, Type>;

/** The quantified names in scope, with what each stands for. */
type Variables = readonly { readonly name: string; readonly as: Type }[];

function reference(
  paths: readonly (readonly (string | number)[])[],
  as: Type,
  variables: Variables,
): fc.Arbitrary<ReferenceIr> {
  const fallbacks: Readonly<Record<string, readonly Value[]>> = {
    bool: [true],
    number: [1],
    path: ["/w/z", "../no"],
    list: [["/w/a"]],
  };
  const fromArgs = fc
    .record({
      path: fc.constantFrom(...paths),
      fallback: fc.option(fc.constantFrom(...(fallbacks[as.kind] ?? [0])), { freq: 4 }),
    })
    .map(({ path, fallback }): ReferenceIr => {
      const named = { kind: "reference", root: "args", path, as } as const;
      return fallback === null ? named : { ...named, fallback };
    });
  const fitting = variables.filter((variable) => JSON.stringify(variable.as) === JSON.stringify(as));
  if (fitting.length === 0) return fromArgs;
  const fromVariable = fc
    .constantFrom(...fitting)
    .map(({ name }): ReferenceIr => ({ kind: "reference", root: "variable", variable: name, path: [], as }));
  return fc.oneof(fromArgs, fromVariable);
}

const paths = (variables: Variables): fc.Arbitrary<OperandIr> =>
  fc.oneof(
    reference([["p1"], ["p2"], ["o", "p1"], ["l1", 0], ["__proto__"]], types.path, variables),
    fc.constantFrom<OperandIr>(
      { kind: "field", of: { kind: "reference", root: "args", path: [], as: types.any }, key: "p1", as: types.path },
      {
        kind: "text",
        parts: ["/w/", { kind: "reference", root: "principal", path: ["team"], as: types.string }],
        as: types.path,
      },
      {
        kind: "text",
        parts: ["/w/", { kind: "reference", root: "context", path: ["drill"], fallback: "a", as: types.string }],
        as: types.path,
      },
    ),
  );

const numbers = (variables: Variables): fc.Arbitrary<OperandIr> =>
  fc.oneof(
    reference([["n1"], ["o", "n1"]], types.number, variables),
    fc.constantFrom<OperandIr>(
      { kind: "constant", value: 1, as: types.number },
      {
        kind: "apply",
        operator: "bytes",
        operands: [{ kind: "reference", root: "args", path: ["p1"], as: types.string }],
        as: types.int,
      },
    ),
  );

const apply = (operator: string, ...operands: OperandIr[]): OperandIr => ({
  kind: "apply",
  operator,
  operands,
  as: types.bool,
});

function flag(variables: Variables): fc.Arbitrary<OperandIr> {
  const constant = (value: Value, as: Type): OperandIr => ({ kind: "constant", value, as });
  return fc.oneof(
    reference([["b1"], ["p1"], ["o", "b1"]], types.bool, variables),
    fc.constantFrom<OperandIr>(
      ...["readOnlyHint", "destructiveHint", "idempotentHint"].map((hint): OperandIr => {
        return { kind: "reference", root: "tool", path: ["annotations", hint], as: types.bool };
      }),
      { kind: "reference", root: "resource", path: ["uri"], fallback: true, as: types.bool },
      { kind: "reference", root: "context", path: ["drill"], as: types.bool },
    ),
    fc
      .tuple(paths(variables), fc.constantFrom(["/w"], ["/w/a", "/etc"], ["../unreadable"]))
      .map(([left, right]) => apply("under", left, constant(right, types.paths))),
    fc.tuple(paths(variables), paths(variables)).map(([left, right]) => apply("equal", left, right)),
    fc
      .tuple(fc.constantFrom("less", "at-least"), numbers(variables), numbers(variables))
      .map(([operator, left, right]) => apply(operator, left, right)),
    fc
      .tuple(paths(variables), paths(variables))
      .map(([left, right]) =>
        apply("equal", { kind: "list", items: [left, right], as: types.paths }, constant(["/w", "/w/a"], types.paths)),
      ),
    fc
      .constantFrom("is-string", "is-list")
      .map((operator) => apply(operator, { kind: "reference", root: "args", path: ["p1"], as: types.any })),
  );
}

function quantified(depth: number, variables: Variables): fc.Arbitrary<ConditionIr> {
  const name = `v${variables.length}`;
  return fc
    .record({
      kind: fc.constantFrom("every" as const, "some" as const),
      nested: fc.boolean(),
    })
    .chain(({ kind, nested }) => {
      const element: Type = nested ? types.paths : types.path;
      const over: fc.Arbitrary<OperandIr> = nested
        ? reference([["l2"]], types.lists, variables)
        : reference([["l1"], ["l2", 0], ["p1"]], types.paths, variables);
      return fc
        .tuple(over, condition(depth - 1, [...variables, { name, as: element }]))
        .map(([list, body]): ConditionIr => ({ kind, variable: name, over: list, body, at }));
    });
}

/** What an earlier event is asked: what it had against what the request has, and what only it had. */
const withIts: fc.Arbitrary<ConditionIr> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom<(string | number)[]>(["args", "p1"], ["result", "p1"], ["args", "l1", 0]),
      reference([["p1"], ["p2"]], types.path, []),
    )
    .map(([path, right]): ConditionIr => {
      const left: OperandIr = { kind: "reference", root: "its", path, as: types.path };
      return { kind: "atom", operand: apply("equal", left, right), at };
    }),
  fc
    .constantFrom<(string | number)[]>(
      ["args", "p1"],
      ["result"],
      ["result", "n1"],
      ["tool", "name"],
      ["args", "o", "p1"],
    )
    .map(
      (path): ConditionIr => ({ kind: "has", reference: { kind: "reference", root: "its", path, as: types.any }, at }),
    ),
  fc.constantFrom<ConditionIr>(
    { kind: "atom", operand: { kind: "reference", root: "its", path: ["args", "b1"], as: types.bool }, at },
    {
      kind: "not",
      part: { kind: "atom", operand: { kind: "reference", root: "its", path: ["args", "b1"], as: types.bool }, at },
    },
    {
      kind: "some",
      variable: "e0",
      over: { kind: "reference", root: "its", path: ["args", "l1"], as: types.paths },
      body: {
        kind: "atom",
        operand: apply(
          "under",
          { kind: "reference", root: "variable", variable: "e0", path: [], as: types.path },
          { kind: "constant", value: ["/w"], as: types.paths },
        ),
        at,
      },
      at,
    },
    // History of history is unknown.
    { kind: "carries", label: "untrusted", at },
  ),
);

const anyOperation = fc.constantFrom<BranchIr["operations"]>(
  [{ kind: "tool", server: "fs", name: "read" }],
  [{ kind: "tool", server: "fs", pattern: "*" }],
  [{ kind: "tool", server: "fs", pattern: "w*" }],
  [
    { kind: "tool", server: "fs", name: "write" },
    { kind: "resource", server: "fs", glob: "file:///w/**" },
  ],
  [{ kind: "tool", server: "nowhere", name: "read" }],
);

/** A capability's condition, which reads the earlier event as if it were the request. */
const ofCapability: fc.Arbitrary<ConditionIr> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<ConditionIr>({ kind: "constant", truth: true }) },
  { weight: 3, arbitrary: fc.oneof(flag([]), flag([])).map((operand): ConditionIr => ({ kind: "atom", operand, at })) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<ConditionIr>(
      { kind: "has", reference: { kind: "reference", root: "principal", path: ["team"], as: types.any }, at },
      {
        kind: "not",
        part: { kind: "has", reference: { kind: "reference", root: "context", path: ["ip"], as: types.any }, at },
      },
      { kind: "has", reference: { kind: "reference", root: "args", path: ["p1"], as: types.any }, at },
      { kind: "carries", label: "untrusted", at },
    ),
  },
);

const branches: fc.Arbitrary<readonly BranchIr[]> = fc.array(
  fc.record({ operations: anyOperation, except: fc.oneof(fc.constant([]), anyOperation), condition: ofCapability }),
  { minLength: 1, maxLength: 2 },
);

const event = fc
  .record({ branches, with: fc.option(withIts, { nil: undefined }) })
  .map(({ branches, with: asked }) => ({ branches, ...(asked === undefined ? {} : { with: asked }) }));

const events: fc.Arbitrary<EventsIr> = fc
  .record({
    event,
    byAnyone: fc.boolean(),
    since: fc.option(event, { nil: undefined, freq: 2 }),
    last: fc.constantFrom(100, 1000, 10_000),
  })
  .map(({ event, byAnyone, since, last }) => ({ ...event, byAnyone, ...(since === undefined ? {} : { since }), last }));

const verb = fc.constantFrom<EventVerb>("attempted", "called", "completed");

const its = (path: readonly string[], as: Type): OperandIr => ({ kind: "reference", root: "its", path, as });

/** A condition about the past. */
export const history: fc.Arbitrary<ConditionIr> = fc.oneof(
  fc.constantFrom("untrusted", "seen").map((label): ConditionIr => ({ kind: "carries", label, at })),
  fc.record({ verb, events }).map(({ verb, events }): ConditionIr => ({ kind: "happened", verb, events, at })),
  fc
    .record({
      tally: fc.oneof(
        fc.record({ kind: fc.constant("count" as const), verb, events }),
        fc.record({
          kind: fc.constant("distinct" as const),
          of: fc.constantFrom(
            its(["args", "p1"], types.path),
            its(["args", "o"], types.any),
            its(["args", "n1"], types.number),
          ),
          verb,
          events,
        }),
        fc.record({
          kind: fc.constant("sum" as const),
          of: fc.constantFrom(its(["args", "n1"], types.number), {
            ...its(["args", "n1"], types.number),
            fallback: 1,
          } as OperandIr),
          verb,
          events,
        }),
      ),
      operator: fc.constantFrom("less", "at-most", "more", "at-least", "equal", "not-equal"),
      bound: fc.oneof(
        fc.constantFrom(0, 1, 2, 3).map((value): OperandIr => ({ kind: "constant", value, as: types.number })),
        reference([["n1"]], types.number, []),
      ),
    })
    .map((each): ConditionIr => ({ kind: "tally", ...each, at })),
);

const instant = fc.oneof(
  fc.constantFrom(-20_000, -10_000, -1000, -999, -100, -99, -1, 0),
  fc.integer({ min: -1200, max: 0 }),
);

/** States about a caller, at a time: few instants, at the edges of windows too. */
export function state(own: string, now: number): fc.Arbitrary<State> {
  const operation = fc.constantFrom<Operation>(
    { kind: "tool", server: "fs", name: "read" },
    { kind: "tool", server: "fs", name: "write" },
    { kind: "resource", server: "fs", uri: "file:///w/a.md" },
    { kind: "resource", server: "fs", uri: "file:///w/../etc" },
    { kind: "tool", server: "nowhere", name: "read" },
  );
  const call: fc.Arbitrary<PastCall> = fc
    .record({
      caller: fc.constantFrom(own, own, own, "somebody else"),
      operation,
      arguments: args,
      attempted: instant,
      called: fc.option(instant, { nil: undefined, freq: 4 }),
      completed: fc.option(instant, { nil: undefined, freq: 3 }),
      result: fc.option(args, { nil: undefined }),
    })
    .map(({ attempted, called, completed, result, ...rest }) => ({
      id: "past",
      ...rest,
      attempted: now + attempted,
      ...(called === undefined ? {} : { called: now + called }),
      ...(completed === undefined ? {} : { completed: now + completed, ended: now + completed }),
      ...(result === undefined ? {} : { result }),
    }));
  const label = fc
    .record({
      caller: fc.constantFrom(own, "somebody else"),
      label: fc.constantFrom("untrusted", "other"),
      until: fc.option(fc.constantFrom(now - 1, now, now + 1), { nil: undefined }),
    })
    .map(({ until, ...rest }) => ({
      ...rest,
      since: now - 10,
      call: "past",
      duration: 10,
      ...(until === undefined ? {} : { until }),
    }));
  return fc.record({
    calls: fc.array(call, { maxLength: 5 }),
    labels: fc.array(label, { maxLength: 2 }),
    takes: fc.constant([]),
    spent: fc.constant([]),
    forgottenBefore: fc.constantFrom(
      Number.NEGATIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      now - 1000,
      now - 999,
    ),
  });
}

/** A condition of at most this depth, with these quantified names in scope. History stands in no quantifier. */
export function condition(depth: number, variables: Variables = []): fc.Arbitrary<ConditionIr> {
  const atom = flag(variables).map((operand): ConditionIr => ({ kind: "atom", operand, at }));
  const hasArgument = fc
    .constantFrom<(string | number)[]>(
      ["p1"],
      ["o", "p1"],
      ["o", "__proto__"],
      ["constructor"],
      ["l1", 1],
      ["p1", "length"],
    )
    .map(
      (path): ConditionIr => ({ kind: "has", reference: { kind: "reference", root: "args", path, as: types.any }, at }),
    );
  const hasFact = fc
    .constantFrom<ReferenceIr>(
      { kind: "reference", root: "tool", path: ["annotations", "readOnlyHint"], as: types.any },
      { kind: "reference", root: "tool", path: ["description", "length"], as: types.any },
      { kind: "reference", root: "resource", path: ["uri"], as: types.any },
      { kind: "reference", root: "context", path: ["ip"], as: types.any },
    )
    .map((fact): ConditionIr => ({ kind: "has", reference: fact, at }));
  const has = fc.oneof(hasArgument, hasFact);
  const constant = fc.constantFrom<ConditionIr>(
    { kind: "constant", truth: true },
    { kind: "constant", truth: false },
    { kind: "constant", truth: null },
  );
  const past = variables.length === 0 ? [{ weight: 3, arbitrary: history }] : [];
  if (depth <= 0)
    return fc.oneof(
      { weight: 8, arbitrary: atom },
      { weight: 2, arbitrary: has },
      { weight: 1, arbitrary: constant },
      ...past,
    );
  const deeper = (): fc.Arbitrary<ConditionIr> => condition(depth - 1, variables);
  return fc.oneof(
    { weight: 3, arbitrary: atom },
    { weight: 1, arbitrary: has },
    ...past,
    {
      weight: 3,
      arbitrary: fc
        .tuple(fc.constantFrom("and" as const, "or" as const), fc.array(deeper(), { maxLength: 3 }))
        .map(([kind, parts]): ConditionIr => ({ kind, parts })),
    },
    { weight: 2, arbitrary: deeper().map((part): ConditionIr => ({ kind: "not", part })) },
    { weight: 3, arbitrary: quantified(depth, variables) },
  );
}
