import {
  and,
  any,
  type ConditionIr,
  type Counted,
  compareRange,
  countRange,
  distinctRange,
  type EventsIr,
  type EventVerb,
  isCarried,
  isPossibly,
  isSurely,
  type OperandIr,
  type PastCall,
  type Range,
  recall,
  sumRange,
  type TallyIr,
  type Truth,
  textOfValue,
  type Value,
} from "@mcpolicy/core";
import { branchSpeaks } from "./operations.ts";
import { type Scene, sceneOfEvent, sceneWithIts } from "./scene.ts";

/** How history asks about one event: it leads back to the interpreter, which leads here. */
export interface Judge {
  readonly condition: (condition: ConditionIr, scene: Scene) => Truth;
  readonly value: (operand: OperandIr, scene: Scene) => Value | undefined;
}

type Of<Kind> = Extract<ConditionIr, { readonly kind: Kind }>;

/** Whether the caller carries a label now. */
export function carries({ label }: Of<"carries">, { history }: Scene): Truth {
  if (history === undefined) return undefined;
  const { state, caller, now } = history;
  return state.labels.some((held) => held.caller === caller && held.label === label && isCarried(held, now));
}

/** Whether some event of that sort lies in the window; what was forgotten may have been one. */
export function happened({ verb, events }: Of<"happened">, scene: Scene, judge: Judge): Truth {
  const found = matching(events, verb, scene, judge);
  if (found === undefined) return undefined;
  return any([...found.events.map(({ truth }) => truth), found.forgotten ? undefined : false]);
}

/** A number of history against a bound: what all numbers of its range answer, else unknown. */
export function tally(condition: Of<"tally">, scene: Scene, judge: Judge): Truth {
  const range = rangeOf(condition.tally, scene, judge);
  const bound = judge.value(condition.bound, scene);
  return range === undefined || typeof bound !== "number" ? undefined : compareRange(condition.operator, range, bound);
}

/** Between which numbers a tally lies; undefined where not even that is known. */
export function rangeOf(tally: TallyIr, scene: Scene, judge: Judge): Range | undefined {
  const found = matching(tally.events, tally.verb, scene, judge);
  if (found === undefined) return undefined;
  const possible = found.events.filter(({ truth }) => isPossibly(truth));
  const counted = possible.map(
    ({ call, truth }): Counted<Value> => ({
      sure: isSurely(truth),
      value: tally.kind === "count" ? undefined : judge.value(tally.of, sceneWithIts(call, scene)),
    }),
  );
  switch (tally.kind) {
    case "count":
      return countRange(counted.filter(({ sure }) => sure).length, counted.length, found.forgotten);
    case "distinct":
      return distinctRange(counted, found.forgotten, textOfValue);
    case "sum":
      return sumRange(counted, found.forgotten);
  }
}

/** An event of the window, and whether it is meant. */
export interface Matched {
  readonly call: PastCall;
  readonly truth: Truth;
}

/** The events of a window with whether each is meant; undefined where it is unknown which of them count. */
export function matching(
  events: EventsIr,
  verb: EventVerb,
  scene: Scene,
  judge: Judge,
): { readonly events: readonly Matched[]; readonly forgotten: boolean } | undefined {
  if (scene.history === undefined) return undefined;
  const { state, caller, now } = scene.history;
  const whose = events.byAnyone ? undefined : caller;
  const found = recall(state, whose, verb, events.last, now);
  const after = events.since === undefined ? Number.NEGATIVE_INFINITY : latest(events.since, events, scene, judge);
  if (after === undefined) return undefined;
  return {
    events: found.events
      .filter(({ at }) => at > after)
      .map(({ call }) => ({ call, truth: eventTruth(call, events, scene, judge) })),
    forgotten: found.forgotten,
  };
}

/** When the latest completed event of that sort was; unknown where none surely is one, or a later one may be. */
function latest(
  since: NonNullable<EventsIr["since"]>,
  { byAnyone, last }: EventsIr,
  scene: Scene,
  judge: Judge,
): number | undefined {
  if (scene.history === undefined) return undefined;
  const { state, caller, now } = scene.history;
  let [sure, possible] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { at, call } of recall(state, byAnyone ? undefined : caller, "completed", last, now).events) {
    const truth = eventTruth(call, since, scene, judge);
    if (isSurely(truth)) sure = Math.max(sure, at);
    if (isPossibly(truth)) possible = Math.max(possible, at);
  }
  return sure === possible && Number.isFinite(sure) ? sure : undefined;
}

/** Whether an event is meant: its operation, what a capability asks of it, and `with`. */
function eventTruth(call: PastCall, events: Pick<EventsIr, "branches" | "with">, scene: Scene, judge: Judge): Truth {
  const server = scene.history?.serverOf(call.operation.server);
  if (server === undefined) return false;
  const meant = any(
    events.branches.map((branch) => {
      const speaks = branchSpeaks(branch, call.operation);
      return speaks === false
        ? false
        : and(speaks, judge.condition(branch.condition, sceneOfEvent(server, call, scene)));
    }),
  );
  if (meant === false || events.with === undefined) return meant;
  return and(meant, judge.condition(events.with, sceneWithIts(call, scene)));
}
