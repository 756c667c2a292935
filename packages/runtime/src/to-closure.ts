import {
  absent,
  type BranchIr,
  type CallSort,
  type ConditionIr,
  callerKeyOf,
  carriesTest,
  cheapestFirst,
  dispatcher,
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
  type RuleHeadIr,
  read,
  type ServerIr,
  type Speaking,
  type Subject,
  step,
  tallyTest,
  toolFacts,
  type Value,
  type WhoIr,
} from "@mcpolicy/core";
import { plainSegment } from "./interpret.ts";
import { looksBack } from "./past.ts";
import { requestOf } from "./tool-call.ts";

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

/** A rule about the operations of one subject. */
interface Compiled {
  readonly number: number;
  readonly who: (caller: Caller) => boolean;
  readonly from: number;
  readonly until: number;
  readonly branches: readonly CompiledBranch[];
}

/** `speaks` is undefined where it is certain. */
interface CompiledBranch {
  readonly speaks: ((operation: Operation) => boolean) | undefined;
  readonly test: Test;
}

/** What decides the operations of a subject. */
interface CompiledSubject {
  readonly allows: readonly Compiled[];
  readonly denies: readonly Compiled[];
  readonly others: readonly Compiled[];
  readonly tool: (name: string) => Facts;
  readonly remembers: boolean;
}

const nothing = Object.freeze({});

/**
 * The engine for places without `new Function`: closures, compiled once per polarity to plain booleans, when a subject is first asked about. What
 * cannot be compiled is in no artifact that loads; else whoever asks is thrown the reason, each time.
 */
export function closureEngine(ir: PolicyIr): Engine {
  const find = subjectsByOperation(ir);
  const rootOf = rootsOf(ir.servers);

  function momentOf({ tool, remembers }: CompiledSubject, request: Request, principal: Caller): Moment {
    const { operation, context } = request;
    return {
      args: request.arguments,
      principal,
      context,
      tool: operation.kind === "tool" ? tool(operation.name) : nothing,
      resource: operation.kind === "resource" ? { uri: operation.uri } : nothing,
      result: undefined,
      its: undefined,
      itsRoot: undefined,
      past: remembers
        ? { state: request.state ?? emptyState, caller: callerKeyOf(principal), now: context.time, rootOf }
        : undefined,
      elements: [],
    };
  }

  const permits: Engine["permits"] = (request, caller) => {
    const subject = find(request.operation);
    if (subject === undefined) return false;
    const moment = momentOf(subject, request, caller);
    return some(subject.allows, request, caller, moment) && !some(subject.denies, request, caller, moment);
  };
  return {
    name: "closures",
    permits,
    applying(request, caller) {
      const subject = find(request.operation);
      if (subject === undefined) return undefined;
      const moment = momentOf(subject, request, caller);
      const found = numbers(subject.allows, request, caller, moment);
      if (found.length === 0 || some(subject.denies, request, caller, moment)) return undefined;
      return subject.others.length === 0 ? found : [...found, ...numbers(subject.others, request, caller, moment)];
    },
    rolesOf: () => undefined,
    permitsTool: (_, principal, server, name, args, context, state) =>
      permits(requestOf(principal, server, name, args, context, state), principal),
  };
}

function some(rules: readonly Compiled[], request: Request, caller: Caller, moment: Moment): boolean {
  for (const rule of rules) if (applies(rule, request, caller, moment)) return true;
  return false;
}

function numbers(rules: readonly Compiled[], request: Request, caller: Caller, moment: Moment): readonly number[] {
  return rules.filter((rule) => applies(rule, request, caller, moment)).map(({ number }) => number);
}

function applies(
  { who, from, until, branches }: Compiled,
  { operation, context }: Request,
  caller: Caller,
  moment: Moment,
): boolean {
  if (!(context.time >= from && context.time < until && who(caller))) return false;
  for (const { speaks, test } of branches) {
    if ((speaks === undefined || speaks(operation)) && test(moment)) return true;
  }
  return false;
}

function rootsOf(servers: readonly ServerIr[]): (server: string) => string | undefined {
  const roots = new Map(servers.map(({ name, root }) => [name, root]));
  return (server) => roots.get(server);
}

/** What decides an operation, compiled when it is first asked for; undefined where nothing allows it. */
function subjectsByOperation(ir: PolicyIr): (operation: Operation) => CompiledSubject | undefined {
  const find = dispatcher(ir, compileSubjects(ir));
  return (operation) => find(operation.kind, operation.server, "name" in operation ? operation.name : undefined);
}

function compileSubjects(ir: PolicyIr): (subject: Subject) => CompiledSubject {
  const facts = new Map(ir.servers.map((server) => [server.name, factsOf(server)]));
  // A rule about many operations of a server is compiled once.
  const callers = new Map<RuleHeadIr, Compiled["who"]>();
  const branches = new Map<BranchIr, Map<ServerIr, CompiledBranch>>();

  function compileRule({ number, sort, rule, branches: speaking }: Speaking, { server, name }: Subject): Compiled {
    const who = callers.get(rule) ?? compileWho(rule.who, ir);
    callers.set(rule, who);
    const compiled = speaking.map((branch) => {
      const byServer = branches.get(branch) ?? new Map<ServerIr, CompiledBranch>();
      branches.set(branch, byServer);
      const known = byServer.get(server) ?? compileBranch(branch, server, polarityOf(sort), ir.servers);
      byServer.set(server, known);
      return name === undefined ? known : { speaks: undefined, test: known.test };
    });
    return {
      number,
      who,
      from: rule.from ?? Number.NEGATIVE_INFINITY,
      until: rule.until ?? Number.POSITIVE_INFINITY,
      branches: compiled,
    };
  }

  return (subject) => {
    const of = (rules: readonly Speaking[]): readonly Compiled[] => rules.map((each) => compileRule(each, subject));
    const { deciding, others, server } = subject;
    return {
      allows: of(deciding.filter(({ sort }) => sort === "allow")),
      denies: of(deciding.filter(({ sort }) => sort === "deny")),
      others: of(others),
      tool: facts.get(server.name) as (name: string) => Facts,
      remembers: [...deciding, ...others].some(({ rule }) => looksBack(rule)),
    };
  };
}

/** The facts of a server's tools; those of pinned ones are made once. */
function factsOf(server: ServerIr): (name: string) => Facts {
  const facts = new Map<string, Facts>();
  return (name) => {
    const known = facts.get(name);
    if (known !== undefined) return known;
    const made = toolFacts(server, name);
    if (Object.hasOwn(server.tools, name)) facts.set(name, made);
    return made;
  };
}

function polarityOf(sort: CallSort): Polarity {
  return sort === "allow" ? "surely" : "possibly";
}

function compileBranch(
  branch: BranchIr,
  server: ServerIr,
  polarity: Polarity,
  servers: readonly ServerIr[],
): CompiledBranch & { readonly speaks: (operation: Operation) => boolean } {
  const scope: Scope = { root: server.root, variables: [], itsVariables: [], servers };
  return {
    speaks: compileSpeaks(branch, server, polarity),
    test: compileCondition(cheapestFirst(branch.condition), polarity, scope),
  };
}

function compileWho(who: WhoIr, ir: PolicyIr): (caller: Caller) => boolean {
  const { anyone } = who;
  const roles = new Set(givingRoles(ir, who.roles));
  const ids = new Set(who.ids);
  const except = who.except === undefined ? undefined : compileWho(who.except, ir);
  const isNamed = (caller: Caller): boolean => {
    if (anyone || ids.has(caller.id)) return true;
    // By their `length`, as `areTexts` looked at them.
    for (let at = 0; at < caller.roles.length; at++) if (roles.has(caller.roles[at] as string)) return true;
    return false;
  };
  return except === undefined ? isNamed : (caller) => isNamed(caller) && !except(caller);
}

// ------------------------------------------------------------- operations

function compileSpeaks(branch: BranchIr, server: ServerIr, polarity: Polarity): (operation: Operation) => boolean {
  const opposite = polarity === "surely" ? "possibly" : "surely";
  const include = compileOperations(branch.operations, server, polarity);
  const except = compileOperations(branch.except, server, opposite);
  return (operation) => include(operation) && !except(operation);
}

function compileOperations(
  operations: readonly OperationIr[],
  server: ServerIr,
  polarity: Polarity,
): (operation: Operation) => boolean {
  const here = operations.filter((each) => each.server === server.name);
  const named = here.flatMap((each) => ("name" in each ? [each] : []));
  const names = new Map(
    [...Map.groupBy(named, ({ kind }) => kind)].map(([kind, of]) => [kind, new Set(of.map(({ name }) => name))]),
  );
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
          names.get(operation.kind)?.has(operation.name) === true ||
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
      return (moment) => {
        for (const part of parts) if (!part(moment)) return false;
        return true;
      };
    }
    case "or": {
      const parts = condition.parts.map((part) => compileCondition(part, polarity, scope));
      return (moment) => {
        for (const part of parts) if (part(moment)) return true;
        return false;
      };
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
    scope.servers.map((server) => {
      const here = branches.filter((branch) => branch.operations.some((each) => each.server === server.name));
      return [
        server.name,
        {
          tool: (name: string) => toolFacts(server, name),
          branches: here.map((branch) => compileBranch(branch, server, polarity, scope.servers)),
          asksOperationAlone: here.every(({ condition }) => condition.kind === "constant" && condition.truth === true),
        },
      ];
    }),
  );
  return (call, moment) => {
    const { operation } = call;
    const found = byServer.get(operation.server);
    if (found === undefined) return false;
    if (found.asksOperationAlone) {
      const isMeant = found.branches.some((branch) => branch.speaks(operation));
      return isMeant && (holds === undefined || holds(momentWithIts(call, moment)));
    }
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
