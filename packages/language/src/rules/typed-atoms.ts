import type { OperationIr } from "@mcpolicy/core";
import type { CheckedBranch, CheckedRuleHead, TypedCondition, TypedEvents, TypedOperand } from "../typed.ts";

/** A test as it stands in a rule, and what its names mean there. */
export interface TypedAtom {
  readonly operand: TypedOperand;
  /** The operations that `args`, `result` and `tool` are of. */
  readonly operations: readonly OperationIr[];
  /** The operations that `its` is of; none where there is no earlier event. */
  readonly past: readonly OperationIr[];
  /** The lists that quantified names run over. */
  readonly variables: ReadonlyMap<string, TypedOperand>;
  /** More of it lets less through: plain in a rule that narrows, under `not` or `unless` in an `allow`. */
  readonly forbids: boolean;
}

type Place = Omit<TypedAtom, "operand">;

/** Every test of the rules' conditions, those about earlier events too. A capability's condition comes once for each rule that names it. */
export function* atomsOf(heads: readonly CheckedRuleHead[]): Iterable<TypedAtom> {
  for (const head of heads) {
    const forbids = !("effect" in head && head.effect === "allow");
    for (const branch of head.branches) yield* ofBranch(branch, forbids);
  }
}

function* ofBranch({ operations, condition }: CheckedBranch, forbids: boolean): Iterable<TypedAtom> {
  yield* ofCondition(condition, { operations, past: [], variables: new Map(), forbids });
}

function* ofCondition(condition: TypedCondition, place: Place): Iterable<TypedAtom> {
  switch (condition.kind) {
    case "constant":
    case "has":
    case "carries":
      return;
    case "and":
    case "or":
      for (const part of condition.parts) yield* ofCondition(part, place);
      return;
    case "not":
      yield* ofCondition(condition.part, { ...place, forbids: !place.forbids });
      return;
    case "atom":
      yield { operand: condition.operand, ...place };
      return;
    case "every":
    case "some": {
      const variables = new Map([...place.variables, [condition.variable, condition.over]]);
      yield* ofCondition(condition.body, { ...place, variables });
      return;
    }
    case "happened":
      yield* ofEvents(condition.events, place);
      return;
    case "tally":
      yield* ofEvents(condition.tally.events, place);
  }
}

function* ofEvents(events: TypedEvents, place: Place): Iterable<TypedAtom> {
  for (const { branches, with: condition } of events.since === undefined ? [events] : [events, events.since]) {
    for (const branch of branches) yield* ofBranch(branch, place.forbids);
    const past = branches.flatMap((branch) => branch.operations);
    if (condition !== undefined) yield* ofCondition(condition, { ...place, past });
  }
}
