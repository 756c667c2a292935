import {
  absent,
  type BranchIr,
  type ConditionIr,
  callerKeyOf,
  carriesTest,
  type Engine,
  type EventsIr,
  type EventsTests,
  type EventTests,
  type EventVerb,
  emptyState,
  type Facts,
  givingRoles,
  happenedTest,
  isOfIts,
  isRecord,
  type JsonObject,
  matchesName,
  matchesResource,
  momentWithIts,
  type OperandIr,
  type Operation,
  type OperationIr,
  operatorById,
  type PastCall,
  type PolicyIr,
  type ReferenceIr,
  type Remembering,
  type Request,
  type RuleIr,
  read,
  type ServerIr,
  step,
  tallyTest,
  toolFacts,
  type Value,
  type WhoIr,
} from "@mcpolicy/core";
import { plainSegment } from "./interpret.ts";
import { isKnown } from "./operations.ts";

/** How a condition is asked: an allow must surely be true, a deny possibly. `not` asks its part the other way. */
type Polarity = "surely" | "possibly";

type Caller = NonNullable<Request["principal"]>;
type Get = (moment: Moment) => Value | undefined;
type Test = (moment: Moment) => boolean;

/** What closures read: the request, and the elements that quantifiers stand on, innermost last. */
interface Moment extends Remembering {
  readonly args: JsonObject;
  readonly principal: Caller | undefined;
  readonly context: Request["context"] | undefined;
  readonly tool: Facts;
  readonly resource: Facts;
  /** No result is there yet when a call is decided. */
  readonly result: undefined;
  readonly elements: Value[];
}

interface Compiled {
  readonly who: (caller: Caller) => boolean;
  readonly from: number;
  readonly until: number;
  readonly branches: readonly { readonly speaks: (operation: Operation) => boolean; readonly test: Test }[];
}

const nothing = Object.freeze({});

/** The engine for places without `new Function`: closures, compiled once per polarity to plain booleans. */
export function closureEngine(ir: PolicyIr): Engine {
  const servers = new Map(ir.servers.map((server) => [server.name, compileServer(ir, server)]));
  const rootOf = rootsOf(ir.servers);
  return {
    name: "closures",
    permits(request, principal) {
      const { operation, context } = request;
      const server = servers.get(operation.server);
      if (server === undefined || !server.knows(operation)) return false;
      const moment: Moment = {
        args: request.arguments,
        principal,
        context,
        tool: operation.kind === "tool" ? server.tool(operation.name) : nothing,
        resource: operation.kind === "resource" ? { uri: operation.uri } : nothing,
        result: undefined,
        its: undefined,
        itsRoot: undefined,
        past: { state: request.state ?? emptyState, caller: callerKeyOf(principal), now: context.time, rootOf },
        elements: [],
      };
      const matches = (rule: Compiled): boolean =>
        context.time >= rule.from &&
        context.time < rule.until &&
        rule.who(principal) &&
        rule.branches.some((branch) => branch.speaks(operation) && branch.test(moment));
      return !server.denies.some(matches) && server.allows.some(matches);
    },
  };
}

function rootsOf(servers: readonly ServerIr[]): (server: string) => string | undefined {
  const roots = new Map(servers.map(({ name, root }) => [name, root]));
  return (server) => roots.get(server);
}

function compileServer(
  ir: PolicyIr,
  server: ServerIr,
): {
  readonly denies: readonly Compiled[];
  readonly allows: readonly Compiled[];
  readonly tool: (name: string) => Facts;
  readonly knows: (operation: Operation) => boolean;
} {
  const facts = new Map(Object.keys(server.tools).map((name) => [name, toolFacts(server, name)]));
  const rulesOf = (effect: RuleIr["effect"]): readonly Compiled[] =>
    ir.rules
      .filter((rule) => rule.effect === effect && !rule.shadow)
      .map((rule) => compileRule(rule, server, ir))
      .filter((rule) => rule.branches.length > 0);
  return {
    denies: rulesOf("deny"),
    allows: rulesOf("allow"),
    tool: (name) => facts.get(name) ?? toolFacts(server, name),
    knows: (operation) => isKnown(server, operation),
  };
}

function compileRule(rule: RuleIr, server: ServerIr, ir: PolicyIr): Compiled {
  const polarity: Polarity = rule.effect === "allow" ? "surely" : "possibly";
  return {
    who: compileWho(rule.who, ir),
    from: rule.from ?? Number.NEGATIVE_INFINITY,
    until: rule.until ?? Number.POSITIVE_INFINITY,
    branches: compileBranches(rule.branches, server, polarity, ir.servers),
  };
}

function compileBranches(
  branches: readonly BranchIr[],
  server: ServerIr,
  polarity: Polarity,
  servers: readonly ServerIr[],
): Compiled["branches"] {
  return branches
    .filter((branch) => branch.operations.some((each) => each.server === server.name))
    .map((branch) => ({
      speaks: compileSpeaks(branch, server, polarity),
      test: compileCondition(branch.condition, polarity, {
        root: server.root,
        variables: [],
        itsVariables: [],
        servers,
      }),
    }));
}

function compileWho(who: WhoIr, ir: PolicyIr): (caller: Caller) => boolean {
  const { anyone } = who;
  const roles = new Set(givingRoles(ir, who.roles));
  const ids = new Set(who.ids);
  const except = who.except === undefined ? () => false : compileWho(who.except, ir);
  return (caller) => (anyone || ids.has(caller.id) || caller.roles.some((role) => roles.has(role))) && !except(caller);
}

// ------------------------------------------------------------- operations

function compileSpeaks(branch: BranchIr, server: ServerIr, polarity: Polarity): (operation: Operation) => boolean {
  const opposite = polarity === "surely" ? "possibly" : "surely";
  const include = compileOperations(branch.operations, server, polarity);
  const except = compileOperations(branch.except, server, opposite);
  return (operation) => include(operation) && !except(operation);
}

function compileOperations(
  named: readonly OperationIr[],
  server: ServerIr,
  polarity: Polarity,
): (operation: Operation) => boolean {
  const here = named.filter((each) => each.server === server.name);
  const names = new Set(here.flatMap((each) => ("name" in each ? [`${each.kind} ${each.name}`] : [])));
  const patterns = here.flatMap((each) => ("pattern" in each ? [each] : []));
  const globs = here.flatMap((each) => ("glob" in each ? [each.glob] : []));
  const kinds = new Set<string>(
    here.flatMap((each) => ("name" in each || "pattern" in each || "glob" in each ? [] : [each.kind])),
  );
  const unreadable = polarity === "possibly";
  return (operation) => {
    switch (operation.kind) {
      case "tool":
      case "prompt":
        return (
          names.has(`${operation.kind} ${operation.name}`) ||
          patterns.some((each) => each.kind === operation.kind && matchesName(each.pattern, operation.name))
        );
      case "resource":
        return globs.some((glob) => matchesResource(glob, operation.uri) ?? unreadable);
      default:
        return kinds.has(operation.kind);
    }
  };
}

// ------------------------------------------------------------- conditions

/** What a closure is compiled for: where relative paths hang, and the quantified names in scope, outermost first. */
interface Scope {
  readonly root: string | undefined;
  readonly variables: readonly string[];
  /** Whether each of them stands for something of an earlier event. */
  readonly itsVariables: readonly boolean[];
  readonly servers: readonly ServerIr[];
}

function compileCondition(condition: ConditionIr, polarity: Polarity, scope: Scope): Test {
  switch (condition.kind) {
    case "constant": {
      const truth = condition.truth ?? polarity === "possibly";
      return () => truth;
    }
    case "and": {
      const parts = condition.parts.map((part) => compileCondition(part, polarity, scope));
      return (moment) => parts.every((part) => part(moment));
    }
    case "or": {
      const parts = condition.parts.map((part) => compileCondition(part, polarity, scope));
      return (moment) => parts.some((part) => part(moment));
    }
    case "not": {
      const part = compileCondition(condition.part, polarity === "surely" ? "possibly" : "surely", scope);
      return (moment) => !part(moment);
    }
    case "has":
      return compileHas(condition.reference, polarity === "possibly", scope);
    case "atom": {
      const get = compileOperand(condition.operand, scope);
      return polarity === "surely" ? (moment) => get(moment) === true : (moment) => get(moment) !== false;
    }
    case "carries":
      return carriesTest(condition.label, polarity === "possibly");
    case "happened":
      return happenedTest(compileEvents(condition.events, condition.verb, scope), polarity === "possibly");
    case "tally": {
      const { tally } = condition;
      const of: Get = tally.kind === "count" ? () => undefined : compileOperand(tally.of, scope);
      const events = compileEvents(tally.events, tally.verb, scope);
      return tallyTest(
        tally.kind,
        condition.operator,
        events,
        of,
        compileOperand(condition.bound, scope),
        polarity === "possibly",
      );
    }
    case "every":
    case "some": {
      const over = compileOperand(condition.over, scope);
      const body = compileCondition(condition.body, polarity, {
        ...scope,
        ...withVariable(condition.variable, condition.over, scope),
      });
      // `every` ends at the first element that fails, `some` at the first that holds.
      const ends = condition.kind === "some";
      return (moment) => {
        const list = over(moment);
        if (!Array.isArray(list)) return polarity === "possibly";
        for (const element of list) {
          moment.elements.push(element as Value);
          const holds = body(moment);
          moment.elements.pop();
          if (holds === ends) return ends;
        }
        return !ends;
      };
    }
  }
}

// ---------------------------------------------------------------- history

function compileEvents(events: EventsIr, verb: EventVerb, scope: Scope): EventsTests<Moment> {
  const since = events.since === undefined ? undefined : compileEvent(events.since, scope);
  return { window: events, verb, events: compileEvent(events, scope), since };
}

function compileEvent(event: Pick<EventsIr, "branches" | "with">, scope: Scope): EventTests<Moment> {
  return { surely: compileEventTest(event, "surely", scope), possibly: compileEventTest(event, "possibly", scope) };
}

/** An event is meant where a branch speaks of it, its condition holds of it as if it were the request, and `with` holds. */
function compileEventTest(
  { branches, with: condition }: Pick<EventsIr, "branches" | "with">,
  polarity: Polarity,
  scope: Scope,
): (call: PastCall, moment: Moment) => boolean {
  const holds = condition === undefined ? undefined : compileCondition(condition, polarity, scope);
  const byServer = new Map(
    scope.servers.map((server) => [
      server.name,
      {
        tool: (name: string) => toolFacts(server, name),
        branches: compileBranches(branches, server, polarity, scope.servers),
      },
    ]),
  );
  return (call, moment) => {
    const { operation } = call;
    const found = byServer.get(operation.server);
    if (found === undefined) return false;
    const speaking = found.branches.filter((branch) => branch.speaks(operation));
    if (speaking.length === 0) return false;
    const asRequest: Moment = {
      args: call.arguments,
      principal: call.caller === moment.past?.caller ? moment.principal : undefined,
      context: undefined,
      tool: operation.kind === "tool" ? found.tool(operation.name) : nothing,
      resource: operation.kind === "resource" ? { uri: operation.uri } : nothing,
      result: undefined,
      its: undefined,
      itsRoot: undefined,
      past: undefined,
      elements: [],
    };
    return (
      speaking.some((branch) => branch.test(asRequest)) && (holds === undefined || holds(momentWithIts(call, moment)))
    );
  };
}

/** Known wherever the root is. */
function compileHas(reference: ReferenceIr, unknownAs: boolean, scope: Scope): Test {
  const start = compileFind({ ...reference, path: [] }, scope);
  const whole = compileFind({ ...reference, path: reference.path.slice(0, -1) }, scope);
  const last = reference.path.at(-1);
  if (last === undefined) return (moment) => (start(moment) === undefined ? unknownAs : true);
  return (moment) => {
    if (start(moment) === undefined) return unknownAs;
    const holder = whole(moment);
    if (isRecord(holder)) return Object.hasOwn(holder, last);
    const part = step(holder, last);
    return part !== absent && part !== undefined;
  };
}

function compileFind(reference: ReferenceIr, scope: Scope): (moment: Moment) => Value | undefined | typeof absent {
  const { root, path } = reference;
  const at = scope.variables.lastIndexOf(reference.variable ?? "");
  return (moment) => {
    let value = (root === "variable" ? moment.elements[at] : moment[root]) as Value | undefined | typeof absent;
    for (const key of path) value = step(value, key);
    return value;
  };
}

function compileOperand(operand: OperandIr, scope: Scope): Get {
  const { as } = operand;
  const { root } = scope;
  const ofIts = isOfOtherServer(operand, scope);
  const reading = (value: Value | undefined | typeof absent, moment: Moment): Value | undefined =>
    read(as, value, ofIts ? moment.itsRoot : root);
  switch (operand.kind) {
    case "constant": {
      const value = read(as, operand.value, root);
      return () => value;
    }
    case "reference": {
      const find = compileFind(operand, scope);
      const fallback = operand.fallback === undefined ? undefined : read(as, operand.fallback, root);
      return (moment) => {
        const value = find(moment);
        if (value === absent) return ofIts ? reading(operand.fallback, moment) : fallback;
        return reading(value, moment);
      };
    }
    case "apply": {
      const operands = operand.operands.map((each) => compileOperand(each, scope));
      const { evaluate } = operatorById(operand.operator);
      return (moment) => {
        const values = valuesOf(operands, moment);
        return values === undefined ? undefined : reading(evaluate(...(values as never[])), moment);
      };
    }
    case "field": {
      const of = compileOperand(operand.of, scope);
      const fixed = operand.key;
      const key: Get = typeof fixed === "string" ? () => fixed : compileOperand(fixed, scope);
      return (moment) => {
        const name = key(moment);
        return typeof name === "string" || typeof name === "number"
          ? reading(step(of(moment), name), moment)
          : undefined;
      };
    }
    case "list": {
      const items = operand.items.map((each) => compileOperand(each, scope));
      return (moment) => reading(valuesOf(items, moment), moment);
    }
    case "each": {
      const over = compileOperand(operand.over, scope);
      const get = compileOperand(operand.value, {
        ...scope,
        ...withVariable(operand.variable, operand.over, scope),
      });
      return (moment) => {
        const list = over(moment);
        if (!Array.isArray(list)) return undefined;
        const values: Value[] = [];
        for (const element of list) {
          moment.elements.push(element as Value);
          const value = get(moment);
          moment.elements.pop();
          if (value === undefined) return undefined;
          values.push(value);
        }
        return reading(values, moment);
      };
    }
    case "text": {
      const parts: readonly Get[] = operand.parts.map((part) => {
        if (typeof part === "string") return () => part;
        const hole = compileOperand(part, scope);
        return (moment) => plainSegment(hole(moment));
      });
      return (moment) => reading(valuesOf(parts, moment)?.join(""), moment);
    }
  }
}

/** Whether its relative paths hang below the root of an earlier event's server. */
function isOfOtherServer(operand: OperandIr, { variables, itsVariables }: Scope): boolean {
  return isOfIts(operand, (name) => itsVariables[variables.lastIndexOf(name)] === true);
}

/** The scope's names with one more, which stands for the elements of an operand. */
function withVariable(name: string, over: OperandIr, scope: Scope): Pick<Scope, "variables" | "itsVariables"> {
  return {
    variables: [...scope.variables, name],
    itsVariables: [...scope.itsVariables, isOfOtherServer(over, scope)],
  };
}

/** All values, or `undefined` where one of them is unknown. */
function valuesOf(gets: readonly Get[], moment: Moment): readonly Value[] | undefined {
  const values: Value[] = [];
  for (const get of gets) {
    const value = get(moment);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}
