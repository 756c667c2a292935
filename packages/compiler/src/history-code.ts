import {
  type BranchIr,
  type Code,
  type ConditionIr,
  type EventsIr,
  joinCode,
  js,
  type OperandIr,
  type ServerIr,
} from "@mcpolicy/core";
import { eventFrame } from "./frame.ts";
import { declaration, operandCode, type Polarity, type Scope } from "./operand-code.ts";
import { operationTests } from "./operation-code.ts";
import { referencesOf } from "./references.ts";

type History = Extract<ConditionIr, { readonly kind: "carries" | "happened" | "tally" }>;

/** How conditions about one event are made into code: it leads back to the polarities, which lead here. */
export type ConditionCode = (condition: ConditionIr, polarity: Polarity, scope: Scope) => Code;

/**
 * Code of a condition about history: a test, made once when the module is loaded by the kit out of functions about one event, and
 * asked of the request. Throws inside a quantifier, where the language has no history: its cost would be a product.
 */
export function historyCode(condition: History, unknownAs: boolean, scope: Scope, conditionCode: ConditionCode): Code {
  if (scope.variables.length > 0) throw new Error("history stands within a quantifier");
  scope.frame.remembers = true;
  return js`${test()}(q)`;

  function test(): Code {
    const { emission } = scope;
    switch (condition.kind) {
      case "carries":
        return emission.function("h", (name) => js`const ${name} = carriesTest(${condition.label}, ${unknownAs});`);
      case "happened": {
        const events = eventsCode(condition.events, condition.verb);
        return emission.function("h", (name) => js`const ${name} = happenedTest(${events}, ${unknownAs});`);
      }
      case "tally": {
        const { tally, operator } = condition;
        const events = eventsCode(tally.events, tally.verb);
        const of = tally.kind === "count" ? js`() => undefined` : valueFunction(tally.of, scope);
        const asked = [js`${tally.kind}`, js`${operator}`, events, of, valueFunction(condition.bound, scope)];
        return emission.function(
          "h",
          (name) => js`const ${name} = tallyTest(${joinCode(asked, js`, `)}, ${unknownAs});`,
        );
      }
    }
  }

  function eventsCode(events: EventsIr, verb: string): Code {
    const { byAnyone, last } = events;
    const since = events.since === undefined ? js`undefined` : bothWays(events.since);
    return js`{ window: ${{ json: { byAnyone, last } }}, verb: ${verb}, events: ${bothWays(events)}, since: ${since} }`;
  }

  function bothWays(event: Pick<EventsIr, "branches" | "with">): Code {
    return js`{ surely: ${eventFunction(event, "surely")}, possibly: ${eventFunction(event, "possibly")} }`;
  }

  /** A function of an earlier call and the present request: whether the call is one of these events. */
  function eventFunction(event: Pick<EventsIr, "branches" | "with">, polarity: Polarity): Code {
    const speaksOf = (branch: BranchIr, server: ServerIr): boolean =>
      branch.operations.some((each) => each.server === server.name);
    const servers = scope.servers.filter((server) => event.branches.some((branch) => speaksOf(branch, server)));
    if (servers.length === 0) return scope.emission.function("e", (name) => js`const ${name} = () => false;`);
    const branches = event.branches.flatMap((branch) =>
      servers.filter((server) => speaksOf(branch, server)).map((server) => branchTest(branch, server, polarity)),
    );
    const elsewhere = servers.map((server) => js`operation.server !== ${server.name}`);
    const meant = js`(${joinCode(branches, js` || `)})`;
    const holds =
      event.with === undefined
        ? js``
        : js` && ${conditionFunction(event.with, polarity, scope)}(momentWithIts(call, q))`;
    return scope.emission.function(
      "e",
      (name) => js`function ${name}(call, q) {
  const { operation } = call;
  if (${joinCode(elsewhere, js` && `)}) return false;
${asRequest(event.branches)}  return ${meant}${holds};
}`,
    );
  }

  /** `a`: the event as if it were the request, where a branch has a condition to read it. */
  function asRequest(branches: readonly BranchIr[]): Code {
    if (branches.every(({ condition }) => isAlways(condition))) return js``;
    const readsTool = branches.some(({ condition }) => referencesOf(condition).some(({ root }) => root === "tool"));
    const tool = readsTool
      ? js`operation.kind === "tool" ? ${scope.toolFacts()}(operation.server, operation.name) : nothing`
      : js`nothing`;
    return js`  const a = {
    args: call.arguments,
    principal: call.caller === q.past.caller ? q.principal : undefined,
    context: undefined,
    tool: ${tool},
    resource: operation.kind === "resource" ? { uri: operation.uri } : nothing,
    result: undefined,
    its: undefined,
    itsRoot: undefined,
    past: undefined,
  };
`;
  }

  /** A branch about an event, as if the event were the request. */
  function branchTest(branch: BranchIr, server: ServerIr, polarity: Polarity): Code {
    const ofEvent: Scope = { ...scope, root: server.root, frame: eventFrame() };
    const holds = isAlways(branch.condition) ? [] : [js`${conditionFunction(branch.condition, polarity, ofEvent)}(a)`];
    return joinCode([...operationTests(branch, server.name, polarity), ...holds], js` && `);
  }

  function conditionFunction(asked: ConditionIr, polarity: Polarity, around: Scope): Code {
    const temporaries: Code[] = [];
    const code = conditionCode(asked, polarity, { ...around, variables: [], itsVariables: [], temporaries });
    return scope.emission.function(
      "b",
      (name) => js`function ${name}(q) {\n  ${declaration(temporaries)}return ${code};\n}`,
    );
  }

  function valueFunction(operand: OperandIr, around: Scope): Code {
    const temporaries: Code[] = [];
    const code = operandCode(operand, { ...around, variables: [], itsVariables: [], temporaries });
    return scope.emission.function(
      "g",
      (name) => js`function ${name}(q) {\n  ${declaration(temporaries)}return ${code};\n}`,
    );
  }
}

function isAlways(condition: ConditionIr): boolean {
  return condition.kind === "constant" && condition.truth === true;
}
