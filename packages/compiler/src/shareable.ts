import { type ConditionIr, type EventsIr, type OperandIr, operandParts } from "@mcpolicy/core";

/** What tells one operand from another: the same key always gives the same value within a request. */
export function operandKey(operand: OperandIr, root: string | undefined): string {
  return JSON.stringify([operand, root ?? null]);
}

/** Whether a request may keep its value: it depends on the request alone, and reading it again costs something. */
export function isShareable(operand: OperandIr): boolean {
  switch (operand.kind) {
    case "reference":
      return operand.root !== "variable" && operand.root !== "its";
    case "apply":
      return (
        operand.as.kind !== "bool" && operand.operands.every((each) => each.kind === "constant" || isShareable(each))
      );
    case "field":
      return isShareable(operand.of) && (typeof operand.key === "string" || isShareable(operand.key));
    default:
      return false;
  }
}

/**
 * Every operand of a condition that a request may keep, each time that it stands there, and twice where it is asked again and again: of each
 * earlier event, of each element. What a capability's condition reads of an earlier event is not among them, nor what stands under `has`.
 */
export function shareableOf(condition: ConditionIr): readonly OperandIr[] {
  switch (condition.kind) {
    case "constant":
    case "has":
    case "carries":
      return [];
    case "and":
    case "or":
      return condition.parts.flatMap(shareableOf);
    case "not":
      return shareableOf(condition.part);
    case "atom":
      return within(condition.operand);
    case "happened":
      return ofEvents(condition.events);
    case "tally": {
      const { tally, bound } = condition;
      return [...(tally.kind === "count" ? [] : within(tally.of)), ...within(bound), ...ofEvents(tally.events)];
    }
    case "every":
    case "some":
      return [...within(condition.over), ...twice(shareableOf(condition.body))];
  }
}

function ofEvents(events: EventsIr): readonly OperandIr[] {
  return twice([events.with, events.since?.with].flatMap((each) => (each === undefined ? [] : shareableOf(each))));
}

function twice(operands: readonly OperandIr[]): readonly OperandIr[] {
  return [...operands, ...operands];
}

function within(operand: OperandIr): readonly OperandIr[] {
  const parts = operandParts(operand).flatMap(within);
  return isShareable(operand) ? [operand, ...parts] : parts;
}
