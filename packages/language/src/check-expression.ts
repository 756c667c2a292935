import {
  detectors,
  fieldNames,
  isAssignable,
  isPathName,
  joinTypes,
  membersOf,
  type Operator,
  operators,
  operatorsSpelled,
  showType,
  type Type,
} from "@mcpolicy/core";
import { diagnostic, type Span } from "@mcpolicy/diagnostics";
import { applied, isLoose } from "./apply-operator.ts";
import type { Binary, Expression } from "./ast.ts";
import { checkBoundName } from "./bound-name.ts";
import { argumentIsKnown, fieldIn, partOperand, type Whole, wholeOf } from "./check-arguments.ts";
import { constantOf, listConstant, partOf } from "./constants.ts";
import { joined } from "./data.ts";
import { holesOf } from "./holes.ts";
import { isPresent, narrowType, stepKey } from "./narrow.ts";
import { broken, constantOperand, type Operand, type Reference, referenceOperand, templateOperand } from "./operand.ts";
import { withSuggestion } from "./report.ts";
import { textOf } from "./scope.ts";
import type { Site } from "./site.ts";
import type { TypedOperand, TypedReference } from "./typed.ts";
import { listOf, plain, recordOf, unionOf } from "./types.ts";
import { walk } from "./visit.ts";

/** Types an expression that gives a value, and reports an optional that is read without a guard where an unknown would match. */
export function operandOf(expression: Expression, site: Site): Operand {
  const operand = look(expression, site);
  if (operand.reference?.unguarded && site.effect === "narrows") reportUnguarded(operand, site);
  return operand;
}

/** The same without the report: for `has` and `??`, which tell absence. */
export function look(expression: Expression, site: Site): Operand {
  const { span } = expression;
  const text = textOf(site.scope, span);
  switch (expression.kind) {
    case "string": {
      const parts = holesOf(expression.value, span, site);
      if (parts?.every((part) => typeof part === "string")) {
        const value = parts.join("");
        return constantOperand({ value, type: { kind: "enum", values: [value] } }, span, text);
      }
      for (const part of parts ?? []) if (typeof part !== "string") checkHole(part, site);
      return parts === undefined
        ? constantOperand(constantOf(expression, site.scope)!, span, text)
        : templateOperand(parts, span, text);
    }
    case "number":
    case "duration":
    case "date":
    case "regex":
    case "bool":
    case "null":
      return constantOperand(constantOf(expression, site.scope)!, span, text);
    case "range": {
      const constant = constantOf(expression, site.scope);
      if (constant !== undefined) return constantOperand(constant, span, text);
      site.report(
        diagnostic("P0314", span, "the ends of a range are written out")
          .withNote("a range is a set that is known when the policy is loaded")
          .withHelp("compare with `<=` twice, joined by `and`"),
      );
      return broken(span);
    }
    case "list":
      return listOperand(expression.items, site, span, text);
    case "name":
      return nameOperand(expression, site, text);
    case "member":
      return memberOperand(expression, site, text);
    case "index":
      return indexOperand(expression, site, text);
    case "default":
      return defaultOperand(expression, site, text);
    case "binary":
      return binaryOperand(expression, site, text);
    case "test":
      return testOperand(expression, site, text);
    case "call":
      return callOperand(expression, site, text);
    case "sum-for":
      return sumOperand(expression, site, text);
    case "count":
    case "sum-over":
      site.report(
        diagnostic("P0323", span, "a number of history stands by itself on one side of a comparison")
          .withNote(
            "where events are forgotten or unreadable it is a range: only a comparison knows what to do with one",
          )
          .withHelp("write `count of … > 10` as a condition of its own"),
      );
      return broken(span);
    case "and":
    case "or":
    case "not":
    case "every":
    case "some":
    case "has":
    case "carries":
    case "happened":
      site.report(
        diagnostic("P0306", span, "a condition stands here where a value is meant")
          .withNote("`and`, `or`, `not`, `has`, quantifiers and history are conditions; they give no value to compare")
          .withHelp("write the condition itself, or `not (…)`, without comparing it"),
      );
      return broken(span);
  }
}

/** What fills a hole is read like any other name: where an unknown would match, an optional needs its guard. */
function checkHole(hole: TypedReference, site: Site): void {
  if (!readable(hole.root, hole.path[0] ?? "", hole.span, site) || hole.root === "tool" || site.effect !== "narrows")
    return;
  const [name] = hole.path;
  const fields = hole.root === "principal" ? site.scope.principal : site.scope.context;
  const key = stepKey(hole.root, name!)!;
  if (!fields[String(name)]?.optional || isPresent(key, site.facts)) return;
  const reference: Reference = { root: hole.root, path: hole.path, key, unguarded: true };
  reportUnguarded(referenceOperand(reference, hole.as, hole.span, `${hole.root}.${name}`), site);
}

// --------------------------------------------------------- names and steps

/** Names that conditions read without declaring them. */
const roots = ["args", "principal", "context", "tool", "resource", "result", "its"] as const;

function nameOperand(expression: Expression & { readonly kind: "name" }, site: Site, text: string): Operand {
  const { name, span } = expression;
  const { scope } = site;
  const variable = site.variables.get(name.text);
  if (variable !== undefined) {
    const type = narrowType(variable.type, name.text, site.facts);
    return referenceOperand(rootReference("variable", name.text), type, span, text);
  }
  const root = roots.find((each) => each === name.text);
  if (root !== undefined) return rootOperand(root, span, text, site);
  const declared = scope.constants.get(name.text);
  if (declared !== undefined) {
    if (declared.parameters !== undefined) {
      site.report(
        diagnostic("P0315", span, `\`${name.text}\` is a macro, and stands for nothing by itself`)
          .at(declared.name.span, "declared here")
          .withHelp(`call it: \`${name.text}(${declared.parameters.map((each) => each.text).join(", ")})\``),
      );
      return broken(span);
    }
    const constant = constantOf(declared.value, scope);
    if (constant !== undefined) {
      if (declared.value.kind === "string" || declared.value.kind === "list") {
        const filled = look(declared.value, { ...site, variables: new Map() });
        return { ...filled, span, text };
      }
      return constantOperand(constant, span, text);
    }
    return broken(span);
  }
  if (detectors.has(name.text)) return constantOperand(constantOf(expression, scope)!, span, text);
  if (name.text === "data") return tablesOperand(span, text, site);
  if (argumentIsKnown(name.text, site)) {
    site.report(
      diagnostic("P0212", span, `there is nothing called \`${name.text}\` here`)
        .withNote("arguments are read behind `args`")
        .withFix({ title: `did you mean \`args.${name.text}\`?`, span, replacement: `args.${name.text}` }),
    );
    return broken(span);
  }
  const other = scope.names.get(name.text);
  if (other?.kind === "table") {
    site.report(
      diagnostic("P0212", span, `there is nothing called \`${name.text}\` here`)
        .withNote("tables are read behind `data`")
        .withFix({ title: `did you mean \`data.${name.text}\`?`, span, replacement: `data.${name.text}` }),
    );
    return broken(span);
  }
  const found = diagnostic("P0212", span, `there is nothing called \`${name.text}\` here`);
  site.report(
    withSuggestion(
      other === undefined ? found : found.at(other.span, `declared here as a ${other.kind}, which has no value`),
      name.text,
      [...site.variables.keys(), ...scope.constants.keys(), ...roots, ...detectors.keys()],
      span,
      "names with a value",
    ),
  );
  return broken(span);
}

/** All tables by their names. One that could not be read was reported. */
function tablesOperand(span: Span, text: string, site: Site): Operand {
  const tables = [...site.scope.tables];
  const value = Object.fromEntries(tables.map(([name, table]) => [name, table.value]));
  const fields = tables.map(([name, { type }]) => [name, { type, optional: false }] as const);
  const unread = [...site.scope.names].some(([name, { kind }]) => kind === "table" && !site.scope.tables.has(name));
  return unread ? broken(span) : constantOperand({ value, type: recordOf(Object.fromEntries(fields)) }, span, text);
}

function rootReference(root: Reference["root"], name: string): Reference {
  return { root, ...(root === "variable" ? { variable: name } : {}), path: [], key: name, unguarded: false };
}

function rootOperand(root: (typeof roots)[number], span: Span, text: string, site: Site): Operand {
  if (root === "result" && !site.readsResult) {
    site.report(
      diagnostic("P0324", span, "there is no `result` yet where a call is decided")
        .withNote("`result` is read by `deny result of`, `redact` and `label`")
        .withHelp("an earlier call's result is `its.result`, behind `with`"),
    );
    return broken(span);
  }
  if (root === "its" && site.its === undefined) {
    site.report(
      diagnostic("P0324", span, "`its` is an earlier call, and there is none here")
        .withNote("it is read behind `with`, and in what `count of distinct` and `sum of` look at")
        .withHelp("write `called OPERATION with (its.args.x == args.x) in last 1h`"),
    );
    return broken(span);
  }
  return referenceOperand(rootReference(root, root), rootType(root, site), span, text);
}

const hints = ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"];

function rootType(root: (typeof roots)[number], site: Site): Type {
  const field = (type: Type) => ({ type, optional: false });
  switch (root) {
    case "args":
    case "result":
      return recordOf({}, true);
    case "its":
      return recordOf({
        args: field(recordOf({}, true)),
        result: field(recordOf({}, true)),
        tool: field(recordOf({ name: field(plain("string")), server: field(plain("string")) })),
      });
    case "principal":
      return recordOf(site.scope.principal);
    case "context":
      return recordOf({ ...site.scope.context, ...site.scope.resultContext });
    case "resource":
      return recordOf({ uri: field(plain("url")) });
    case "tool":
      return recordOf({
        name: field(plain("string")),
        server: field(plain("string")),
        description: field(plain("string")),
        annotations: field(recordOf(Object.fromEntries(hints.map((hint) => [hint, field(plain("bool"))])))),
      });
  }
}

function memberOperand(expression: Expression & { readonly kind: "member" }, site: Site, text: string): Operand {
  const of = look(expression.of, site);
  return stepInto(of, expression.key.text, expression.key.span, expression.span, site, text);
}

function indexOperand(expression: Expression & { readonly kind: "index" }, site: Site, text: string): Operand {
  const of = look(expression.of, site);
  const constant = constantOf(expression.key, site.scope)?.value;
  if (typeof constant === "string" || typeof constant === "number") {
    return stepInto(of, constant, expression.key.span, expression.span, site, text);
  }
  if (of.reference?.unguarded && site.effect === "narrows") reportUnguarded(of, site);
  const key = operandOf(expression.key, { ...site, takesHoles: false });
  if (!isAssignable(key.view.type, unionOf([plain("string"), plain("int"), plain("path"), plain("url")]))) {
    site.report(
      diagnostic(
        "P0301",
        expression.key.span,
        `a key is text or a whole number; this is ${showType(key.view.type)}`,
      ).withHelp("index by a constant, `tool.name`, `tool.server` or a scalar"),
    );
    return broken(expression.span);
  }
  const kinds = new Set(membersOf(key.view.type).map((each) => each.kind));
  // A path is looked up as it is read everywhere else: canonically.
  const keyType = plain(kinds.size === 1 ? (keyKinds.find((kind) => kinds.has(kind)) ?? "string") : "string");
  return {
    view: { type: elementsOf(of.view.type) },
    span: expression.span,
    text,
    place: (as) => ({
      kind: "field",
      of: of.place(containerOf(of.view.type)),
      key: key.place(keyType),
      as,
      span: expression.span,
    }),
  };
}

const keyKinds = ["int", "path"] as const;

/** What lies under a computed key. */
function elementsOf(type: Type): Type {
  const parts = membersOf(type).map((member): Type => {
    if (member.kind === "list") return member.element;
    if (member.kind !== "record" || (member.open && member.rest === undefined)) return plain("any");
    return joined([...Object.values(member.fields).map((field) => field.type), ...(member.rest ? [member.rest] : [])]);
  });
  return parts.length === 1 ? parts[0]! : unionOf(parts);
}

/** What a value is read as for the sake of its parts alone. */
function containerOf(type: Type): Type {
  const whole: readonly Type["kind"][] = ["url", "mail"];
  return whole.includes(type.kind) ? type : plain("any");
}

function stepInto(of: Operand, key: string | number, keySpan: Span, span: Span, site: Site, text: string): Operand {
  const { type } = of.view;
  if (type.kind === "error") return broken(span);
  const reference = of.reference;
  const whole = reference === undefined ? undefined : wholeOf(reference, site);
  if (reference !== undefined && whole !== undefined) {
    return typeof key === "string" ? partOperand(whole, reference, key, keySpan, span, site, text) : broken(span);
  }
  if (reference !== undefined && reference.path.length === 0 && !readable(reference.root, key, span, site))
    return broken(span);
  if (reference?.root === "tool" && key === "description" && site.effect === "grants") {
    site.report(
      diagnostic("P0313", span, "`tool.description` stands only where a match forbids")
        .withNote("it is the server's own word, which must not grant anything")
        .withHelp("name the tools in this rule instead"),
    );
    return broken(span);
  }
  const { constant } = of.view;
  const part = constant === undefined ? undefined : partOf({ value: constant, type }, key);
  if (part !== undefined) return constantOperand(part, span, text);
  const field = constant === undefined ? fieldIn(type, key) : undefined;
  if (field === undefined) {
    reportNoField(of, key, keySpan, site);
    return broken(span);
  }
  if (reference === undefined || containerOf(type).kind !== "any") {
    if (reference?.unguarded && site.effect === "narrows") reportUnguarded(of, site);
    return {
      view: { type: field.type },
      span,
      text,
      place: (as) => ({ kind: "field", of: of.place(containerOf(type)), key: stepOf(key), as, span }),
    };
  }
  const steps = stepKey(reference.key, key)!;
  return referenceOperand(
    {
      ...reference,
      path: [...reference.path, key],
      key: steps,
      unguarded: (reference.unguarded || field.optional) && !isPresent(steps, site.facts),
    },
    narrowType(field.type, steps, site.facts),
    span,
    text,
    isToolName(reference, key) ? { name: true } : {},
  );
}

/** `tool.name`, `its.tool.server` and the like. */
function isToolName({ root, path }: Reference, key: string | number): boolean {
  const ofTool = root === "tool" ? path.length === 0 : root === "its" && path.length === 1 && path[0] === "tool";
  return ofTool && (key === "name" || key === "server");
}

function stepOf(key: string | number): string {
  return String(key);
}

function reportNoField(of: Operand, key: string | number, keySpan: Span, site: Site): void {
  const { type } = of.view;
  const lacking = membersOf(type).filter((member) => fieldIn(member, key) === undefined);
  const missing = lacking.find(({ kind }) => kind !== "record") ?? lacking[0] ?? type;
  const whole = of.reference?.path.length === 0 ? `\`${of.text}\`` : `\`${of.text}\` (${showType(type)})`;
  const names = missing.kind === "record" ? [...new Set(lacking.flatMap(fieldNames))] : fieldNames(missing);
  if (typeof key === "number" || (names.length === 0 && missing.kind !== "record")) {
    const narrowable = missing !== type;
    site.report(
      diagnostic("P0317", keySpan, `${whole} has no part \`${key}\``)
        .withNote(narrowable ? `it may be ${showType(missing)}` : `it is ${showType(missing)}`)
        .withHelp(
          narrowable
            ? `ask first what it is: \`${of.text} is record and …\``
            : names.length > 0 || missing.kind !== "list"
              ? "read it as it is"
              : `look at its elements: \`some x in ${of.text}: …\``,
        ),
    );
    return;
  }
  site.report(
    withSuggestion(
      diagnostic("P0213", keySpan, `${whole} has no attribute \`${key}\``),
      String(key),
      names,
      keySpan,
      `attributes of \`${of.text}\``,
    ),
  );
}

/** Whether each operation has a tool, a resource or a result, to be read. */
function readable(root: Reference["root"], key: string | number, span: Span, site: Site): boolean {
  const kind = root === "its" ? itsKinds[key] : root === "tool" || root === "resource" ? root : undefined;
  if (root === "its" && key === "result" && site.its?.hasResult === false) {
    site.report(
      diagnostic("P0324", span, "a call in flight has no result yet")
        .withNote("`attempted` and `called` speak of calls that may not have ended")
        .withHelp("look for it as completed: `completed OPERATION with … in last …`"),
    );
    return false;
  }
  if (root === "context" && Object.hasOwn(site.scope.resultContext, key) && !site.readsResult) {
    site.report(
      diagnostic("P0324", span, `\`context.${key}\` comes with a result, and there is none yet where a call is decided`)
        .withNote("it is read by `deny result of`, `redact` and `label`")
        .withHelp("declare it without `on result` where the host knows it when the call is made"),
    );
    return false;
  }
  if (kind === undefined) return true;
  const operations = root === "its" ? (site.its?.operations ?? []) : site.operations;
  const without = operations.find((each) => each.ir.kind !== kind);
  if (without === undefined) return true;
  const what = root === "its" ? `its.${key}` : root;
  site.report(
    diagnostic("P0308", span, `\`${what}\` is not there for every operation of this rule`)
      .withNote(`\`${without.label}\` has none, so that the condition would be unknown there`)
      .withHelp(`give the operations that have a ${kind} a rule of their own`),
  );
  return false;
}

/** What an earlier event must be of for each of its parts to be read. */
const itsKinds: Readonly<Record<string, "tool">> = { tool: "tool", result: "tool" };

/** An optional in a rule in which an unknown matches: it would fire for every call that leaves the value out. */
function reportUnguarded(operand: Operand, site: Site): void {
  const { span } = site.atom;
  const isValue = "isValue" in site.atom;
  const guarded = `has ${operand.text} and ${textOf(site.scope, span)}`;
  const found = diagnostic(
    "P0305",
    operand.span,
    `\`${operand.text}\` is optional, and nothing says what happens without it`,
  )
    .withLabel("absent, this is unknown")
    .withNote("here an unknown matches, so that the rule would fire for each call without it")
    .withHelp(`${isValue ? "give" : "or give"} it a value for that case: \`${operand.text} ?? …\``);
  // In the midst of a value no condition can stand.
  if (isValue) {
    site.report(found);
    return;
  }
  // What a macro is called with stands elsewhere than the macro's own text.
  const isInside = operand.span.file === span.file && operand.span.start >= span.start && operand.span.end <= span.end;
  site.report(
    isInside
      ? found.withFix({
          title: `ask first whether it is there`,
          span,
          replacement: "bare" in site.atom && site.atom.bare ? guarded : `(${guarded})`,
        })
      : found.withHelp(`ask first whether it is there: \`has ${operand.text} and …\``),
  );
}

// ---------------------------------------------------------- lists, defaults

/** `sum of VALUE for x in LIST`: a number of each element, such as `x.weight`, `x.count * 3` or `data.weights[x.kind]`. */
function sumOperand(expression: Expression & { readonly kind: "sum-for" }, site: Site, text: string): Operand {
  const { span, variable, value } = expression;
  const list = operandOf(expression.list, site);
  checkBoundName(variable, list, expression.list, site);
  const types = membersOf(list.view.type);
  if (list.view.type.kind === "error") return broken(span);
  if (types.some((type) => type.kind !== "list" && type.kind !== "any")) {
    site.report(
      diagnostic(
        "P0307",
        expression.list.span,
        `\`sum of … in\` looks at a list; \`${list.text}\` is ${showType(list.view.type)}`,
      ).withHelp("sum the elements of a list"),
    );
    return broken(span);
  }
  const element = joined(types.map((type) => (type.kind === "list" ? type.element : type)));
  const variables = new Map([...site.variables, [variable.text, { type: element, span: variable.span }]]);
  const each = operandOf(value, { ...site, variables, takesHoles: false, atom: { span: value.span, isValue: true } });
  if (each.view.type.kind === "error") return broken(span);
  const isOfElement = [...walk(value)].some((part) => part.kind === "name" && part.name.text === variable.text);
  if (!isOfElement || !isAssignable(each.view.type, plain("number"))) {
    site.report(
      diagnostic("P0301", value.span, `\`sum of\` adds a number of each element, not \`${each.text}\``)
        .withNote(
          isOfElement
            ? `\`${each.text}\` is ${showType(each.view.type)}`
            : `nothing of \`${variable.text}\` stands in it, so that it is the same for each`,
        )
        .withHelp(`write \`sum of ${variable.text}.weight for ${variable.text} in ${list.text}\``),
    );
    return broken(span);
  }
  const [operator] = operatorsSpelled("sum of");
  const numbers = listOf(plain("number"));
  return {
    view: { type: plain("number") },
    span,
    text,
    place: (as) => ({
      kind: "apply",
      operator: operator!,
      operands: [
        {
          kind: "each",
          variable: variable.text,
          over: list.place(listOf(plain("any"))),
          value: each.place(plain("number")),
          as: numbers,
          span,
        },
      ],
      as: isLoose(as) ? as : plain("number"),
      span,
    }),
  };
}

function listOperand(items: readonly Expression[], site: Site, span: Span, text: string): Operand {
  const operands = items.map((item) => operandOf(item, site));
  if (operands.every((each) => each.view.constant !== undefined)) {
    const written = operands.map(({ view }) => ({ value: view.constant!, type: view.type }));
    return constantOperand(listConstant(written), span, text);
  }
  const element = operands.map((each) => each.view.type).reduce(joinTypes);
  const written = operands.every((each) => each.view.constant !== undefined || each.view.template === true);
  return {
    view: { type: listOf(element), ...(written ? { template: true } : {}) },
    span,
    text,
    place: (as) => ({
      kind: "list",
      items: operands.map((each) => each.place(as.kind === "list" ? as.element : each.view.type)),
      as,
      span,
    }),
    whyNot: (as) =>
      as.kind === "list"
        ? (operands.map((each) => each.whyNot?.(as.element) ?? "").find((why) => why !== "") ?? "")
        : "",
  };
}

function defaultOperand(expression: Expression & { readonly kind: "default" }, site: Site, text: string): Operand {
  const { span } = expression;
  const value = look(expression.value, site);
  const fallback = constantOf(expression.fallback, site.scope);
  if (value.view.type.kind === "error") return broken(span);
  if (fallback === undefined) {
    site.report(
      diagnostic("P0314", expression.fallback.span, "behind `??` stands a constant")
        .withNote("a value that a request brings must not take the place of another")
        .withHelp("write the value out, or name a `let`"),
    );
    return broken(span);
  }
  const { reference } = value;
  if (reference === undefined) {
    site.report(
      diagnostic("P0314", expression.value.span, "`??` stands behind a name, such as `args.x ?? 10`")
        .withNote("only what a request or caller may leave out can be absent")
        .withHelp("put `??` behind the name that may be absent"),
    );
    return broken(span);
  }
  const constant = constantOperand(fallback, expression.fallback.span, textOf(site.scope, expression.fallback.span));
  const { type } = value.view;
  const why = type.kind === "any" ? "" : (constant.whyNot?.(type) ?? "");
  if (why !== "") {
    site.report(
      diagnostic(
        "P0304",
        constant.span,
        `${constant.text} cannot stand for \`${value.text}\`, which is ${showType(type)}`,
      )
        .withNote(why)
        .withHelp(`write a value of type ${showType(type)}`),
    );
    return broken(span);
  }
  return {
    view: { type: type.kind === "any" ? plain("any") : type },
    span,
    text,
    place: (as) => ({ ...(value.place(as) as TypedOperand & { kind: "reference" }), fallback: fallback.value, span }),
  };
}

// ------------------------------------------------------------ operators

/** Operators beside which text may hold `{principal.x}`, and on which side. */
const takesHoles: Readonly<Record<string, readonly ("left" | "right")[]>> = {
  under: ["right"],
  like: ["right"],
  "==": ["left", "right"],
  in: ["left"],
};

function binaryOperand(expression: Binary, site: Site, text: string): Operand {
  const sides = takesHoles[expression.operator] ?? [];
  const left = operandOf(expression.left, { ...site, takesHoles: sides.includes("left") });
  const right = operandOf(expression.right, { ...site, takesHoles: sides.includes("right") });
  if (expression.operator === "*" && left.view.constant === undefined && right.view.constant === undefined) {
    site.report(
      diagnostic("P0314", expression.span, "one side of `*` is a constant")
        .withNote("proofs count on sums of multiples")
        .withHelp("write one of the two out"),
    );
    return broken(expression.span);
  }
  return applied(
    rowsFor(expression.operator),
    expression.operator,
    [left, right],
    expression.span,
    site,
    text,
    expression,
  );
}

function testOperand(expression: Expression & { readonly kind: "test" }, site: Site, text: string): Operand {
  const spelling = expression.operator.startsWith("is ") ? expression.operator : `is ${expression.operator}`;
  const rows = rowsFor(spelling);
  const operand = operandOf(expression.operand, site);
  if (rows.length === 0) {
    const tests = operators.filter((row) => row.level === "test").map((row) => row.spelling.replace(/^is /, ""));
    const word = spelling.slice(3);
    const start = expression.span.start + Math.max(0, text.lastIndexOf(word));
    const wordSpan = { ...expression.span, start, end: start + word.length };
    site.report(
      withSuggestion(diagnostic("P0315", wordSpan, `there is no test \`is ${word}\``), word, tests, wordSpan, "tests"),
    );
    return broken(expression.span);
  }
  return applied(rows, spelling, [operand], expression.span, site, text);
}

function callOperand(expression: Expression & { readonly kind: "call" }, site: Site, text: string): Operand {
  const { text: name, span } = expression.function;
  if (site.scope.constants.get(name)?.parameters !== undefined) return broken(expression.span);
  const rows = rowsFor(name).filter((row) => row.level === "function");
  if (rows.length === 0) {
    const functions = operators.filter((row) => row.level === "function").map((row) => row.spelling);
    site.report(
      withSuggestion(diagnostic("P0315", span, `there is no function \`${name}\``), name, functions, span, "functions"),
    );
    return broken(expression.span);
  }
  const operands = expression.operands.map((each) => operandOf(each, { ...site, takesHoles: false }));
  const reference = operands.length === 1 ? operands[0]?.reference : undefined;
  const whole = reference === undefined ? undefined : wholeOf(reference, site);
  if (whole === undefined) return applied(rows, name, operands, expression.span, site, text);
  return argumentTexts(whole, rows, name, operands, expression.span, site, text);
}

function rowsFor(spelling: string): readonly Operator[] {
  return operatorsSpelled(spelling);
}

/**
 * `strings(args)` is told which property names the tools declare, since it gives the names of the others; `paths(args)` which names their
 * schemas make paths, though they do not say so. On an untyped server it gives every string, since nothing says there which is a path.
 */
function argumentTexts(
  whole: Whole,
  rows: readonly Operator[],
  name: string,
  operands: readonly Operand[],
  span: Span,
  site: Site,
  text: string,
): Operand {
  const untyped = whole.operations.some((each) => each.untyped);
  const namesOf = (of: (type: Type | undefined) => readonly string[]): Operand => {
    const value = [...new Set(whole.operations.flatMap((each) => of(whole.typeOf(each))))].sort();
    return constantOperand({ value, type: listOf(plain("string")) }, span, "");
  };
  const asStrings = name === "strings" || (name === "paths" && untyped);
  if (!asStrings) {
    const named = name === "paths" ? namesOf(namesMadePaths) : undefined;
    const more = Array.isArray(named?.view.constant) && named.view.constant.length > 0 ? [named] : [];
    return applied(rows, name, [...operands, ...more], span, site, text);
  }
  const names = namesOf(declaredNames);
  const given = applied(operatorsSpelled("strings"), "strings", [...operands, names], span, site, text);
  // On an untyped server each string is taken for a path, so that what is asked of paths is asked of all of them.
  return name === "paths" && given.view.type.kind !== "error"
    ? { ...given, view: { type: listOf(plain("path")) } }
    : given;
}

/** Names of fields that are paths, or hold them, by what their schema says and not by themselves. */
function namesMadePaths(type: Type | undefined, name?: string): readonly string[] {
  switch (type?.kind) {
    case "path":
      return name === undefined || isPathName(name) ? [] : [name];
    case "record":
      return [
        ...Object.entries(type.fields).flatMap(([key, field]) => namesMadePaths(field.type, key)),
        ...namesMadePaths(type.rest, name),
      ];
    case "list":
      return namesMadePaths(type.element, name);
    case "union":
      return type.members.flatMap((member) => namesMadePaths(member, name));
    default:
      return [];
  }
}

/** Every property name that a type declares, at any depth. */
function declaredNames(type: Type | undefined): readonly string[] {
  switch (type?.kind) {
    case "record":
      return [
        ...Object.entries(type.fields).flatMap(([name, field]) => [name, ...declaredNames(field.type)]),
        ...declaredNames(type.rest),
      ];
    case "list":
      return declaredNames(type.element);
    case "union":
      return type.members.flatMap(declaredNames);
    default:
      return [];
  }
}
