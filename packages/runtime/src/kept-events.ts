import type {
  BranchIr,
  ConditionIr,
  JsonObject,
  OperandIr,
  Operation,
  PolicyIr,
  ReferenceIr,
  StateEvent,
} from "@mcpolicy/core";
import { branchSpeaks } from "./operations.ts";
import { lookBackOf, pastOf, rulesOf, withNarrowed } from "./past.ts";

/** What rules can ever look at of an event. */
export interface Keeping {
  /**
   * An event of an operation with nothing in it that no rule can look at; undefined where nothing is left of it, so that nothing need be
   * committed.
   */
  readonly kept: (event: StateEvent, operation: Operation) => StateEvent | undefined;
  /** How rules look at calls of an operation; of a resource, at those of any resource of the server. */
  readonly watchedNear: (operation: Operation) => Watched;
  /** Whether any rule asks for a label. */
  readonly isAskedFor: (label: string) => boolean;
}

/** Names of fields that conditions read of an event's arguments or result; `all` where one reads the whole. */
type Fields = ReadonlySet<string> | "all";

/** How rules look at the calls of one operation. */
export interface Watched {
  /** Whether they look at calls that were not let through. */
  readonly attempts: boolean;
  /** Whether they look at calls that were. */
  readonly calls: boolean;
  /** Whether they look at what came of them. */
  readonly ends: boolean;
  /** Read of attempts, and of calls. */
  readonly argsOfAttempts: Fields;
  readonly argsOfCalls: Fields;
  readonly result: Fields;
}

/** One look back: at which events, and what it reads of them. */
interface Watcher {
  readonly verb: "attempted" | "called" | "completed";
  readonly branches: readonly BranchIr[];
  readonly args: Fields;
  readonly result: Fields;
}

/** Finds out, once, what the rules of a policy and of all that it narrows look back at. */
export function keepingOf(ir: PolicyIr): Keeping {
  const pasts = withNarrowed(ir).flatMap(rulesOf).flatMap(pastOf);
  const watchers = pasts.flatMap((past) => {
    const look = lookBackOf(past);
    return look === undefined ? [] : watchersOf(look);
  });
  const carried = new Set(pasts.flatMap((past) => (past.kind === "carries" ? [past.label] : [])));

  const watchedBy = (isAbout: (branch: BranchIr) => boolean): Watched =>
    together(watchers.filter(({ branches }) => branches.some(isAbout)));
  const watched = (operation: Operation): Watched => watchedBy((branch) => branchSpeaks(branch, operation) !== false);

  function keptRequest(event: Extract<StateEvent, { kind: "request" }>): StateEvent | undefined {
    const { call } = event;
    const watch = watched(call.operation);
    const isCall = call.called !== undefined;
    const labels = event.labels.filter(({ label }) => carried.has(label));
    if (!(isCall ? watch.attempts || watch.calls : watch.attempts)) {
      if (event.takes.length + labels.length + event.proofs.length === 0) return undefined;
      return { ...event, call: { ...call, arguments: {} }, unseen: true, labels };
    }
    const args = picked(call.arguments, isCall ? watch.argsOfCalls : watch.argsOfAttempts);
    const ended = isCall && !watch.ends ? { ended: call.attempted } : {};
    return { ...event, call: { ...call, arguments: args, ...ended }, labels };
  }

  function keptAnswer(event: Extract<StateEvent, { kind: "answer" }>, operation: Operation): StateEvent {
    const watch = watched(operation);
    const { result, ...rest } = event;
    return {
      ...rest,
      completed: event.completed && watch.ends,
      ...(result === undefined || isNone(watch.result) ? {} : { result: picked(result, watch.result) }),
      labels: event.labels.filter(({ label }) => carried.has(label)),
    };
  }

  return {
    kept: (event, operation) => (event.kind === "request" ? keptRequest(event) : keptAnswer(event, operation)),
    watchedNear(operation) {
      if (!("uri" in operation)) return watched(operation);
      return watchedBy(({ operations }) =>
        operations.some(({ kind, server }) => kind === "resource" && server === operation.server),
      );
    },
    isAskedFor: (label) => carried.has(label),
  };
}

function together(watchers: readonly Watcher[]): Watched {
  const attempts = watchers.filter(({ verb }) => verb === "attempted");
  const result = union(watchers.map((each) => each.result));
  return {
    attempts: attempts.length > 0,
    calls: watchers.length > attempts.length,
    ends: !isNone(result) || watchers.some(({ verb }) => verb === "completed"),
    argsOfAttempts: union(attempts.map(({ args }) => args)),
    argsOfCalls: union(watchers.map(({ args }) => args)),
    result,
  };
}

function watchersOf(look: NonNullable<ReturnType<typeof lookBackOf>>): readonly Watcher[] {
  const { verb, events, of } = look;
  const { since } = events;
  const own: Watcher = { verb, branches: events.branches, ...readsOf(events.branches, events.with, of) };
  if (since === undefined) return [own];
  return [own, { verb: "completed", branches: since.branches, ...readsOf(since.branches, since.with, undefined) }];
}

/** What is read of an event: by the conditions of a capability as if it were the request, by `with` and by a number as `its`. */
function readsOf(
  branches: readonly BranchIr[],
  condition: ConditionIr | undefined,
  of: OperandIr | undefined,
): Pick<Watcher, "args" | "result"> {
  const asRequest = [...referencesIn(branches.map((branch) => branch.condition))]
    .filter(({ root }) => root === "args")
    .map(({ path }) => path);
  const its = [...referencesIn([condition, of])].filter(({ root }) => root === "its").map(({ path }) => path);
  const below = (field: string): readonly ReferenceIr["path"][] =>
    its.filter((path) => path.length === 0 || path[0] === field).map((path) => path.slice(1));
  return { args: fieldsOf([...asRequest, ...below("args")]), result: fieldsOf(below("result")) };
}

function fieldsOf(paths: readonly ReferenceIr["path"][]): Fields {
  const names = paths.map(([first]) => first);
  return names.every((name) => typeof name === "string") ? new Set(names as readonly string[]) : "all";
}

/** Whatever looks like a reference counts: one that was overlooked would read as absent. */
function* referencesIn(part: unknown): Iterable<ReferenceIr> {
  if (typeof part !== "object" || part === null) return;
  const { kind, path } = part as Partial<ReferenceIr>;
  if (kind === "reference" && Array.isArray(path)) yield part as ReferenceIr;
  for (const each of Object.values(part)) yield* referencesIn(each);
}

function union(fields: readonly Fields[]): Fields {
  if (fields.includes("all")) return "all";
  return new Set(fields.flatMap((each) => [...(each as ReadonlySet<string>)]));
}

function isNone(fields: Fields): boolean {
  return fields !== "all" && fields.size === 0;
}

function picked(record: JsonObject, fields: Fields): JsonObject {
  if (fields === "all") return record;
  return Object.fromEntries(
    [...fields].filter((name) => Object.hasOwn(record, name)).map((name) => [name, record[name]!]),
  );
}
