import { isCarried } from "./advance.ts";
import { canonicalJson } from "./digest.ts";
import type { ConditionIr, EventsIr, EventVerb } from "./ir.ts";
import { itsOf, type Recollection, recall } from "./recall.ts";
import type { CallerKey, PastCall, State } from "./state.ts";
import { type Counted, compareRange, countRange, distinctRange, type Range, sumRange } from "./tally.ts";
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
      }
    | undefined;
  /** The earlier event, in conditions about one. */
  readonly its: Facts | undefined;
  /** Where relative paths of that event hang. */
  readonly itsRoot: string | undefined;
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

/** The moment in which `with`, `of` and `distinct` read an earlier event: as `its`, and without any history. */
export function momentWithIts<Moment extends Remembering>(call: PastCall, moment: Moment): Moment {
  return { ...moment, its: itsOf(call), itsRoot: moment.past?.rootOf(call.operation.server), past: undefined };
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
  const { surely, possibly } = compiled.events;
  const isMeant = unknownAs ? possibly : surely;
  return (moment) => {
    const found = recollect(compiled, moment);
    if (found === undefined) return unknownAs;
    if (unknownAs && found.forgotten) return true;
    return found.events.some(({ call }) => isMeant(call, moment));
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
  const { surely, possibly } = compiled.events;
  return (moment) => {
    const found = recollect(compiled, moment);
    const limit = bound(moment);
    if (found === undefined || typeof limit !== "number") return unknownAs;
    const counted = found.events
      .filter(({ call }) => possibly(call, moment))
      .map(({ call }) => ({ sure: surely(call, moment), value: of(momentWithIts(call, moment)) }));
    const range = ranges[kind](counted, found.forgotten);
    return (range === undefined ? undefined : compareRange(operator, range, limit)) ?? unknownAs;
  };
}

type RangeOf = (counted: readonly Counted<Value>[], forgotten: boolean) => Range | undefined;

const ranges: Readonly<Record<Tally["tally"]["kind"], RangeOf>> = {
  count: countRange,
  sum: sumRange,
  distinct: (counted, forgotten) => distinctRange(counted, forgotten, canonicalJson),
};

/** The events that count; undefined where history is unknown, or since when. */
function recollect<Moment extends Remembering>(
  { window, verb, since }: EventsTests<Moment>,
  moment: Moment,
): Recollection | undefined {
  if (moment.past === undefined) return undefined;
  const { state, caller, now } = moment.past;
  const whose = window.byAnyone ? undefined : caller;
  const found = recall(state, whose, verb, window.last, now);
  if (since === undefined) return found;
  const ends = recall(state, whose, "completed", window.last, now).events;
  // The latest that may be the end must surely be one.
  let after = Number.NEGATIVE_INFINITY;
  for (const { at, call } of ends) if (at > after && since.possibly(call, moment)) after = at;
  if (!ends.some(({ at, call }) => at === after && since.surely(call, moment))) return undefined;
  return { ...found, events: found.events.filter(({ at }) => at > after) };
}
