import { isCarried } from "./advance.ts";
import type { ConditionIr, EventsIr, EventVerb } from "./ir.ts";
import { instantWithin, itsOf, mayBeForgotten, recall } from "./recall.ts";
import type { CallerKey, PastCall, State } from "./state.ts";
import { type Counted, compareRange, countRange, distinctRange, type Range, sumRange, textOfValue } from "./tally.ts";
import type { Facts } from "./tool-facts.ts";
import type { Value } from "./value.ts";

/**
 * Conditions about history for evaluators that ask with two values: whether a condition is surely true (`unknownAs` false), or
 * possibly (`unknownAs` true). Closures and generated code are built on these; the interpreter asks in three values of its own.
 */

/** What these read of a request. */
export interface Remembering {
  /** Undefined where it is unknown, as it is about an earlier event. `now` in epoch milliseconds. */
  readonly past:
    | {
        readonly state: State;
        readonly caller: CallerKey;
        readonly now: number;
        /** The root of a server, by its name. */
        readonly rootOf: (server: string) => string | undefined;
        /** `momentWithIts`, once it was needed. */
        withIts?: Remembering;
      }
    | undefined;
  /** The earlier event, in conditions about one. */
  its: Facts | undefined;
  /** Where relative paths of that event hang. */
  itsRoot: string | undefined;
}

/** Whether an event is meant, asked in both ways. */
export interface EventTests<Moment> {
  readonly surely: (call: PastCall, moment: Moment) => boolean;
  readonly possibly: (call: PastCall, moment: Moment) => boolean;
}

/** `events` is which events, `since` the same of what they come after; both compiled. */
export interface EventsTests<Moment> {
  readonly window: Pick<EventsIr, "byAnyone" | "last">;
  readonly verb: EventVerb;
  readonly events: EventTests<Moment>;
  readonly since: EventTests<Moment> | undefined;
}

type Test<Moment> = (moment: Moment) => boolean;
type Tally = Extract<ConditionIr, { readonly kind: "tally" }>;

/**
 * The moment in which `with`, `of` and `distinct` read an earlier event: as `its`, and without any history. A request has one, which stands for
 * one event after the other.
 */
export function momentWithIts<Moment extends Remembering>(call: PastCall, moment: Moment): Moment {
  const { past } = moment;
  if (past === undefined) throw new Error("an earlier event is read without history");
  past.withIts ??= { ...moment, past: undefined };
  const about = past.withIts as Moment;
  about.its = itsOf(call);
  about.itsRoot = past.rootOf(call.operation.server);
  return about;
}

/** Without history a label is possibly carried. */
export function carriesTest<Moment extends Remembering>(label: string, unknownAs: boolean): Test<Moment> {
  return ({ past }) =>
    past === undefined
      ? unknownAs
      : past.state.labels.some(
          (held) => held.label === label && held.caller === past.caller && isCarried(held, past.now),
        );
}

/** Surely: an event surely was. Possibly: one possibly was, one may have been forgotten, or it is unknown since when they count. */
export function happenedTest<Moment extends Remembering>(
  compiled: EventsTests<Moment>,
  unknownAs: boolean,
): Test<Moment> {
  const { verb, events, window } = compiled;
  const { last } = window;
  const isMeant = unknownAs ? events.possibly : events.surely;
  return (moment) => {
    const { past } = moment;
    const after = past === undefined ? undefined : countedAfter(compiled, moment, past);
    if (past === undefined || after === undefined) return unknownAs;
    const { state, caller, now } = past;
    if (unknownAs && mayBeForgotten(state, last, now)) return true;
    const whose = window.byAnyone ? undefined : caller;
    for (const call of state.calls) {
      const at = instantWithin(call, whose, verb, last, now);
      if (at !== undefined && at > after && isMeant(call, moment)) return true;
    }
    return false;
  };
}

/** The answer of a whole range, or `unknownAs` where its numbers answer differently. */
export function tallyTest<Moment extends Remembering>(
  kind: Tally["tally"]["kind"],
  operator: Tally["operator"],
  compiled: EventsTests<Moment>,
  of: (moment: Moment) => Value | undefined,
  bound: (moment: Moment) => Value | undefined,
  unknownAs: boolean,
): Test<Moment> {
  const { verb, events, window } = compiled;
  const { surely, possibly } = events;
  const { last } = window;
  const readsValues = kind !== "count";
  return (moment) => {
    const { past } = moment;
    const limit = bound(moment);
    const after = past === undefined ? undefined : countedAfter(compiled, moment, past);
    if (past === undefined || after === undefined || typeof limit !== "number") return unknownAs;
    const { state, caller, now } = past;
    const whose = window.byAnyone ? undefined : caller;
    const values: Counted<Value>[] = [];
    let [sure, possible] = [0, 0];
    for (const call of state.calls) {
      const at = instantWithin(call, whose, verb, last, now);
      if (at === undefined || at <= after || !possibly(call, moment)) continue;
      // Most events are meant whenever they may be: both questions are then one function.
      const isSure = surely === possibly || surely(call, moment);
      possible += 1;
      if (isSure) sure += 1;
      if (readsValues) values.push({ sure: isSure, value: of(momentWithIts(call, moment)) });
    }
    const forgotten = mayBeForgotten(state, last, now);
    const range = readsValues ? ranges[kind](values, forgotten) : countRange(sure, possible, forgotten);
    return (range === undefined ? undefined : compareRange(operator, range, limit)) ?? unknownAs;
  };
}

type Kind = Exclude<Tally["tally"]["kind"], "count">;

const ranges: Readonly<Record<Kind, (counted: readonly Counted<Value>[], forgotten: boolean) => Range | undefined>> = {
  sum: sumRange,
  distinct: (counted, forgotten) => distinctRange(counted, forgotten, textOfValue),
};

/** The instant after which events count, which is before all where there is no `since`; undefined where it is unknown. */
function countedAfter<Moment extends Remembering>(
  { window, since }: EventsTests<Moment>,
  moment: Moment,
  { state, caller, now }: NonNullable<Remembering["past"]>,
): number | undefined {
  if (since === undefined) return Number.NEGATIVE_INFINITY;
  const ends = recall(state, window.byAnyone ? undefined : caller, "completed", window.last, now).events;
  // The latest that may be the end must surely be one.
  let after = Number.NEGATIVE_INFINITY;
  for (const { at, call } of ends) if (at > after && since.possibly(call, moment)) after = at;
  return ends.some(({ at, call }) => at === after && since.surely(call, moment)) ? after : undefined;
}
