import type { ConditionIr, OperandIr } from "./ir.ts";
import type { Type } from "./type.ts";

/**
 * The condition with the parts of each `and` and `or` ordered by what they cost to ask, cheapest first, alike ones as they stand. The
 * truth is the same: conditions have no effects, and Kleene's `and` and `or` do not depend on the order.
 */
export function cheapestFirst(condition: ConditionIr): ConditionIr {
  switch (condition.kind) {
    case "and":
    case "or":
      return { ...condition, parts: byCost(condition.parts.map(cheapestFirst), costOf) };
    case "not":
      return { ...condition, part: cheapestFirst(condition.part) };
    case "every":
    case "some":
      return { ...condition, body: cheapestFirst(condition.body) };
    default:
      return condition;
  }
}

/** Sorted by cost, cheapest first; those of the same cost stay in order. */
export function byCost<T>(items: readonly T[], cost: (item: T) => number): readonly T[] {
  return items
    .map((item) => ({ item, cost: cost(item) }))
    .toSorted((a, b) => a.cost - b.cost)
    .map(({ item }) => item);
}

/** A rough measure: about one for a comparison of two scalars. */
export function costOf(condition: ConditionIr): number {
  switch (condition.kind) {
    case "constant":
      return 0;
    case "has":
      return 2;
    case "atom":
      return operandCost(condition.operand);
    case "and":
    case "or":
      return condition.parts.reduce((sum, part) => sum + costOf(part), 0);
    case "not":
      return costOf(condition.part);
    case "every":
    case "some":
      return 20 + operandCost(condition.over) + 5 * costOf(condition.body);
    case "carries":
      return 200;
    case "happened":
    case "tally":
      return 500;
  }
}

function operandCost(operand: OperandIr): number {
  switch (operand.kind) {
    case "constant":
      return 0;
    case "reference":
      return operand.path.length + readingCost(operand.as);
    case "apply":
      return 1 + readingCost(operand.as) + sum(operand.operands);
    case "field":
      return 2 + readingCost(operand.as) + operandCost(operand.of);
    case "list":
      return 5 + sum(operand.items);
    case "each":
      return 20 + operandCost(operand.over) + 5 * operandCost(operand.value);
    case "text":
      return 10 * operand.parts.length;
  }
}

function sum(operands: readonly OperandIr[]): number {
  return operands.reduce((total, each) => total + operandCost(each), 0);
}

function readingCost({ kind }: Type): number {
  return readingCosts[kind] ?? 10;
}

const readingCosts: Partial<Record<Type["kind"], number>> = {
  bool: 0,
  int: 0,
  number: 0,
  null: 0,
  string: 0,
  any: 0,
  enum: 1,
  path: 5,
  url: 80,
  domain: 40,
};
