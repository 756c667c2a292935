import { absent, all, and, any, not, read, step, type Truth, type Value } from "@mcpolicy/core";
import type { CheckedBranch, TypedCondition, TypedOperand, TypedReference } from "@mcpolicy/language";
import { carries, happened, type Judge, tally } from "./reference-history.ts";
import { type Found, isMeant, type Situation, UNKNOWN_HINT } from "./reference-situation.ts";

/** Whether a branch of a rule speaks of a request, and its condition holds. */
export function truthOfBranch(branch: CheckedBranch, situation: Situation): Truth {
  const { operation } = situation.request;
  const included = any(branch.operations.map((pattern) => isMeant(pattern, operation)));
  const excepted = any(branch.except.map((pattern) => isMeant(pattern, operation)));
  const meant = and(included, not(excepted));
  // A condition about `args.path` says nothing of a tool that the branch does not speak of.
  return meant === false ? false : and(meant, truthOf(branch.condition, situation));
}

/** The truth of a condition. */
export function truthOf(condition: TypedCondition, situation: Situation): Truth {
  switch (condition.kind) {
    case "constant":
      return condition.value;
    case "and":
      return all(condition.parts.map((part) => truthOf(part, situation)));
    case "or":
      return any(condition.parts.map((part) => truthOf(part, situation)));
    case "not":
      return not(truthOf(condition.part, situation));
    case "has":
      return isThere(condition.reference, situation);
    case "atom": {
      const value = readValue(condition.operand, situation);
      return typeof value === "boolean" ? value : undefined;
    }
    case "carries":
      return carries(condition, situation);
    case "happened":
      return happened(condition, situation, judge);
    case "tally":
      return tally(condition, situation, judge);
    case "every":
    case "some": {
      const list = readValue(condition.over, situation);
      if (!Array.isArray(list)) return undefined;
      const truths = list.map((item: Value) =>
        truthOf(condition.body, withElement(condition.variable, item, condition.over, situation)),
      );
      return condition.kind === "every" ? all(truths) : any(truths);
    }
    default:
      return assertNever(condition);
  }
}

const judge: Judge = { branch: truthOfBranch, condition: truthOf, value: readValue };

/** Unknown only where the root itself is: in a list decision, and where an earlier stage never supplies it. */
function isThere(reference: TypedReference, situation: Situation): Truth {
  const start = startOf(reference, situation);
  if (start === undefined) return undefined;
  const found = follow(start, reference);
  return found === UNKNOWN_HINT || (found !== absent && found !== undefined);
}

/** A value read as the operand's type, or unknown. */
export function readValue(operand: TypedOperand, situation: Situation): Value | undefined {
  const { root, itsRoot } = situation;
  return read(operand.as, rawValue(operand, situation), comesFromIts(operand, situation) ? itsRoot : root);
}

/** The situation of one element of a list. */
function withElement(name: string, element: Value, list: TypedOperand, situation: Situation): Situation {
  const fromIts = new Set(situation.fromIts);
  if (comesFromIts(list, situation)) fromIts.add(name);
  else fromIts.delete(name);
  return { ...situation, variables: new Map([...situation.variables, [name, element]]), fromIts };
}

/** Whether an earlier event brought it, or part of it. */
function comesFromIts(operand: TypedOperand, situation: Situation): boolean {
  const does = (each: TypedOperand): boolean => comesFromIts(each, situation);
  switch (operand.kind) {
    case "constant":
      return false;
    case "reference":
      return operand.root === "variable" ? situation.fromIts.has(operand.variable ?? "") : operand.root === "its";
    case "apply":
      return operand.operands.some(does);
    case "field":
      return does(operand.of);
    case "list":
      return operand.items.some(does);
    case "each": {
      const bound = withElement(operand.variable, null, operand.over, situation);
      return comesFromIts(operand.value, bound);
    }
    case "text":
      return operand.parts.some((part) => typeof part !== "string" && does(part));
    default:
      return assertNever(operand);
  }
}

function rawValue(operand: TypedOperand, situation: Situation): Value | undefined {
  switch (operand.kind) {
    case "constant":
      return operand.value;
    case "reference": {
      const start = startOf(operand, situation);
      const found = start === undefined ? undefined : follow(start, operand);
      if (found === UNKNOWN_HINT) return undefined;
      return found === absent ? operand.fallback : found;
    }
    case "apply": {
      const operands = operand.operands.map((each) => readValue(each, situation));
      if (operands.includes(undefined)) return undefined;
      return (operand.operator.evaluate as (...values: unknown[]) => Value | undefined)(...operands);
    }
    case "field": {
      const key = typeof operand.key === "string" ? operand.key : readValue(operand.key, situation);
      if (typeof key !== "string" && typeof key !== "number") return undefined;
      const found = step(readValue(operand.of, situation), key);
      return found === absent ? undefined : found;
    }
    case "list": {
      const items = operand.items.map((item) => readValue(item, situation));
      return items.includes(undefined) ? undefined : (items as Value[]);
    }
    case "each": {
      const list = readValue(operand.over, situation);
      if (!Array.isArray(list)) return undefined;
      const values = list.map((item: Value) =>
        readValue(operand.value, withElement(operand.variable, item, operand.over, situation)),
      );
      return values.includes(undefined) ? undefined : (values as Value[]);
    }
    case "text": {
      const parts = operand.parts.map((part) => (typeof part === "string" ? part : segmentOf(part, situation)));
      return parts.includes(undefined) ? undefined : parts.join("");
    }
    default:
      return assertNever(operand);
  }
}

/** What fills a hole: one plain segment, else unknown. */
function segmentOf(hole: TypedReference, situation: Situation): string | undefined {
  const value = readValue(hole, situation);
  if (typeof value !== "string" || value === "." || value === "..") return undefined;
  return /^[A-Za-z0-9._-]+$/.test(value) ? value : undefined;
}

function startOf(reference: TypedReference, { roots, variables }: Situation): Found {
  return reference.root === "variable" ? variables.get(reference.variable ?? "") : roots[reference.root];
}

function follow(start: Found, { path }: TypedReference): Found {
  let found = start;
  for (const key of path) found = found === UNKNOWN_HINT ? undefined : step(found, key);
  return found;
}

function assertNever(node: never): never {
  throw new Error(`not a kind that the reference knows: ${JSON.stringify(node)}`);
}
