import {
  allOf,
  anyOf,
  type Code,
  type ConditionIr,
  identifier,
  joinCode,
  js,
  type OperandIr,
  type PolicyIr,
  type RuleIr,
  type Scalar,
  type WhoIr,
} from "@mcpolicy/core";
import { byCost, cheapestFirst, costOf } from "./cost.ts";
import type { Speaking, Subject } from "./dispatch.ts";
import type { Emission } from "./emission.ts";
import { type Frame, flatFrame, type Lifted, objectFrame } from "./frame.ts";
import { declaration, operandCode, type Polarity, type Scope } from "./operand-code.ts";
import { conditionCode } from "./polarity.ts";
import { referencesOf } from "./references.ts";
import { INDEXED_FROM, type Way, waysCode } from "./rule-index.ts";
import { operandKey, shareableOf } from "./shareable.ts";
import { subjectTests } from "./subject-tests.ts";
import { callerTests, maskedRoleTests, type RoleTests, roleTests } from "./who-code.ts";

/** What all code of a module shares. */
export interface Module extends Pick<Scope, "emission" | "servers" | "toolFacts"> {
  readonly ir: PolicyIr;
}

/** The function that decides a subject, and the constants that it is called with as `k`. */
export interface SubjectCode {
  readonly name: Code;
  readonly constants: readonly Scalar[];
}

/** How many subjects have to differ in constants alone until they share one function. */
const SHARED_FROM = 4;

/** The most branches of a function whose parts all stand in one piece: what is longer, engines of JavaScript optimize badly. */
const MOST_FLAT = 48;

/**
 * The functions of all subjects: no deny possibly matches, and some allow surely does. Those that differ in constants alone are one
 * function, which is then hot however many subjects there are.
 */
export function subjectFunctions(
  subjects: readonly Subject[],
  module: Module,
  scratch: Emission,
): readonly SubjectCode[] {
  const shapes = subjects.map((subject) =>
    isFlat(subject) ? flatShape(subject, { ...module, emission: scratch }) : undefined,
  );
  const counts = new Map<string, number>();
  for (const shape of shapes) if (shape !== undefined) counts.set(shape, (counts.get(shape) ?? 0) + 1);
  return subjects.map((subject, index) => {
    const shape = shapes[index];
    if (shape === undefined) return { name: objectFunction(subject, module), constants: [] };
    if ((counts.get(shape) ?? 0) < SHARED_FROM) return { name: flatFunction(subject, module), constants: [] };
    const lifted: Lifted = { constants: [] };
    const name = flatFunction(subject, module, lifted);
    return { name, constants: lifted.constants };
  });
}

function flatShape(subject: Subject, module: Module): string {
  const lifted: Lifted = { constants: [] };
  return flatText(subject, module, lifted)(identifier("_")).text;
}

/** Whether nothing is read but arguments, caller and context, outside of loops, in few rules. */
function isFlat({ kind, name, rules }: Subject): boolean {
  const branches = rules.flatMap((each) => each.branches);
  return (
    kind === "tool" &&
    name !== undefined &&
    branches.length <= MOST_FLAT &&
    branches.every(({ condition }) => isFlatCondition(condition))
  );
}

function isFlatCondition(condition: ConditionIr): boolean {
  switch (condition.kind) {
    case "constant":
      return true;
    case "has":
      return isFlatOperand(condition.reference);
    case "and":
    case "or":
      return condition.parts.every(isFlatCondition);
    case "not":
      return isFlatCondition(condition.part);
    case "atom":
      return isFlatOperand(condition.operand);
    case "carries":
    case "happened":
    case "tally":
    case "every":
    case "some":
      return false;
  }
}

function isFlatOperand(operand: OperandIr): boolean {
  switch (operand.kind) {
    case "constant":
      return true;
    case "reference":
      return operand.root === "args" || operand.root === "principal" || operand.root === "context";
    case "apply":
      return operand.operands.every(isFlatOperand);
    case "field":
      return isFlatOperand(operand.of) && (typeof operand.key === "string" || isFlatOperand(operand.key));
    case "list":
      return operand.items.every(isFlatOperand);
    case "each":
      return false;
    case "text":
      return operand.parts.every((part) => typeof part === "string" || isFlatOperand(part));
  }
}

// ------------------------------------------------------------------- forms

function flatFunction(subject: Subject, module: Module, lifted?: Lifted): Code {
  return module.emission.function("s", flatText(subject, module, lifted));
}

function flatText(subject: Subject, module: Module, lifted?: Lifted): (name: Code) => Code {
  const frame = flatFrame(sharing(subject), lifted);
  const temporaries: Code[] = [];
  const asked = roleTests(module.ir, frame, (roles) => roleSet(roles, module));
  const masked = lifted === undefined ? maskedRoleTests(module.ir, asked) : undefined;
  const scope: Scope = { ...module, root: subject.server.root, variables: [], itsVariables: [], temporaries, frame };
  const condition = (rule: RuleIr, asked: ConditionIr): Code => conditionCode(asked, polarityOf(rule), scope);
  const decides = decisionCode(subject, frame, masked?.tests ?? asked, condition, lifted === undefined);
  const mask = masked?.mask();
  const roles =
    mask === undefined
      ? js``
      : js`const roles = ${module.emission.function("m", (name) => js`const ${name} = ${mask};`)}(principal.roles);\n  `;
  const slots = [...frame.slots].map((slot) => js`${identifier(slot)} = unset`);
  return (name) =>
    js`function ${name}(args, principal, context, request, k) {\n  ${roles}${declaration(slots)}${declaration(temporaries)}return ${decides};\n}`;
}

/** The request as one object, for what hands it on: loops, history, names that patterns match. */
function objectFunction(subject: Subject, module: Module): Code {
  const { emission } = module;
  const frame = objectFrame(sharing(subject));
  const roles = roleTests(module.ir, frame, (each) => roleSet(each, module));
  const condition = (rule: RuleIr, asked: ConditionIr): Code => {
    const temporaries: Code[] = [];
    const scope: Scope = { ...module, root: subject.server.root, variables: [], itsVariables: [], temporaries, frame };
    const code = conditionCode(asked, polarityOf(rule), scope);
    const name = emission.function(
      "b",
      (self) => js`function ${self}(q) {\n  ${declaration(temporaries)}return ${code};\n}`,
    );
    return js`${name}(q)`;
  };
  const decides =
    subject.rules.length < INDEXED_FROM
      ? decisionCode(subject, frame, roles, condition, true)
      : indexedCode(subject, module, frame, roles, condition);
  const fields = requestFields(subject, module, frame);
  return emission.function(
    "s",
    (name) => js`function ${name}(args, principal, context, request) {
  const q = {${joinCode(
    fields.map((field) => js`\n    ${field},`),
    js``,
  )}
  };
  return ${decides};
}`,
  );
}

/** The fields of `q`: what the code of a subject reads, all of it where it may hand the request on to what looks at history. */
function requestFields(subject: Subject, module: Module, frame: Frame): readonly Code[] {
  const isRead = (name: string): boolean => frame.remembers || frame.starts.has(name);
  const readsTools = subject.kind === "tool" && readsTool(subject);
  const fields = {
    args: js`args`,
    principal: js`principal`,
    context: js`context`,
    tool: readsTools ? js`tool: ${module.toolFacts()}(request.operation)` : js`tool: nothing`,
    resource: js`resource: ${subject.kind === "resource" ? js`{ uri: request.operation.uri }` : js`nothing`}`,
    result: js`result: undefined`,
    its: js`its: undefined`,
    itsRoot: js`itsRoot: undefined`,
  };
  const named = [js`name: request.operation.name`, js`uri: request.operation.uri`];
  const past = js`past: { state: request.state ?? emptyState, caller: callerKeyOf(principal), now: context.time, rootOf }`;
  return [
    ...Object.entries(fields).flatMap(([name, field]) => (isRead(name) ? [field] : [])),
    ...(subject.name === undefined ? named : []),
    ...(frame.remembers ? [past] : []),
    ...[...frame.slots].map((slot) => js`${identifier(slot)}: unset`),
  ];
}

/** Allows come first: most requests are denied because nothing allows them. */
function decisionCode(
  subject: Subject,
  frame: Frame,
  roles: RoleTests,
  condition: (rule: RuleIr, asked: ConditionIr) => Code,
  named: boolean,
): Code {
  const of = (effect: RuleIr["effect"]): readonly Code[] => {
    const speaking = subject.rules.filter(({ rule }) => rule.effect === effect);
    return byCost(speaking, cheapest).map((each) => {
      const code = speakingCode(each, subject, frame, roles, condition);
      return named ? js`\n    // ${each.rule.effect} ${each.rule.id}\n    ${code}` : code;
    });
  };
  const allows = of("allow");
  if (allows.length === 0) return js`false`;
  const denies = of("deny");
  return denies.length === 0 ? anyOf(allows) : js`${anyOf(allows)} && !${anyOf(denies)}`;
}

/** The same where there are many rules: those that cannot apply are not asked. */
function indexedCode(
  subject: Subject,
  module: Module,
  frame: Frame,
  roles: RoleTests,
  condition: (rule: RuleIr, asked: ConditionIr) => Code,
): Code {
  const { root } = subject.server;
  const scope: Scope = { ...module, root, variables: [], itsVariables: [], temporaries: [], frame };
  const way = (each: Way): Code => {
    const asked: ConditionIr = { kind: "and", parts: each.conjuncts };
    const isAlways = each.conjuncts.length === 0;
    return allOf([
      ...each.tests,
      ...(each.roles === undefined ? [] : [roles(each.roles)]),
      ...(isAlways ? [] : [condition(each.rule, cheapestFirst(asked))]),
    ]);
  };
  const of = (effect: RuleIr["effect"]): Code => {
    const ways = subject.rules
      .filter(({ rule }) => rule.effect === effect)
      .flatMap((speaking) => waysOf(speaking, subject, roles, frame));
    const operand = (asked: OperandIr): Code => operandCode(asked, scope);
    const possibly = effect === "deny";
    const list = js`${frame.start("principal")}.roles`;
    return waysCode(ways, { policy: module.ir, root, emission: module.emission, possibly, roles: list, operand, way });
  };
  return js`${of("allow")} && !${of("deny")}`;
}

function waysOf({ rule, branches }: Speaking, subject: Subject, roles: RoleTests, frame: Frame): readonly Way[] {
  const { who } = rule;
  const isByRole = !who.anyone && who.ids.length === 0 && who.except === undefined && who.roles.length > 0;
  const about = callerTests(isByRole ? { ...rule, who: anyone } : rule, roles, frame);
  return branches.map((branch) => ({
    rule,
    tests: [...about, ...subjectTests(branch, subject, polarityOf(rule))],
    roles: isByRole ? who.roles : undefined,
    conjuncts: conjunctsOf(branch.condition),
  }));
}

const anyone: WhoIr = { anyone: true, roles: [], ids: [] };

function conjunctsOf(condition: ConditionIr): readonly ConditionIr[] {
  if (condition.kind === "and") return condition.parts.flatMap(conjunctsOf);
  return condition.kind === "constant" && condition.truth === true ? [] : [condition];
}

function cheapest({ branches }: Speaking): number {
  return Math.min(...branches.map(({ condition }) => costOf(condition)));
}

/** Whether a rule applies to a request of this subject: an allow surely, a deny possibly. */
function speakingCode(
  { rule, branches }: Speaking,
  subject: Subject,
  frame: Frame,
  roles: RoleTests,
  condition: (rule: RuleIr, asked: ConditionIr) => Code,
): Code {
  const tests = branches.map((branch) => {
    const isAlways = branch.condition.kind === "constant" && branch.condition.truth === true;
    const asked = isAlways ? [] : [condition(rule, cheapestFirst(branch.condition))];
    return allOf([...subjectTests(branch, subject, polarityOf(rule)), ...asked]);
  });
  return allOf([...callerTests(rule, roles, frame), anyOf(tests)]);
}

function polarityOf({ effect }: RuleIr): Polarity {
  return effect === "allow" ? "surely" : "possibly";
}

function roleSet(roles: readonly string[], { emission }: Module): Code {
  return emission.set(roles);
}

/** Whether an operand stands more than once in what decides a subject. */
function sharing({ rules, server }: Subject): Frame["isShared"] {
  const counts = new Map<string, number>();
  for (const { branches } of rules) {
    for (const { condition } of branches) {
      for (const operand of shareableOf(condition)) {
        const key = operandKey(operand, server.root);
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
  }
  return (key) => (counts.get(key) ?? 0) > 1;
}

function readsTool(subject: Subject): boolean {
  const branches = subject.rules.flatMap((each) => each.branches);
  return branches.some((branch) => referencesOf(branch.condition).some(({ root }) => root === "tool"));
}
