import { type Code, joinCode, js, type PolicyIr } from "@mcpolicy/core";
import { dispatch, type Subject } from "./dispatch.ts";
import { Emission } from "./emission.ts";
import { type SubjectCode, subjectFunctions } from "./subject-code.ts";

/** An ES module whose default export takes the kit (`kit.ts`) and gives `permits(request)`. It imports nothing. */
export function toJavascript(ir: PolicyIr): string {
  return js`export default ${policyFunction(ir)}\n`.text;
}

/** The function that the module exports: from the kit to `permits`. */
export function policyFunction(ir: PolicyIr): Code {
  const subjects = dispatch(ir);
  const emission = new Emission();
  const factsBy = (of: Emission) => (): Code => factsTable(ir, of);
  const scratch = new Emission();
  const module = { emission, ir, servers: ir.servers, toolFacts: factsBy(emission) };
  const functions = subjectFunctions(subjects, module, scratch);
  const table = subjectTable(subjects, functions);
  const withTools = [...new Set(subjects.filter(({ kind }) => kind === "tool").map(({ server }) => server.name))];
  // With one server there is nothing to look up.
  const server = js`operation.server`;
  const [only] = withTools;
  const tools =
    only === undefined || withTools.length > 1
      ? js`tools.get(${server})`
      : js`(${server} === ${only} ? only : undefined)`;
  const found = js`operation.kind === "tool" ? ${tools} : subjects.get(operation.kind)?.get(${server})`;
  return js`function policy(kit) {
"use strict";
const { read, readOr, step, has, every, hole, join, operators, matchesName, matchesResource, toolFacts, asPath } = kit;
const { hasRole, hasAnyRole, callerKeyOf, emptyState, carriesTest, happenedTest, tallyTest, momentWithIts } = kit;
const { hasOwn } = Object;
const pristine = Object.prototype;
const unset = Symbol("not read yet");
const nothing = Object.freeze({});
const rootOf = (server) => roots.get(server);
const roots = new Map(${{ json: ir.servers.flatMap(({ name, root }) => (root === undefined ? [] : [[name, root]])) }});
${joinCode(emission.lines, js`\n`)}
${table}
const only = tools.size === 1 ? [...tools.values()][0] : undefined;
return function permits(request, caller) {
  const { operation } = request;
  const found = ${found};
  if (found === undefined) return false;
  const decides = found.names.get(operation.name) ?? found.further;
  if (decides === undefined) return false;
  return decides.by(request.arguments, caller, request.context, request, decides.k);
};
}`;
}

// ---------------------------------------------------------------- dispatch

/** `subjects`: from kind and server to what decides each name, and further names where there are any. */
function subjectTable(subjects: readonly Subject[], functions: readonly SubjectCode[]): Code {
  const all = subjects.map((subject, index) => ({ subject, code: functions[index] as SubjectCode }));
  const kinds = [...Map.groupBy(all, ({ subject }) => subject.kind)].map(([kind, ofKind]) => {
    const servers = [...Map.groupBy(ofKind, ({ subject }) => subject.server.name)].map(([server, ofServer]) => {
      const named = ofServer.flatMap(({ subject, code }) =>
        subject.name === undefined ? [] : [js`\n      [${subject.name}, ${decides(code)}]`],
      );
      const further = ofServer.find(({ subject }) => subject.name === undefined);
      const rest = further === undefined ? js`undefined` : decides(further.code);
      return js`\n    [${server}, { names: new Map([${named}]), further: ${rest} }]`;
    });
    return js`\n  [${kind}, new Map([${servers}])]`;
  });
  return js`const subjects = new Map([${kinds}]);\nconst tools = subjects.get("tool") ?? new Map();`;
}

function decides({ name, constants }: SubjectCode): Code {
  return js`{ by: ${name}, k: ${{ json: constants }} }`;
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
