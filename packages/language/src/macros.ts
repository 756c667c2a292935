import { diagnostic } from "@mcpolicy/diagnostics";
import type { Expression, Name } from "./ast.ts";
import { longestChain, mostMacroNodes, reportTooLarge, spend } from "./bounds.ts";
import type { Report } from "./report.ts";
import type { Macro, Scope } from "./scope.ts";
import { nestingLimit } from "./statements.ts";
import { childrenOf, walk, withParts } from "./visit.ts";

/** One unfolding: what is left of its budget, and how many names it made. */
interface Unfolding {
  left: number;
  names: number;
  isTooLarge: boolean;
}

/** Where a part of it stands: what the parameters stand for, and how the macro's own quantified names are called. */
interface Frame {
  readonly parameters: ReadonlyMap<string, Expression>;
  readonly renamed: ReadonlyMap<string, string>;
  readonly trail: readonly string[];
  readonly depth: number;
}

/** Every stage that follows goes down a condition by recursion. */
const deepest = 3 * nestingLimit;

const unfolded = new WeakMap<Expression, Expression>();
const outside: Frame = { parameters: new Map(), renamed: new Map(), trail: [], depth: 0 };

/**
 * An expression with each call of a macro replaced by what it stands for. Hygienic: quantified names of a macro get names that no
 * policy can write, so that they never meet those of the place where it is called. Bounded in size and depth; reports what is not.
 */
export function unfoldMacros(expression: Expression, scope: Scope, report: Report): Expression {
  if (scope.macros.size === 0) return expression;
  const known = unfolded.get(expression);
  if (known !== undefined) return known;
  if (scope.work.left < 0) return expression;
  const unfolding: Unfolding = { left: mostMacroNodes, names: 0, isTooLarge: false };
  const whole = unfold(expression, outside, unfolding, scope, report);
  spend(scope.work, 20 * (mostMacroNodes - unfolding.left), expression.span, report);
  if (unfolding.isTooLarge) {
    reportTooLarge(`this unfolds to more than ${mostMacroNodes} parts, or too deep`, expression.span, report);
  }
  const result = unfolding.isTooLarge ? expression : whole;
  unfolded.set(expression, result);
  return result;
}

function unfold(node: Expression, frame: Frame, unfolding: Unfolding, scope: Scope, report: Report): Expression {
  // Outside of a macro the text itself is the bound.
  if (frame.trail.length > 0) unfolding.left -= 1;
  if (unfolding.left < 0 || (frame.trail.length > 0 && frame.depth > deepest)) unfolding.isTooLarge = true;
  if (unfolding.isTooLarge) return node;
  const inside: Frame = { ...frame, depth: frame.depth + 1 };
  const part = (each: Expression): Expression => unfold(each, inside, unfolding, scope, report);
  switch (node.kind) {
    case "name": {
      const given = frame.parameters.get(node.name.text);
      if (given !== undefined) {
        const { size, depth } = measured(given);
        unfolding.left -= size;
        if (frame.depth + depth > deepest) unfolding.isTooLarge = true;
        return given;
      }
      const name = frame.renamed.get(node.name.text);
      return name === undefined ? node : { ...node, name: { ...node.name, text: name } };
    }
    case "every":
    case "some":
    case "sum-for": {
      if (frame.trail.length === 0) return withParts(node, part);
      const { variable, within } = rename(node.variable, inside, unfolding);
      const body = (each: Expression): Expression => unfold(each, within, unfolding, scope, report);
      return node.kind === "sum-for"
        ? { ...node, variable, list: part(node.list), value: body(node.value) }
        : { ...node, variable, list: part(node.list), body: body(node.body) };
    }
    case "call": {
      const macro = scope.macros.get(node.function.text);
      const operands = node.operands.map(part);
      if (macro === undefined) return { ...node, operands };
      const called = macro.name.text;
      if (frame.trail.includes(called) || frame.trail.length >= longestChain) return node;
      if (operands.length !== macro.parameters.length) {
        reportCount(macro, node, report);
        return node;
      }
      const parameters = new Map(macro.parameters.map((each, index) => [each.text, operands[index]!]));
      const trail = [...frame.trail, called];
      return unfold(macro.value, { ...inside, parameters, renamed: new Map(), trail }, unfolding, scope, report);
    }
    default:
      return withParts(node, part);
  }
}

function rename(
  variable: Name,
  frame: Frame,
  unfolding: Unfolding,
): { readonly variable: Name; readonly within: Frame } {
  unfolding.names += 1;
  // An apostrophe is in no name that a policy can write.
  const text = `${variable.text}'${unfolding.names}`;
  return {
    variable: { ...variable, text },
    within: { ...frame, renamed: new Map([...frame.renamed, [variable.text, text]]) },
  };
}

interface Measured {
  readonly size: number;
  readonly depth: number;
}

const measures = new WeakMap<Expression, Measured>();

/** How many parts an expression has, and how deep they stand. */
function measured(expression: Expression): Measured {
  const known = measures.get(expression);
  if (known !== undefined) return known;
  let size = 0;
  for (const _ of walk(expression)) size += 1;
  let depth = 0;
  let level: Expression[] = [expression];
  while (level.length > 0) {
    depth += 1;
    level = level.flatMap((each) => [...childrenOf(each)]);
  }
  const made = { size, depth };
  measures.set(expression, made);
  return made;
}

function reportCount(macro: Macro, call: Expression & { readonly kind: "call" }, report: Report): void {
  const wanted = macro.parameters.map((each) => each.text).join(", ");
  report(
    diagnostic(
      "P0315",
      call.span,
      `\`${macro.name.text}\` takes ${macro.parameters.length} operands, not ${call.operands.length}`,
    )
      .at(macro.name.span, "declared here")
      .withHelp(`write \`${macro.name.text}(${wanted})\``),
  );
}
