import {
  absent,
  all,
  any,
  type ConditionIr,
  isOfIts,
  not,
  type OperandIr,
  operatorById,
  type ReferenceIr,
  read,
  step,
  type Truth,
  type Value,
} from "@mcpolicy/core";
import { carries, happened, type Judge, tally } from "./history.ts";
import { isThere, lookUp, type Scene } from "./scene.ts";

/** The truth of a condition, by Kleene's logic; every part is looked at, so order cannot show. */
export function truthOf(condition: ConditionIr, scene: Scene): Truth {
  switch (condition.kind) {
    case "constant":
      return condition.truth ?? undefined;
    case "and":
      return all(condition.parts.map((part) => truthOf(part, scene)));
    case "or":
      return any(condition.parts.map((part) => truthOf(part, scene)));
    case "not":
      return not(truthOf(condition.part, scene));
    case "has":
      return isThere(condition.reference, scene);
    case "atom":
      return asTruth(operandValue(condition.operand, scene));
    case "carries":
      return carries(condition, scene);
    case "happened":
      return happened(condition, scene, judge);
    case "tally":
      return tally(condition, scene, judge);
    case "every":
    case "some": {
      const scenes = elementScenes(condition.variable, condition.over, scene);
      if (scenes === undefined) return undefined;
      const truths = scenes.map((each) => truthOf(condition.body, each));
      return condition.kind === "every" ? all(truths) : any(truths);
    }
  }
}

/** The interpreter, as history asks it. */
export const judge: Judge = { condition: truthOf, value: operandValue };

/** One scene for each element of the list that a quantifier runs over; `undefined` where the list is unknown. */
export function elementScenes(variable: string, over: OperandIr, scene: Scene): readonly Scene[] | undefined {
  const list = operandValue(over, scene);
  if (!Array.isArray(list)) return undefined;
  const others = scene.itsVariables.filter((name) => name !== variable);
  const itsVariables = isOfOtherServer(over, scene) ? [...others, variable] : others;
  return list.map((element: Value) => ({
    ...scene,
    variables: { ...scene.variables, [variable]: element },
    itsVariables,
  }));
}

/** The value of an operand, read as the type that it asks for; `undefined` is unknown. */
export function operandValue(operand: OperandIr, scene: Scene): Value | undefined {
  if (operand.kind === "constant") return constantValue(operand, scene.root);
  const value = rawValueOf(operand, scene);
  return value === undefined
    ? undefined
    : read(operand.as, value, isOfOtherServer(operand, scene) ? scene.itsRoot : scene.root);
}

/** Whether its relative paths hang below the root of an earlier event's server. */
function isOfOtherServer(operand: OperandIr, { itsVariables }: Scene): boolean {
  return isOfIts(operand, (name) => itsVariables.includes(name));
}

type Constant = Extract<OperandIr, { readonly kind: "constant" }>;

const constants = new WeakMap<Constant, Map<string | undefined, Value | undefined>>();

/** A constant as it is read below a root: prepared once, since a glob or a regular expression becomes an automaton. */
function constantValue(operand: Constant, root: string | undefined): Value | undefined {
  const values = constants.get(operand) ?? new Map<string | undefined, Value | undefined>();
  constants.set(operand, values);
  if (!values.has(root)) values.set(root, read(operand.as, operand.value, root));
  return values.get(root);
}

function rawValueOf(operand: Exclude<OperandIr, Constant>, scene: Scene): Value | undefined {
  switch (operand.kind) {
    case "reference":
      return referred(operand, scene);
    case "apply": {
      const operands = known(operand.operands, scene);
      if (operands === undefined) return undefined;
      return operatorById(operand.operator).evaluate(...(operands as never[]));
    }
    case "field": {
      const of = operandValue(operand.of, scene);
      const key = typeof operand.key === "string" ? operand.key : operandValue(operand.key, scene);
      if (of === undefined || (typeof key !== "string" && typeof key !== "number")) return undefined;
      const part = step(of, key);
      return part === absent ? undefined : part;
    }
    case "list":
      return known(operand.items, scene);
    case "each": {
      const scenes = elementScenes(operand.variable, operand.over, scene);
      const values = scenes?.map((each) => operandValue(operand.value, each));
      return values?.every((value) => value !== undefined) ? values : undefined;
    }
    case "text": {
      const parts = operand.parts.map((part) =>
        typeof part === "string" ? part : plainSegment(operandValue(part, scene)),
      );
      return parts.includes(undefined) ? undefined : parts.join("");
    }
  }
}

function referred(reference: ReferenceIr, scene: Scene): Value | undefined {
  const value = lookUp(reference, scene);
  return value === absent ? reference.fallback : value;
}

function known(operands: readonly OperandIr[], scene: Scene): readonly Value[] | undefined {
  const values: Value[] = [];
  for (const operand of operands) {
    const value = operandValue(operand, scene);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

/** What a hole in a text may hold: one segment of plain characters, taken literally (language.md, "Interpolation"). */
export function plainSegment(value: Value | undefined): string | undefined {
  if (typeof value !== "string" || value === "." || value === "..") return undefined;
  return /^[A-Za-z0-9._-]+$/.test(value) ? value : undefined;
}

function asTruth(value: Value | undefined): Truth {
  return typeof value === "boolean" ? value : undefined;
}
