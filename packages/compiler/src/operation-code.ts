import { type BranchIr, type Code, joinCode, js, type OperationIr } from "@mcpolicy/core";
import type { Polarity } from "./operand-code.ts";

/** Code that asks whether a branch speaks of `operation`, an operation of that server whose kind and name are known only then. */
export function operationTests(branch: BranchIr, server: string, polarity: Polarity): readonly Code[] {
  const isHere = (each: OperationIr): boolean => each.server === server;
  const include = branch.operations.filter(isHere).map((each) => operationTest(each, polarity === "possibly"));
  const except = branch.except.filter(isHere).map((each) => operationTest(each, polarity === "surely"));
  return [
    js`operation.server === ${server}`,
    js`(${joinCode(include, js` || `)})`,
    ...(except.length === 0 ? [] : [js`!(${joinCode(except, js` || `)})`]),
  ];
}

function operationTest(each: OperationIr, unknownAs: boolean): Code {
  return js`(operation.kind === ${each.kind} && ${namedTest(each, unknownAs)})`;
}

function namedTest(each: OperationIr, unknownAs: boolean): Code {
  if ("glob" in each) {
    const matches = js`matchesResource(${each.glob}, operation.uri)`;
    return unknownAs ? js`${matches} !== false` : js`${matches} === true`;
  }
  if ("pattern" in each) return js`matchesName(${each.pattern}, operation.name)`;
  if ("name" in each) return js`operation.name === ${each.name}`;
  return js`true`;
}
