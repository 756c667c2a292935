import {
  allOf,
  anyOf,
  byCost,
  type Code,
  type ConditionIr,
  cheapestFirst,
  costOf,
  identifier,
  joinCode,
  js,
  type OperandIr,
  type PolicyIr,
  type Scalar,
  type Speaking,
  type Subject,
  type WhoIr,
} from "@mcpolicy/core";
import { elsewhereCode } from "./elsewhere.ts";
import { type Frame, flatFrame, type Lifted, objectFrame } from "./frame.ts";
import { isFlat } from "./is-flat.ts";
import { markOf } from "./mark.ts";
import { declaration, flatSlot, operandCode, type Polarity, type Scope } from "./operand-code.ts";
import { conditionCode, knowing } from "./polarity.ts";
import { readableAfter } from "./readable.ts";
import { referencesOf } from "./references.ts";
import { INDEXED_FROM, type Way, waysCode } from "./rule-index.ts";
import { operandKey, shareableOf } from "./shareable.ts";
import { subjectTests } from "./subject-tests.ts";
import { callerTests, isAboutAnyone, type RoleCode, type RoleTests, roleTests } from "./who-code.ts";

/** What all code of a module shares. */
export interface Module extends Pick<Scope, "emission" | "servers" | "toolFacts"> {
  readonly ir: PolicyIr;
  readonly roles: RoleCode;
  /** Whether subjects tell which rules apply; else their `applying` is nothing. */
  readonly tellsRules: boolean;
}

/** The functions of a subject, and the constants that both are called with in `k`, behind themselves. */
export interface SubjectCode {
  /** Whether no deny possibly matches, and some allow surely does. */
  readonly permits: Code;
  /** The numbers of the rules that then apply; undefined where it is not so. */
  readonly applying: Code;
  readonly constants: readonly Scalar[];
  /** How many of `parts` `permits` is to be called with: those up to the last one that it reads. What nobody looks at need not be made. */
  readonly reads: number;
}

/** What functions of subjects are called with. `k` is code of the list in which they stand, where they read their constants. */
export function parts(k: Code): readonly Code[] {
  const [args, roles, ...further] = ["args", "roles", "name", "principal", "context", "state"].map(identifier);
  return [args as Code, roles as Code, k, ...further];
}

/** How many subjects have to differ in constants alone until they share their functions. */
const SHARED_FROM = 4;

/**
 * The functions of all subjects. Subjects that differ in constants alone share theirs, which are then hot however many subjects there are;
 * `scratch` is a module for finding out which do.
 */
export function subjectFunctions(
  subjects: readonly Subject[],
  module: Module,
  scratch: Module,
): readonly SubjectCode[] {
  const shapes = subjects.map((subject) =>
    hasAllow(subject) && isFlat(subject) ? shapeOf(subject, scratch) : undefined,
  );
  const counts = new Map<string, number>();
  for (const shape of shapes) if (shape !== undefined) counts.set(shape, (counts.get(shape) ?? 0) + 1);
  return subjects.map((subject, index) => {
    const shape = shapes[index];
    if (!hasAllow(subject)) return deniedFunctions(module);
    if (shape === undefined) return objectFunctions(subject, module);
    return flatFunctions(subject, module, (counts.get(shape) ?? 0) < SHARED_FROM ? undefined : { constants: [] });
  });
}

/** In the place of a function that nobody asks. */
const nothing: Code = js`0`;

function hasAllow({ deciding }: Subject): boolean {
  return deciding.some(({ sort }) => sort === "allow");
}

/** Nothing allows it. */
function deniedFunctions({ emission, tellsRules }: Module): SubjectCode {
  return {
    permits: emission.function("s", (name) => js`const ${name} = () => false;`),
    applying: tellsRules ? emission.function("n", (name) => js`const ${name} = () => undefined;`) : nothing,
    constants: [],
    reads: 0,
  };
}

/** The text of both functions with the constants taken out. */
function shapeOf(subject: Subject, scratch: Module): string {
  const lifted: Lifted = { constants: [] };
  const { permits, applying } = flatTexts(subject, scratch, lifted);
  return [permits, applying].map((text) => text(identifier("_")).text).join("\n");
}

// ------------------------------------------------------------------- forms

type FunctionText = (name: Code) => Code;

function flatFunctions(subject: Subject, module: Module, lifted: Lifted | undefined): SubjectCode {
  const { permits: text, applying, reads } = flatTexts(subject, module, lifted);
  const permits = module.emission.function("s", text);
  return {
    permits,
    applying: module.tellsRules ? module.emission.function("n", applying) : nothing,
    constants: lifted?.constants ?? [],
    reads,
  };
}

const parameters = parts(identifier("k"));

/** The request's parts as parameters; `reads`: as of `SubjectCode`. */
function flatTexts(
  subject: Subject,
  module: Module,
  lifted: Lifted | undefined,
): { readonly permits: FunctionText; readonly applying: FunctionText; readonly reads: number } {
  const text = (rules: readonly Speaking[], body: (asking: Asking) => Code) => {
    const frame = flatFrame(sharing(rules, subject), lifted);
    const temporaries: Code[] = [];
    const scope: Scope = { ...module, root: subject.server.root, variables: [], itsVariables: [], temporaries, frame };
    const roles = roleTests(module.roles, frame);
    const condition: Asking["condition"] = (asked, polarity, readable = []) =>
      conditionCode(asked, polarity, knowing(scope, readable));
    const slotOf: Asking["slotOf"] = (operand) => flatSlot(operand, scope);
    const code = body({ subject, frame, roles, condition, slotOf, isNamed: lifted === undefined });
    const slots = [...frame.slots].map((slot) => js`${identifier(slot)} = unset`);
    const reads = 1 + parameters.findLastIndex((part) => frame.starts.has(part.text));
    const named: FunctionText = (name) =>
      js`function ${name}(${parameters.slice(0, reads)}) {\n  ${declaration(slots)}${declaration(temporaries)}${code}\n}`;
    return { named, reads };
  };
  const permits = text(subject.deciding, (asking) => js`return ${permitsCode(asking, module)};`);
  const applying = text(
    [...subject.deciding, ...subject.others],
    (asking) => js`const found = [];\n  ${applyingCode(asking, js`found`)}`,
  );
  return { permits: permits.named, applying: applying.named, reads: permits.reads };
}

/** A function, and how many of `parts` it reads up to the last one. */
interface Made {
  readonly name: Code;
  readonly reads: number;
}

/** The request as one object, for what hands it on: loops, history, names that patterns match. */
function objectFunctions(subject: Subject, module: Module): SubjectCode {
  const { emission } = module;
  const make = (letter: string, rules: readonly Speaking[], body: (asking: Asking) => Code): Made => {
    const frame = objectFrame(sharing(rules, subject));
    const roles = roleTests(module.roles, frame);
    const condition: Asking["condition"] = (asked, polarity) => {
      const temporaries: Code[] = [];
      const scope: Scope = {
        ...module,
        root: subject.server.root,
        variables: [],
        itsVariables: [],
        temporaries,
        frame,
      };
      const code = conditionCode(asked, polarity, scope);
      const name = emission.function(
        "b",
        (self) => js`function ${self}(q) {\n  ${declaration(temporaries)}return ${code};\n}`,
      );
      return js`${name}(q)`;
    };
    const code = body({ subject, frame, roles, condition, slotOf: () => undefined, isNamed: true });
    const fields = joinCode(
      requestFields(subject, module, frame).map((field) => js`\n    ${field},`),
      js``,
    );
    // All that the code reads is a field; a text in one that looks like a part only counts too much.
    const reads = 1 + parameters.findLastIndex(({ text }) => new RegExp(`\\b${text}\\b`).test(fields.text));
    const name = emission.function(
      letter,
      (self) => js`function ${self}(${parameters.slice(0, reads)}) {
  const q = {${fields}
  };
  ${code}
}`,
    );
    return { name, reads };
  };
  const isIndexed = subject.deciding.length >= INDEXED_FROM;
  const permits = make(
    "s",
    subject.deciding,
    (asking) => js`return ${isIndexed ? indexedPermits(asking, module) : permitsCode(asking, module)};`,
  );
  return {
    permits: permits.name,
    applying: module.tellsRules
      ? make("n", [...subject.deciding, ...subject.others], (asking) => {
          asking.frame.starts.add("found");
          return isIndexed ? indexedApplying(asking, module) : applyingCode(asking, js`q.found`);
        }).name
      : nothing,
    constants: [],
    reads: permits.reads,
  };
}

/** The fields of `q`: what the code of a subject reads, all of it where it may hand the request on to what looks at history. */
function requestFields(subject: Subject, module: Module, frame: Frame): readonly Code[] {
  const isRead = (name: string): boolean => frame.remembers || frame.starts.has(name);
  const readsTools = subject.kind === "tool" && readsTool(subject);
  const fields = {
    args: js`args`,
    principal: js`principal`,
    context: js`context`,
    tool: readsTools ? js`tool: ${module.toolFacts()}(${subject.server.name}, name)` : js`tool: nothing`,
    resource: js`resource: ${subject.kind === "resource" ? js`{ uri: name }` : js`nothing`}`,
    result: js`result: undefined`,
    its: js`its: undefined`,
    itsRoot: js`itsRoot: undefined`,
  };
  const named = [js`name`, js`uri: name`];
  const past = js`past: { state: state ?? emptyState, caller: callerKeyOf(principal), now: context.time, rootOf }`;
  return [
    ...Object.entries(fields).flatMap(([name, field]) => (isRead(name) ? [field] : [])),
    ...(frame.starts.has("roles") ? [js`roles`] : []),
    ...(frame.starts.has("found") ? [js`found: []`] : []),
    ...(subject.name === undefined ? named : []),
    ...(frame.remembers ? [past] : []),
    ...[...frame.slots].map((slot) => js`${identifier(slot)}: unset`),
  ];
}

// --------------------------------------------------------------- questions

/** A subject, and how its code asks. */
interface Asking {
  readonly subject: Subject;
  readonly frame: Frame;
  readonly roles: RoleTests;
  /** `readable`: slots whose values are known to be there. */
  readonly condition: (asked: ConditionIr, polarity: Polarity, readable?: readonly string[]) => Code;
  /** The slot that keeps an operand's value, where that is a variable of the function. */
  readonly slotOf: (operand: OperandIr) => string | undefined;
  /** Whether the rules stand in comments: not where many subjects share the code. */
  readonly isNamed: boolean;
}

/** Code of yes or no. Allows come first: most requests are denied because nothing allows them. */
function permitsCode(asking: Asking, module: Module): Code {
  const named = (each: Speaking, code: Code): Code =>
    asking.isNamed ? js`\n    ${markOf(each.sort, each.rule)}\n    ${code}` : code;
  const quick = nowhereElse(asking, module);
  const allows = cheapestRules(asking.subject, "allow").map((each) => named(each, ruleCode(each, asking, [], quick)));
  const denies = deniesCode(asking, named);
  return denies.length === 0 ? anyOf(allows) : js`${anyOf(allows)} && !${anyOf(denies)}`;
}

/** What any allow needs, and is quicker asked than what it says itself: that no path lies elsewhere. */
function nowhereElse({ subject, frame }: Asking, { emission }: Module): readonly Code[] {
  const isElsewhere = elsewhereCode(subject, frame, emission);
  return isElsewhere === undefined ? [] : [js`!${isElsewhere}`];
}

/** Statements that give the numbers of the rules that apply, gathered in `found`; undefined where the answer is no. */
function applyingCode(asking: Asking, found: Code): Code {
  const { deciding, others } = asking.subject;
  const allows = deciding.filter(({ sort }) => sort === "allow").map((each) => noteCode(each, asking, found));
  const denies = deniesCode(asking);
  const denied = denies.length === 0 ? js`` : js` || ${anyOf(denies)}`;
  return joinCode(
    [
      ...allows,
      js`if (${found}.length === 0${denied}) return undefined;`,
      ...others.map((each) => noteCode(each, asking, found)),
      js`return ${found};`,
    ],
    js`\n  `,
  );
}

/** Code of each deny, which is asked where some allow applies and no deny before it does. */
function deniesCode(asking: Asking, named = (_: Speaking, code: Code): Code => code): readonly Code[] {
  const allows = asking.subject.deciding.filter(({ sort }) => sort === "allow");
  const readable = inAll(allows.map((each) => readableAfterRule(each, true, asking)));
  return cheapestRules(asking.subject, "deny").map((each) => {
    const code = named(each, ruleCode(each, asking, readable));
    readable.push(...readableAfterRule(each, false, asking));
    return code;
  });
}

/**
 * The slots whose values are known to be there where a rule applies, or where it does not. Where slots are variables the subject is one name, so that
 * nothing is asked of the operation.
 */
function readableAfterRule(each: Speaking, applies: boolean, { slotOf }: Asking): readonly string[] {
  const ofBranches = each.branches.map(({ condition }) => readableAfter(condition, polarityOf(each), applies, slotOf));
  if (applies) return inAll(ofBranches);
  return isAboutAnyone(each.rule) ? ofBranches.flat() : [];
}

/** What stands in all of some lists. */
function inAll([first = [], ...others]: readonly (readonly string[])[]): string[] {
  return first.filter((each) => others.every((list) => list.includes(each)));
}

function noteCode(each: Speaking, asking: Asking, found: Code): Code {
  const code = js`if (${ruleCode(each, asking)}) ${found}.push(${asking.frame.literal(each.number)});`;
  return asking.isNamed ? js`${markOf(each.sort, each.rule)}\n  ${code}` : code;
}

function cheapestRules({ deciding }: Subject, sort: Speaking["sort"]): readonly Speaking[] {
  return byCost(
    deciding.filter((each) => each.sort === sort),
    ({ branches }) => Math.min(...branches.map(({ condition }) => costOf(condition))),
  );
}

/**
 * Whether a rule applies to a request of this subject: an allow surely, all others possibly. `readable`: as of `Asking`. `quick`: what is asked before
 * the conditions.
 */
function ruleCode(
  each: Speaking,
  { subject, frame, roles, condition }: Asking,
  readable: readonly string[] = [],
  quick: readonly Code[] = [],
): Code {
  const polarity = polarityOf(each);
  const tests = each.branches.map((branch) => {
    const isAlways = branch.condition.kind === "constant" && branch.condition.truth === true;
    const asked = isAlways ? [] : [condition(cheapestFirst(branch.condition), polarity, readable)];
    return allOf([...subjectTests(branch, subject, polarity), ...asked]);
  });
  return allOf([...callerTests(each.rule, roles, frame), ...quick, anyOf(tests)]);
}

function polarityOf({ sort }: Pick<Speaking, "sort">): Polarity {
  return sort === "allow" ? "surely" : "possibly";
}

// ---------------------------------------------------------------- look-ups

/** The same where there are many rules: those that cannot apply are not asked. */
function indexedPermits(asking: Asking, module: Module): Code {
  return allOf([
    ...nowhereElse(asking, module),
    indexedCode(asking, module, "allow"),
    js`!${indexedCode(asking, module, "deny")}`,
  ]);
}

/** Each way in which an allow applies notes its rule and then counts as one that does not, so that all are come to. */
function indexedApplying(asking: Asking, module: Module): Code {
  const note = (code: Code, { number }: Way): Code => js`(${code} && q.found.push(${number}) < 0)`;
  return joinCode(
    [
      js`${indexedCode(asking, module, "allow", note)};`,
      js`if (q.found.length === 0 || ${indexedCode(asking, module, "deny")}) return undefined;`,
      ...asking.subject.others.map((each) => noteCode(each, asking, js`q.found`)),
      js`return q.found;`,
    ],
    js`\n  `,
  );
}

function indexedCode(
  asking: Asking,
  module: Module,
  sort: "allow" | "deny",
  noted?: (code: Code, way: Way) => Code,
): Code {
  const { subject, frame, roles, condition } = asking;
  const { root } = subject.server;
  const scope: Scope = { ...module, root, variables: [], itsVariables: [], temporaries: [], frame };
  const polarity = polarityOf({ sort });
  const way = (each: Way): Code => {
    const asked: ConditionIr = { kind: "and", parts: each.conjuncts };
    const isAlways = each.conjuncts.length === 0;
    const code = allOf([
      ...each.tests,
      ...(each.roles === undefined ? [] : [roles(each.roles)]),
      ...(isAlways ? [] : [condition(cheapestFirst(asked), polarity)]),
    ]);
    return noted === undefined ? code : noted(code, each);
  };
  return waysCode(
    subject.deciding.filter((each) => each.sort === sort).flatMap((each) => waysOf(each, asking)),
    {
      policy: module.ir,
      root,
      emission: module.emission,
      possibly: polarity === "possibly",
      roles: () => js`${frame.start("principal")}.roles`,
      operand: (asked: OperandIr): Code => operandCode(asked, scope),
      way,
      knownRoles: frame.roles,
      roleEntry: (wanted) => module.roles.entry(wanted, frame.literal),
      answers: noted === undefined,
    },
  );
}

function waysOf(speaking: Speaking, { subject, roles, frame }: Asking): readonly Way[] {
  const { number, rule, branches } = speaking;
  const { who } = rule;
  const isByRole = !who.anyone && who.ids.length === 0 && who.except === undefined && who.roles.length > 0;
  const about = callerTests(isByRole ? { ...rule, who: anyone } : rule, roles, frame);
  return branches.map((branch) => ({
    number,
    tests: [...about, ...subjectTests(branch, subject, polarityOf(speaking))],
    roles: isByRole ? who.roles : undefined,
    conjuncts: conjunctsOf(branch.condition),
  }));
}

const anyone: WhoIr = { anyone: true, roles: [], ids: [] };

function conjunctsOf(condition: ConditionIr): readonly ConditionIr[] {
  if (condition.kind === "and") return condition.parts.flatMap(conjunctsOf);
  return condition.kind === "constant" && condition.truth === true ? [] : [condition];
}

// ----------------------------------------------------------------- sharing

/** Whether an operand stands more than once in some rules about a subject. */
function sharing(rules: readonly Speaking[], { server }: Subject): Frame["isShared"] {
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

function readsTool({ deciding, others }: Subject): boolean {
  const branches = [...deciding, ...others].flatMap((each) => each.branches);
  return branches.some((branch) => referencesOf(branch.condition).some(({ root }) => root === "tool"));
}
