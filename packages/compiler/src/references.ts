import { type ConditionIr, type EventsIr, type OperandIr, operandParts, type ReferenceIr } from "@mcpolicy/core";

/**
 * Every reference of a condition to the present request, but for quantified names. What a capability's condition reads of an earlier
 * event is not among them, nor is `its`.
 */
export function referencesOf(condition: ConditionIr): readonly ReferenceIr[] {
  switch (condition.kind) {
    case "constant":
      return [];
    case "has":
      return [condition.reference];
    case "and":
    case "or":
      return condition.parts.flatMap((part) => referencesOf(part));
    case "not":
      return referencesOf(condition.part);
    case "atom":
      return operandReferences(condition.operand);
    case "carries":
      return [];
    case "happened":
      return eventReferences(condition.events);
    case "tally": {
      const { tally, bound } = condition;
      const of = tally.kind === "count" ? [] : operandReferences(tally.of);
      return [...of, ...operandReferences(bound), ...eventReferences(tally.events)];
    }
    case "every":
    case "some":
      return [...operandReferences(condition.over), ...referencesOf(condition.body)];
  }
}

function eventReferences(events: EventsIr): readonly ReferenceIr[] {
  return [events.with, events.since?.with].flatMap((each) => (each === undefined ? [] : referencesOf(each)));
}

function operandReferences(operand: OperandIr): readonly ReferenceIr[] {
  if (operand.kind !== "reference") return operandParts(operand).flatMap(operandReferences);
  return operand.root === "variable" || operand.root === "its" ? [] : [operand];
}
