import {
  type BranchIr,
  type Code,
  identifier,
  joinCode,
  js,
  type OperationIr,
  type PolicyIr,
  type RuleIr,
  type ServerIr,
  type WhoIr,
} from "@mcpolicy/core";
import { dispatch, type Speaking, type Subject } from "./dispatch.ts";
import { Emission, readKey, referencesOf } from "./emission.ts";
import { declaration, type Polarity, type Scope } from "./operand-code.ts";
import { conditionCode } from "./polarity.ts";

/** An ES module whose default export takes the kit (`kit.ts`) and gives `permits(request)`. It imports nothing. */
export function toJavascript(ir: PolicyIr): string {
  return js`export default ${policyFunction(ir)}\n`.text;
}

/** The function that the module exports: from the kit to `permits`. */
export function policyFunction(ir: PolicyIr): Code {
  const subjects = dispatch(ir);
  const emission = new Emission(countReads(subjects));
  const toolFacts = (): Code => factsTable(ir, emission);
  const table = subjectTable(subjects, { emission, servers: ir.servers, toolFacts });
  const facts = subjects.some(readsTool) ? toolFacts() : undefined;
  const remembers = emission.hasAny("h");
  const past = remembers
    ? js`    its: undefined,\n    past: { state: state ?? emptyState, caller: callerKeyOf(principal), now: context.time },\n`
    : js``;
  const slots = Array.from({ length: emission.slots }, (_, index) => js`    ${identifier(`r${index}`)}: unset,\n`);
  return js`function policy(kit) {
"use strict";
const { read, readOr, step, has, every, hole, join, operators, matchesName, matchesResource, toolFacts } = kit;
${remembers ? js`const { callerKeyOf, emptyState, carriesTest, happenedTest, tallyTest, momentWithIts } = kit;\n` : js``}const unset = Symbol("not read yet");
const nothing = Object.freeze({});
${joinCode(emission.lines, js`\n`)}
${table}
return function permits({ operation, principal, context, arguments: args${remembers ? js`, state` : js``} }) {
  const found = subjects.get(operation.kind)?.get(operation.server);
  const decide = found?.names.get(operation.name) ?? found?.further;
  if (decide === undefined) return false;
  return decide({
    args,
    principal,
    context,
    tool: ${facts === undefined ? js`nothing` : js`operation.kind === "tool" ? ${facts}(operation) : nothing`},
    resource: operation.kind === "resource" ? { uri: operation.uri } : nothing,
    result: undefined,
${past}    name: operation.name,
    uri: operation.uri,
${joinCode(slots, js``)}  });
};
}`;
}

// ---------------------------------------------------------------- dispatch

/** What all code of a module shares. */
type Module = Pick<Scope, "emission" | "servers" | "toolFacts">;

/** `subjects`: from kind and server to the deciding function of each name, and of further names where there are any. */
function subjectTable(subjects: readonly Subject[], module: Module): Code {
  const kinds = grouped(subjects, (subject) => subject.kind).map(([kind, ofKind]) => {
    const servers = grouped(ofKind, (subject) => subject.server.name).map(([server, ofServer]) => {
      const named = ofServer.flatMap((subject) =>
        subject.name === undefined ? [] : [js`\n      [${subject.name}, ${subjectFunction(subject, module)}]`],
      );
      const further = ofServer.find((subject) => subject.name === undefined);
      const rest = further === undefined ? js`undefined` : subjectFunction(further, module);
      return js`\n    [${server}, { names: new Map([${named}]), further: ${rest} }]`;
    });
    return js`\n  [${kind}, new Map([${servers}])]`;
  });
  return js`const subjects = new Map([${kinds}]);`;
}

function grouped<T>(items: readonly T[], key: (item: T) => string): readonly (readonly [string, readonly T[]])[] {
  return [...Map.groupBy(items, key)];
}

/** No deny possibly matches, and some allow surely does. Subjects with the same rules share one function. */
function subjectFunction(subject: Subject, module: Module): Code {
  const { emission } = module;
  const of = (effect: RuleIr["effect"]): readonly Code[] =>
    subject.rules.filter(({ rule }) => rule.effect === effect).map((each) => speakingCode(each, subject, module));
  const allows = of("allow");
  if (allows.length === 0) return emission.function("s", (name) => js`const ${name} = (q) => false;`);
  const denies = of("deny");
  const none = denies.length === 0 ? js`` : js`!(${joinCode(denies, js`\n  || `)})\n  && `;
  return emission.function("s", (name) => js`const ${name} = (q) => ${none}(${joinCode(allows, js`\n  || `)});`);
}

// ------------------------------------------------------------------- rules

/** Whether a rule applies to a request of this subject: an allow surely, a deny possibly. */
function speakingCode({ rule, branches }: Speaking, subject: Subject, module: Module): Code {
  const polarity: Polarity = rule.effect === "allow" ? "surely" : "possibly";
  const tests = branches.map((branch) => {
    const isAlways = branch.condition.kind === "constant" && branch.condition.truth === true;
    const condition = isAlways ? [] : [branchFunction(rule, branch, subject.server, polarity, module)];
    const parts = [...operationTests(branch, subject, polarity), ...condition];
    return parts.length === 0 ? js`true` : joinCode(parts, js` && `);
  });
  return joinCode([...callerTests(rule, module.emission), js`(${joinCode(tests, js` || `)})`], js` && `);
}

function branchFunction(rule: RuleIr, branch: BranchIr, server: ServerIr, polarity: Polarity, module: Module): Code {
  const temporaries: Code[] = [];
  const scope: Scope = { ...module, root: server.root, variables: [], temporaries, ofEvent: false };
  const condition = conditionCode(branch.condition, polarity, scope);
  const name = module.emission.function(
    "b",
    (self) =>
      js`// ${rule.effect} ${rule.id}\nfunction ${self}(q) {\n  ${declaration(temporaries)}return ${condition};\n}`,
  );
  return js`${name}(q)`;
}

/** Nothing where the rule is about anyone at any time. */
function callerTests(rule: RuleIr, emission: Emission): readonly Code[] {
  const dates = [
    ...(rule.from === undefined ? [] : [js`q.context.time >= ${rule.from}`]),
    ...(rule.until === undefined ? [] : [js`q.context.time < ${rule.until}`]),
  ];
  const isEverybody = rule.who.anyone && rule.who.except === undefined;
  const tests = [...dates, ...(isEverybody ? [] : [whoCode(rule.who)])];
  if (tests.length === 0) return [];
  const name = emission.function("w", (self) => js`const ${self} = (q) => ${joinCode(tests, js` && `)};`);
  return [js`${name}(q)`];
}

function whoCode(who: WhoIr): Code {
  const named = [
    ...(who.anyone ? [js`true`] : []),
    ...who.roles.map((role) => js`q.principal.roles.includes(${role})`),
    ...who.ids.map((id) => js`q.principal.id === ${id}`),
  ];
  const any = named.length === 0 ? js`false` : js`(${joinCode(named, js` || `)})`;
  return who.except === undefined ? any : js`(${any} && !${whoCode(who.except)})`;
}

// -------------------------------------------------------------- operations

/** What has to be asked at run time of the operation: nothing where the subject is one name, since dispatch knows. */
function operationTests(branch: BranchIr, subject: Subject, polarity: Polarity): readonly Code[] {
  if (subject.name !== undefined) return [];
  const isHere = (each: OperationIr): boolean => each.kind === subject.kind && each.server === subject.server.name;
  const unknownAs = polarity === "possibly";
  const include = branch.operations.filter(isHere).map((each) => operationTest(each, unknownAs));
  const except = branch.except.filter(isHere).map((each) => operationTest(each, !unknownAs));
  return [js`(${joinCode(include, js` || `)})`, ...(except.length === 0 ? [] : [js`!(${joinCode(except, js` || `)})`])];
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

// ------------------------------------------------------------------- facts

/** A function that gives what conditions read as `tool`; the facts of pinned tools are made once. */
function factsTable(ir: PolicyIr, emission: Emission): Code {
  const servers = ir.servers.map((server) => {
    const tools = Object.fromEntries(
      Object.entries(server.tools).map(([name, { description, annotations }]) => [name, { description, annotations }]),
    );
    return js`\n  [${server.name}, ${{ json: { name: server.name, trusted: server.trusted, tools } }}]`;
  });
  const table = emission.function("m", (name) => js`const ${name} = new Map([${servers}]);`);
  return emission.function(
    "f",
    (name) => js`const ${name} = (operation) => toolFacts(${table}.get(operation.server), operation.name);`,
  );
}

// ------------------------------------------------------------------- reads

function countReads(subjects: readonly Subject[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  // Each branch is one function per root, however many subjects share it.
  const counted = new Set<string>();
  for (const subject of subjects) {
    for (const { branches } of subject.rules) {
      for (const branch of branches) {
        const text = JSON.stringify([branch.condition, subject.server.root ?? null]);
        if (counted.has(text)) continue;
        counted.add(text);
        for (const reference of referencesOf(branch.condition, false)) {
          const key = readKey(reference, subject.server.root);
          counts.set(key, (counts.get(key) ?? 0) + 1);
        }
      }
    }
  }
  return counts;
}

function readsTool(subject: Subject): boolean {
  const branches = subject.rules.flatMap((each) => each.branches);
  return branches.some((branch) => referencesOf(branch.condition, true).some(({ root }) => root === "tool"));
}
