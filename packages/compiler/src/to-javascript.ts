import { type Code, dispatch, joinCode, js, type PolicyIr, type Subject } from "@mcpolicy/core";
import { Emission } from "./emission.ts";
import { type Module, parts, type SubjectCode, subjectFunctions } from "./subject-code.ts";
import { roleCode } from "./who-code.ts";

/** An ES module whose default export takes the kit (`kit.ts`) and gives the functions of an engine. It imports nothing. */
export function toJavascript(ir: PolicyIr): string {
  return js`export default ${policyFunction(ir)}\n`.text;
}

/**
 * The function that the module exports: from the kit to the functions of an engine, which knows no subjects but those given. `facts` is code of a function
 * from a server's name and a tool's to what conditions read as `tool`; without it the function holds these facts itself.
 */
export function policyFunction(ir: PolicyIr, subjects: readonly Subject[] = dispatch(ir), facts?: Code): Code {
  const { settings, lines, called } = engineCode(ir, subjects, true, facts);
  return js`function policy(kit) {
"use strict";
const { read, readOr, step, has, every, hole, join, operators, matchesName, matchesResource, toolFacts, asPath } = kit;
const { hasRole, hasAnyRole, callerKeyOf, emptyState, carriesTest, happenedTest, tallyTest, momentWithIts } = kit;
${joinCode([...settings.map(({ line }) => line), ...lines], js`\n`)}
return {
  permits,
  applying({ operation, arguments: args, context, state }, principal) {
    const found = find(operation);
    if (found === undefined) return undefined;
    const roles = rolesOf(principal.roles), name = operation.name ?? operation.uri;
    return found[1](${parts(js`found`)});
  },
  rolesOf: (principal) => rolesOf(principal.roles),
  permitsTool: (roles, principal, server, name, args, context, state) => permitsTool(${called}),
};
}`;
}

/** Code on which the functions of an engine stand. */
export interface EngineCode {
  /** What it reads beside the kit: names with the lines that declare them. */
  readonly settings: readonly { readonly name: string; readonly line: Code }[];
  /** `rolesOf`, `permitsTool`, `permits` and, where subjects say which rules apply, `find`, after all that they need. */
  readonly lines: readonly Code[];
  /** What `permitsTool` is called with. */
  readonly called: readonly Code[];
  /** Where further functions over the same are written; each is a line of its own, to stand before `lines`. */
  readonly emission: Emission;
  readonly toolFacts: Module["toolFacts"];
}

/** `tellsRules`: whether subjects say which rules apply, not only yes or no. `facts`: as of `policyFunction`. */
export function engineCode(ir: PolicyIr, subjects: readonly Subject[], tellsRules: boolean, facts?: Code): EngineCode {
  const moduleOf = (emission: Emission): Module => ({
    emission,
    ir,
    servers: ir.servers,
    toolFacts: () => facts ?? factsTable(ir, emission),
    roles: roleCode(ir, (roles) => emission.set(roles)),
    tellsRules,
  });
  const module = moduleOf(new Emission());
  const functions = subjectFunctions(subjects, module, moduleOf(new Emission()));
  const roots = ir.servers.flatMap(({ name, root }) => (root === undefined ? [] : [[name, root]]));
  const { emission, toolFacts } = module;
  const called = calledWith(subjects, functions);
  return {
    settings: [
      { name: "hasOwn", line: js`const { hasOwn } = Object;` },
      { name: "pristine", line: js`const pristine = Object.prototype;` },
      { name: "unset", line: js`const unset = Symbol("not read yet");` },
      { name: "nothing", line: js`const nothing = Object.freeze({});` },
      {
        name: "rootOf",
        line: js`const rootOf = (server) => roots.get(server);\nconst roots = new Map(${{ json: roots }});`,
      },
    ],
    get lines() {
      return [
        js`const rolesOf = ${module.roles.fromList};`,
        joinCode(emission.lines, js`\n`),
        dispatchCode(subjects, functions, called, tellsRules),
      ];
    },
    called,
    emission,
    toolFacts,
  };
}

/** What tools are found by, and the parts of the request up to the last one that is read about any of them. */
function calledWith(subjects: readonly Subject[], functions: readonly SubjectCode[]): readonly Code[] {
  const reads = functions.map((code, index) => (subjects[index]?.kind === "tool" ? code.reads : 0));
  const [args, roles, , name, ...further] = parts(js`undefined`).slice(0, Math.max(4, largest(reads)));
  return [js`server`, name as Code, args as Code, roles as Code, ...further];
}

/** Of any number of numbers: more than a function takes arguments. */
function largest(numbers: readonly number[]): number {
  return numbers.reduce((most, number) => Math.max(most, number), 0);
}

// ---------------------------------------------------------------- dispatch

/** How many names are found by comparing them: with more of them a map is as fast, and the code stays small. */
const MOST_COMPARED = 32;

/**
 * `permitsTool`: from server and name of a tool to the answer. `permits`: from a request and its caller. `tool` and `other`: from server and name, or
 * kind, server and name, to the functions of a subject, and then their constants, in one list. `find`: the same from an operation.
 */
function dispatchCode(
  subjects: readonly Subject[],
  functions: readonly SubjectCode[],
  called: readonly Code[],
  tellsRules: boolean,
): Code {
  const all = subjects.map((subject, index) => ({ subject, code: functions[index] as SubjectCode }));
  const tools = all.filter(({ subject }) => subject.kind === "tool");
  const others = all.filter(({ subject }) => subject.kind !== "tool");
  const kinds = [...Map.groupBy(others, ({ subject }) => subject.kind)].map(
    ([kind, ofKind]) => js`\n  [${kind}, ${tableOf(ofKind)}]`,
  );
  return joinCode(
    [
      ...(serversOf(tools).size <= MOST_COMPARED ? compared(tools, called, tellsRules) : inTable(tools, called)),
      ...(others.length === 0
        ? []
        : [
            js`const others = new Map([${kinds}]);`,
            js`const other = ({ kind, server, name }) => ${looked(js`others.get(kind)?`)};`,
          ]),
      permitsCode(called, others),
      ...(tellsRules ? [findCode(others)] : []),
    ],
    js`\n`,
  );
}

function findCode(others: readonly Entry[]): Code {
  const otherwise = others.length === 0 ? js`undefined` : js`other(operation)`;
  return js`const find = (operation) => (operation.kind === "tool" ? tool(operation.server, operation.name) : ${otherwise});`;
}

/** Where each part of a request stands, for what is asked of all of it. */
const whole: Readonly<Record<string, Code>> = {
  server: js`operation.server`,
  name: js`operation.name`,
  args: js`request.arguments`,
  roles: js`rolesOf(principal.roles)`,
  context: js`request.context`,
  state: js`request.state`,
};

/** What is asked nearly always, of a tool, stands alone and reads no more than it has to, so that it is small enough to become part of what asks. */
function permitsCode(called: readonly Code[], others: readonly Entry[]): Code {
  const asked = js`permitsTool(${called.map((part) => whole[part.text] ?? part)})`;
  const start = js`const permits = (request, principal) => {\n  const { operation } = request;`;
  if (others.length === 0) return js`${start}\n  return operation.kind === "tool" && ${asked};\n};`;
  return js`${start}
  return operation.kind === "tool" ? ${asked} : permitsOther(request, principal);
};
const permitsOther = ({ operation, arguments: args, context, state }, principal) => {
  const found = other(operation);
  const roles = rolesOf(principal.roles), name = operation.name ?? operation.uri;
  return found !== undefined && found[0](${parts(js`found`)});
};`;
}

type Entry = { readonly subject: Subject; readonly code: SubjectCode };

function serversOf(entries: readonly Entry[]): ReadonlyMap<string, readonly Entry[]> {
  return Map.groupBy(entries, ({ subject }) => subject.server.name);
}

/** Very many servers. */
function inTable(tools: readonly Entry[], called: readonly Code[]): readonly Code[] {
  return [
    js`const tools = ${tableOf(tools)};`,
    js`const tool = (server, name) => ${looked(js`tools`)};`,
    permitsFound(tools, called),
  ];
}

function looked(map: Code): Code {
  return js`{
  const found = ${map}.get(server);
  return found === undefined ? undefined : (found.names.get(name) ?? found.further);
}`;
}

function tableOf(entries: readonly Entry[]): Code {
  const servers = [...serversOf(entries)].map(([server, ofServer]) => {
    const further = furtherOf(ofServer);
    const otherwise = further === undefined ? js`undefined` : functionsOf(further);
    return js`\n    [${server}, { names: ${namesOf(ofServer)}, further: ${otherwise} }]`;
  });
  return js`new Map([${servers}])`;
}

function namesOf(entries: readonly Entry[]): Code {
  const named = entries.flatMap(({ subject, code }) =>
    subject.name === undefined ? [] : [js`\n      [${subject.name}, ${functionsOf(code)}]`],
  );
  return js`new Map([${named}])`;
}

function permitsFound(tools: readonly Entry[], called: readonly Code[]): Code {
  const reads = largest(tools.map(({ code }) => code.reads));
  return js`const permitsTool = (${called}) => {
  const found = tool(server, name);
  return found !== undefined && found[0](${parts(js`found`).slice(0, reads)});
};`;
}

/**
 * Servers, and names where there are few of them, are found by comparing, which engines of JavaScript do at once, and for a fresh text without
 * reading it where lengths differ. What is found so is called where it is found: such a call is known to the engine, and needs no list.
 */
function compared(tools: readonly Entry[], called: readonly Code[], tellsRules: boolean): readonly Code[] {
  const constants: Code[] = [];
  const constant = (code: Code): Code => js`d[${constants.push(code) - 1}]`;
  const lists = new Map<SubjectCode, Code>();
  const listed = (code: SubjectCode): Code => {
    const known = lists.get(code) ?? constant(functionsOf(code));
    lists.set(code, known);
    return known;
  };
  // Where no constants were taken out, nothing stands in the place of their list.
  const callOf = (code: SubjectCode): Code =>
    js`${code.permits}(${parts(code.constants.length === 0 ? js`0` : listed(code)).slice(0, code.reads)})`;
  const functions: Code[] = [];
  if (tools.length > MOST_COMPARED) {
    functions.push(
      serverSwitch(tools, js`tool(server, name)`, js`undefined`, (ofServer) => {
        const further = furtherOf(ofServer);
        const otherwise = further === undefined ? js`undefined` : listed(further);
        return js`return ${constant(namesOf(ofServer))}.get(name) ?? ${otherwise};`;
      }),
      permitsFound(tools, called),
    );
  } else {
    const byName = (head: Code, none: Code, found: (code: SubjectCode) => Code): Code =>
      serverSwitch(tools, head, none, (ofServer) => nameSwitch(ofServer, none, found));
    functions.push(byName(js`permitsTool(${called})`, js`false`, callOf));
    if (tellsRules) functions.push(byName(js`tool(server, name)`, js`undefined`, listed));
  }
  return [
    ...(constants.length === 0 ? [] : [js`const d = [${constants.map((each) => js`\n  ${each}`)}];`]),
    ...functions,
  ];
}

/** A function that looks for a server by its name; `head` is its name with its parameters. */
function serverSwitch(
  tools: readonly Entry[],
  head: Code,
  none: Code,
  found: (ofServer: readonly Entry[]) => Code,
): Code {
  const cases = [...serversOf(tools)].map(([server, ofServer]) => js`\n    case ${server}: ${found(ofServer)}`);
  return js`function ${head} {
  switch (server) {${joinCode(cases, js``)}
    default: return ${none};
  }
}`;
}

function nameSwitch(entries: readonly Entry[], none: Code, found: (code: SubjectCode) => Code): Code {
  const named = entries.flatMap(({ subject: { name }, code }) => (name === undefined ? [] : [{ name, code }]));
  const further = furtherOf(entries);
  const otherwise = js`return ${further === undefined ? none : found(further)};`;
  if (named.length < BY_LENGTH_FROM) {
    const cases = named.map(({ name, code }) => js`\n      case ${name}: return ${found(code)};`);
    return js`switch (name) {${joinCode(cases, js``)}\n      default: ${otherwise}\n    }`;
  }
  const cases = [...Map.groupBy(named, ({ name }) => name.length)]
    .sort(([a], [b]) => a - b)
    .map(([length, ofLength]) => {
      const tests = ofLength.map(({ name, code }) => js`\n        if (name === ${name}) return ${found(code)};`);
      return js`\n      case ${length}:${joinCode(tests, js``)}\n        break;`;
    });
  return js`switch (name.length) {${joinCode(cases, js``)}\n    }\n    ${otherwise}`;
}

/** From how many names on their lengths tell most of them apart first: a number is sooner looked for than a text. */
const BY_LENGTH_FROM = 6;

function furtherOf(entries: readonly Entry[]): SubjectCode | undefined {
  return entries.find(({ subject }) => subject.name === undefined)?.code;
}

function functionsOf({ permits, applying, constants }: SubjectCode): Code {
  return js`[${[permits, applying, ...constants.map((constant) => js`${constant}`)]}]`;
}

// ------------------------------------------------------------------- facts

/** A function from a server's name and a tool's to what conditions read as `tool`; the facts of pinned tools are made once. */
function factsTable(ir: PolicyIr, emission: Emission): Code {
  const servers = ir.servers.map((server) => {
    const tools = Object.fromEntries(
      Object.entries(server.tools).map(([name, { description, annotations }]) => [name, { description, annotations }]),
    );
    return js`\n  [${server.name}, ${{ json: { name: server.name, trusted: server.trusted, tools } }}]`;
  });
  const table = emission.function("m", (name) => js`const ${name} = new Map([${servers}]);`);
  return emission.function("f", (name) => js`const ${name} = (server, tool) => toolFacts(${table}.get(server), tool);`);
}
