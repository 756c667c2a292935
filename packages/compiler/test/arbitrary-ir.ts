import type { ConditionIr, JsonObject, OperandIr, ReferenceIr, Type, Value } from "@mcpolicy/core";
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
        parts: ["/w/", { kind: "reference", root: "args", path: ["p1"], as: types.string }],
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

/** A condition of at most this depth, with these quantified names in scope. */
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
  if (depth <= 0)
    return fc.oneof({ weight: 8, arbitrary: atom }, { weight: 2, arbitrary: has }, { weight: 1, arbitrary: constant });
  const deeper = (): fc.Arbitrary<ConditionIr> => condition(depth - 1, variables);
  return fc.oneof(
    { weight: 3, arbitrary: atom },
    { weight: 1, arbitrary: has },
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
