import { membersOf, showType } from "@mcpolicy/core";
import { diagnostic } from "@mcpolicy/diagnostics";
import type { Expression, Quantifier } from "./ast.ts";
import { spend } from "./bounds.ts";
import { argumentIsKnown, reportNoArgument } from "./check-arguments.ts";
import { look, operandOf } from "./check-expression.ts";
import { constantOf } from "./constants.ts";
import type { Entry } from "./expand.ts";
import { factsOf, joinFacts } from "./narrow.ts";
import type { Operand } from "./operand.ts";
import type { Site } from "./site.ts";
import type { TypedCondition, TypedReference } from "./typed.ts";
import { listOf, mayBe, plain } from "./types.ts";
import { reportUnsupported } from "./unsupported.ts";

/** Conditions joined by `and`: each is looked at knowing what the others imply, whatever their order. */
export function conditionOf(
  conditions: Entry["conditions"],
  site: Omit<Site, "atom" | "facts" | "variables" | "takesHoles">,
  span: TypedCondition["span"],
): TypedCondition {
  const facts = joinFacts(conditions.map((each) => factsOf(each.expression, !each.negated)));
  const parts = conditions.map(({ expression, negated }): TypedCondition => {
    const inside: Site = {
      ...site,
      facts,
      takesHoles: false,
      variables: new Map(),
      atom: { span: expression.span, bare: true },
    };
    const part = typeCondition(expression, inside);
    return negated ? { kind: "not", part, span: expression.span } : part;
  });
  if (parts.length === 0) return { kind: "constant", value: true, span };
  return parts.length === 1 ? parts[0]! : { kind: "and", parts, span };
}

/** Types one condition. */
export function typeCondition(expression: Expression, site: Site): TypedCondition {
  const { span } = expression;
  if (!spend(site.scope.work, 100 + site.operations.length, span, site.report))
    return { kind: "constant", value: false, span };
  switch (expression.kind) {
    case "and":
    case "or": {
      const isAnd = expression.kind === "and";
      // In `A or B`, B only matters where A is false; in `A and B`, where A is true. What B says of itself may stand among these
      // facts: where it does not hold, B is false, whatever else in it is unknown (for `or`: true).
      const facts = joinFacts([site.facts, ...expression.parts.map((part) => factsOf(part, isAnd))]);
      const parts = expression.parts.map((part) =>
        typeCondition(part, { ...site, facts, atom: { span: part.span, bare: isAnd } }),
      );
      return { kind: expression.kind, parts, span };
    }
    case "not":
      return {
        kind: "not",
        part: typeCondition(expression.part, { ...site, atom: { span: expression.part.span, bare: false } }),
        span,
      };
    case "bool":
      return { kind: "constant", value: expression.value, span };
    case "every":
    case "some":
      return typeQuantifier(expression, { ...site, atom: { span, bare: site.atom.bare } });
    case "has":
      return typeHas(expression, site);
    case "carries":
    case "happened":
      reportUnsupported(expression, site.report);
      return { kind: "constant", value: false, span };
    default:
      return typeAtom(expression, site);
  }
}

function typeAtom(expression: Expression, site: Site): TypedCondition {
  const operand = operandOf(expression, site);
  const { type, constant } = operand.view;
  if (typeof constant === "boolean") return { kind: "constant", value: constant, span: expression.span };
  if (!mayBe(type, "bool", "any", "error") || membersOf(type).length > 1) {
    site.report(
      diagnostic("P0306", expression.span, `\`${operand.text}\` is ${showType(type)}, not true or false`)
        .withLabel("a condition stands here")
        .withHelp(
          operand.reference === undefined
            ? "compare it with something"
            : `compare it, as in \`${operand.text} == …\`, or ask whether it is there: \`has ${operand.text}\``,
        ),
    );
  }
  return { kind: "atom", operand: operand.place(plain("bool")), span: expression.span };
}

function typeHas(expression: Expression & { readonly kind: "has" }, site: Site): TypedCondition {
  const { path, span } = expression;
  const nothing: TypedCondition = { kind: "constant", value: false, span };
  const first = firstArgument(path);
  if (first !== undefined && !argumentIsKnown(first.key.text, site)) {
    if (site.operations.length > 0) reportNoArgument(first.key.text, first.key.span, first.span, site);
    return nothing;
  }
  // Looked at as if it were there: `has` is what asks.
  const present = joinFacts([site.facts, factsOf(expression, true)]);
  const operand = look(path, { ...site, facts: present });
  if (operand.view.type.kind === "error") return nothing;
  const typed = operand.place(plain("any"));
  if (typed.kind !== "reference") {
    site.report(
      diagnostic("P0314", path.span, "`has` asks for a name with constant steps, such as `args.options.force`")
        .withNote("what is computed is never absent: it is unknown")
        .withHelp("ask for the value that it is computed from"),
    );
    return nothing;
  }
  return { kind: "has", reference: typed as TypedReference, span };
}

/** The step that names an argument, in a path that begins with `args`. */
function firstArgument(path: Expression): (Expression & { readonly kind: "member" }) | undefined {
  if (path.kind === "index") return firstArgument(path.of);
  if (path.kind !== "member") return undefined;
  if (path.of.kind === "name" && path.of.name.text === "args") return path;
  return firstArgument(path.of);
}

function typeQuantifier(expression: Quantifier, site: Site): TypedCondition {
  const { variable, span } = expression;
  const list = operandOf(expression.list, site);
  const before = site.variables.get(variable.text)?.span ?? site.scope.names.get(variable.text)?.span;
  if (before !== undefined) {
    site.report(
      diagnostic("P0206", variable.span, `the name \`${variable.text}\` is declared twice`)
        .withLabel("again here")
        .at(before, "first declared here")
        .withNote("nothing shadows: a reader should never have to ask which one is meant")
        .withHelp("choose another name for what is looked at"),
    );
  }
  if (["args", "tool", "resource", "its"].includes(variable.text)) {
    site.report(
      diagnostic("P0207", variable.span, `\`${variable.text}\` is built in`).withHelp(
        "choose another name for what is looked at",
      ),
    );
  }
  if (site.variables.size > 0 && !overOwnParts(list, site, expression.list)) {
    site.report(
      diagnostic("P0320", expression.list.span, `\`${list.text}\` is no part of what the outer quantifier looks at`)
        .withNote("a quantifier inside another looks at its parts only, so that the cost stays linear")
        .withHelp("write the two side by side, joined by `and` or `or`"),
    );
  }
  const types = membersOf(list.view.type);
  const notList = types.find((type) => type.kind !== "list" && type.kind !== "any" && type.kind !== "error");
  if (notList !== undefined) {
    site.report(
      diagnostic(
        "P0307",
        expression.list.span,
        `\`${expression.kind} … in\` looks at a list; \`${list.text}\` is ${showType(list.view.type)}`,
      ).withHelp(
        types.length > 1
          ? `ask first: \`${list.text} is list and …\``
          : `test it itself, without \`${expression.kind}\``,
      ),
    );
  }
  const elements =
    notList !== undefined ? [plain("error")] : types.map((type) => (type.kind === "list" ? type.element : type));
  const element = elements.length === 1 ? elements[0]! : plain("any");
  const variables = new Map([...site.variables, [variable.text, { type: element, span: variable.span }]]);
  const body = typeCondition(expression.body, {
    ...site,
    variables,
    atom: { span: expression.body.span, bare: false },
  });
  // Elements are read where they are used, so that one that cannot be read is unknown by itself.
  return { kind: expression.kind, variable: variable.text, over: list.place(listOf(plain("any"))), body, span };
}

function overOwnParts(list: Operand, site: Site, written: Expression): boolean {
  if (list.view.type.kind === "error") return true;
  return list.reference?.root === "variable" || constantOf(written, site.scope) !== undefined;
}
