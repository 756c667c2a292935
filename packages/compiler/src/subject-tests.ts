import { anyOf, type BranchIr, type Code, js, type OperationIr, type Subject } from "@mcpolicy/core";
import type { Polarity } from "./operand-code.ts";

/** What has to be asked at run time of the operation: nothing where the subject is one name, since dispatch knows. */
export function subjectTests(branch: BranchIr, subject: Subject, polarity: Polarity): readonly Code[] {
  if (subject.name !== undefined) return [];
  const isHere = (each: OperationIr): boolean => each.kind === subject.kind && each.server === subject.server.name;
  const unknownAs = polarity === "possibly";
  const include = branch.operations.filter(isHere).map((each) => operationTest(each, unknownAs));
  const except = branch.except.filter(isHere).map((each) => operationTest(each, !unknownAs));
  return [anyOf(include), ...(except.length === 0 ? [] : [js`!${anyOf(except)}`])];
}

function operationTest(operation: OperationIr, unknownAs: boolean): Code {
  if ("glob" in operation) {
    return unknownAs
      ? js`matchesResource(${operation.glob}, q.uri) !== false`
      : js`matchesResource(${operation.glob}, q.uri) === true`;
  }
  if ("pattern" in operation) return js`matchesName(${operation.pattern}, q.name)`;
  if ("name" in operation) return js`q.name === ${operation.name}`;
  return js`true`;
}
