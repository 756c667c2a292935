import {
  and,
  any,
  callerKeyOf,
  type EventVerb,
  isCarried,
  isPossibly,
  isSurely,
  type PastCall,
  type Truth,
  type Value,
} from "@mcpolicy/core";
import type { CheckedBranch, TypedCondition, TypedEvents, TypedOperand, TypedTally } from "@mcpolicy/language";
import { aboutOperation, type Situation } from "./reference-situation.ts";

/** How history asks about one event: it leads back to the conditions, which lead here. */
export interface Judge {
  readonly branch: (branch: CheckedBranch, situation: Situation) => Truth;
  readonly condition: (condition: TypedCondition, situation: Situation) => Truth;
  readonly value: (operand: TypedOperand, situation: Situation) => Value | undefined;
}

type Conditioned<Kind> = Extract<TypedCondition, { readonly kind: Kind }>;

/** Whether the caller carries a label now. */
export function carries({ label }: Conditioned<"carries">, { past, request, now }: Situation): Truth {
  if (past === undefined) return undefined;
  const caller = callerKeyOf(request.principal);
  return past.labels.some((held) => held.caller === caller && held.label === label && isCarried(held, now));
}

/** Whether some event of that sort lies in the window: Kleene's `or` over all of them. */
export function happened({ verb, events }: Conditioned<"happened">, situation: Situation, judge: Judge): Truth {
  const found = eventsOf(events, verb, situation, judge);
  if (found === undefined) return undefined;
  return any([...found.events.map(({ truth }) => truth), found.forgotten ? undefined : false]);
}

/** A number of history against a bound: the answer that both ends of its range give, else unknown. */
export function tally(condition: Conditioned<"tally">, situation: Situation, judge: Judge): Truth {
  const range = rangeOf(condition.tally, situation, judge);
  const bound = judge.value(condition.bound, situation);
  // An amount that overflows is no number that could be compared.
  if (range === undefined || Number.isNaN(range.low) || Number.isNaN(range.high)) return undefined;
  if (typeof bound !== "number") return undefined;
  return comparisons[condition.operator](range, bound);
}

interface Range {
  readonly low: number;
  readonly high: number;
}

const comparisons: Readonly<Record<Conditioned<"tally">["operator"], (range: Range, bound: number) => Truth>> = {
  less: ({ low, high }, bound) => agreed(low < bound, high < bound),
  "at-most": ({ low, high }, bound) => agreed(low <= bound, high <= bound),
  more: ({ low, high }, bound) => agreed(low > bound, high > bound),
  "at-least": ({ low, high }, bound) => agreed(low >= bound, high >= bound),
  equal: (range, bound) => isExactly(range, bound),
  "not-equal": (range, bound) => {
    const same = isExactly(range, bound);
    return same === undefined ? undefined : !same;
  },
};

function agreed(low: boolean, high: boolean): Truth {
  return low === high ? low : undefined;
}

function isExactly({ low, high }: Range, bound: number): Truth {
  if (low === high) return low === bound;
  return bound < low || bound > high ? false : undefined;
}

function rangeOf(counted: TypedTally, situation: Situation, judge: Judge): Range | undefined {
  const found = eventsOf(counted.events, counted.verb, situation, judge);
  if (found === undefined) return undefined;
  const sure = found.events.filter(({ truth }) => isSurely(truth));
  const possible = found.events.filter(({ truth }) => isPossibly(truth));
  const above = found.forgotten ? Number.POSITIVE_INFINITY : 0;
  if (counted.kind === "count") return { low: sure.length, high: possible.length + above };

  const valueIn = ({ call }: Matched): Value | undefined => judge.value(counted.of, aboutIts(call, situation));
  if (counted.kind === "distinct") {
    const low = new Set(
      sure
        .map(valueIn)
        .filter((value) => value !== undefined)
        .map(textOf),
    );
    const others = possible.filter((each) => {
      const value = valueIn(each);
      return value === undefined || !low.has(textOf(value));
    });
    return { low: low.size, high: low.size + others.length + above };
  }
  let [low, high] = [0, 0];
  for (const each of possible) {
    const value = valueIn(each);
    if (typeof value !== "number") return undefined;
    low += isSurely(each.truth) ? value : Math.min(0, value);
    high += isSurely(each.truth) ? value : Math.max(0, value);
  }
  // What was forgotten may have been any amount.
  return found.forgotten ? { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY } : { low, high };
}

/** Equal values have equal texts. */
function textOf(value: Value): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : part,
  );
}

// ------------------------------------------------------------------------------------------------------------ the events

interface Matched {
  readonly call: PastCall;
  readonly truth: Truth;
}

/** The events of a window that may be meant. `forgotten`: there may be more. Undefined where it is unknown which they are. */
function eventsOf(
  events: TypedEvents,
  verb: EventVerb,
  situation: Situation,
  judge: Judge,
): { readonly events: readonly Matched[]; readonly forgotten: boolean } | undefined {
  const { past, now } = situation;
  if (past === undefined) return undefined;
  const own = callerKeyOf(situation.request.principal);
  const within = past.calls.filter((call) => events.byAnyone || call.caller === own);
  const inWindow = (at: number | undefined): at is number => at !== undefined && at > now - events.last && at <= now;

  const after = events.since === undefined ? undefined : latest(within, events.since, inWindow, situation, judge);
  if (after === "unknown") return undefined;
  const matched = within
    .filter((call) => inWindow(call[verb]) && (after === undefined || call[verb] > after))
    .map((call) => ({ call, truth: truthAbout(call, events, situation, judge) }));
  return { events: matched, forgotten: past.forgottenBefore > now - events.last };
}

/** When the latest completed event that is meant was completed; unknown where none surely is, or where a later one may be. */
function latest(
  calls: readonly PastCall[],
  since: NonNullable<TypedEvents["since"]>,
  inWindow: (at: number | undefined) => boolean,
  situation: Situation,
  judge: Judge,
): number | "unknown" {
  const candidates = calls
    .filter((call) => inWindow(call.completed))
    .map((call) => ({ at: call.completed!, truth: truthAbout(call, since, situation, judge) }))
    .filter(({ truth }) => isPossibly(truth));
  const sure = Math.max(...candidates.filter(({ truth }) => isSurely(truth)).map(({ at }) => at));
  const possible = Math.max(...candidates.map(({ at }) => at));
  return sure === possible && Number.isFinite(sure) ? sure : "unknown";
}

/** Whether an event is meant: its operation, what a capability says of it, and `with`. */
function truthAbout(
  call: PastCall,
  { branches, with: condition }: Pick<TypedEvents, "branches" | "with">,
  situation: Situation,
  judge: Judge,
): Truth {
  const asRequest = asIfRequested(call, situation);
  const meant = any(branches.map((branch) => judge.branch(branch, asRequest)));
  if (meant === false || condition === undefined) return meant;
  return and(meant, judge.condition(condition, aboutIts(call, situation)));
}

/** An earlier event as if it were the request: the caller is known where it is this one, what the host said then is not. */
function asIfRequested(call: PastCall, situation: Situation): Situation {
  const { policy, request } = situation;
  const server = policy.servers.find(({ name }) => name === call.operation.server);
  const isOwn = call.caller === callerKeyOf(request.principal);
  return {
    ...situation,
    request: { ...request, operation: call.operation, arguments: call.arguments },
    root: server?.root,
    roots: {
      args: call.arguments,
      principal: isOwn ? situation.roots.principal : undefined,
      context: undefined,
      ...aboutOperation(server, call.operation),
      result: undefined,
      its: undefined,
      variable: undefined,
    },
    variables: new Map(),
    itsRoot: undefined,
    fromIts: new Set(),
    past: undefined,
  };
}

/** The present request, with an earlier event as `its`. */
function aboutIts(call: PastCall, situation: Situation): Situation {
  const { operation } = call;
  const its = {
    args: call.arguments,
    ...(call.result === undefined ? {} : { result: call.result }),
    ...(operation.kind === "tool" ? { tool: { name: operation.name, server: operation.server } } : {}),
  };
  const itsRoot = situation.policy.servers.find(({ name }) => name === operation.server)?.root;
  return { ...situation, roots: { ...situation.roots, its }, itsRoot, past: undefined };
}
