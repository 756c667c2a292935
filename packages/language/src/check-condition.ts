import { membersOf, showType } from "@mcpolicy/core";
import { diagnostic } from "@mcpolicy/diagnostics";
import type { Expression, Quantifier } from "./ast.ts";
import { checkBoundName } from "./bound-name.ts";
import { spend } from "./bounds.ts";
import { look, operandOf } from "./check-expression.ts";
import { isTally, typeCarries, typeHappened, typeTally } from "./check-history.ts";
import type { Entry, Expanded } from "./expand.ts";
import { unfoldMacros } from "./macros.ts";
import { factsOf, joinFacts } from "./narrow.ts";
import type { Report } from "./report.ts";
import type { Scope } from "./scope.ts";
import type { Site, SiteOfRule } from "./site.ts";
import type { CheckedBranch, TypedCondition, TypedReference } from "./typed.ts";
import { listOf, mayBe, plain } from "./types.ts";

/**
 * An entry under further conditions. Operations on untyped servers get a branch of their own, in which arguments are `any`, so that
 * they take nothing from the types of the others.
 */
export function branchesOf(
  entry: Entry,
  more: Entry["conditions"],
  site: SiteOfRule,
  scope: Scope,
  report: Report,
): readonly CheckedBranch[] {
  const conditions = [...entry.conditions, ...more];
  const [first] = conditions;
  if (first !== undefined && !spend(scope.work, 200, first.expression.span, report)) return [];
  const groups = [entry.operations.filter((each) => !each.untyped), entry.operations.filter((each) => each.untyped)];
  return groups
    .filter((operations) => operations.length > 0)
    .map((operations) => ({
      operations: irOf(operations),
      except: irOf(entry.except),
      condition: conditionOf(
        conditions,
        { scope, report, operations, ...site, its: undefined },
        first?.expression.span ?? { file: "", start: 0, end: 0 },
      ),
    }));
}

function irOf(operations: readonly Expanded[]): CheckedBranch["operations"] {
  return operations.map((each) => each.ir);
}

/** Conditions joined by `and`: each is looked at knowing what the others imply, whatever their order. */
export function conditionOf(
  written: Entry["conditions"],
  site: Omit<Site, "atom" | "facts" | "variables" | "plain" | "takesHoles">,
  span: TypedCondition["span"],
): TypedCondition {
  const conditions = written.map(({ expression, negated }) => ({
    expression: unfoldMacros(expression, site.scope, site.report),
    negated,
  }));
  const facts = joinFacts(conditions.map((each) => factsOf(each.expression, !each.negated)));
  const parts = conditions.map(({ expression, negated }): TypedCondition => {
    const inside: Site = {
      ...site,
      plain: !negated,
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
  const looked = site.operations.length + (site.its?.operations.length ?? 0);
  if (!spend(site.scope.work, 100 + looked, span, site.report)) return { kind: "constant", value: false, span };
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
        part: typeCondition(expression.part, {
          ...site,
          plain: !site.plain,
          atom: { span: expression.part.span, bare: false },
        }),
        span,
      };
    case "bool":
      return { kind: "constant", value: expression.value, span };
    case "every":
    case "some":
      return typeQuantifier(expression, { ...site, atom: { span, bare: "bare" in site.atom && site.atom.bare } });
    case "has":
      return typeHas(expression, site);
    case "carries":
      return typeCarries(expression, site);
    case "happened":
      return typeHappened(expression, site, { typeCondition, branchesOf });
    case "binary":
      if (isTally(expression.left) || isTally(expression.right)) {
        return typeTally(expression, site, { typeCondition, branchesOf });
      }
      return typeAtom(expression, site);
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

function typeQuantifier(expression: Quantifier, site: Site): TypedCondition {
  const { variable, span } = expression;
  const list = operandOf(expression.list, site);
  checkBoundName(variable, list, expression.list, site);
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
