import { isPrepared, prepare } from "./prepared.ts";
import { isNot, type Reader, type Reading, reader } from "./reader.ts";

/** Hours of some days of the week, by the clocks of one place. */
export interface Window {
  readonly prepared: "window";
  readonly text: string;
  /** Whether an instant, in epoch milliseconds, lies in it. The first minute belongs to it, the last does not. */
  readonly holds: (instant: number) => boolean;
}

const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
const DAY = 24 * 60;

/**
 * `mon-fri 09:00-18:00 Europe/Berlin`: days as ranges and lists (`mon-thu,sat`), hours, an IANA time zone. Hours that end before they
 * begin run into the next day and belong to the day on which they began; `24:00` is midnight at the end of a day.
 */
export const window: Reader = reader("window", (value): Reading => {
  if (isPrepared(value, "window")) return { value };
  if (typeof value !== "string") return { why: isNot(value, "a time window") };
  const match = /^([a-z,-]{3,60}) (\d{2}):(\d{2})-(\d{2}):(\d{2}) ([A-Za-z0-9_+/-]{1,60})$/.exec(value);
  if (match === null) return { why: "it is no time window such as `mon-fri 09:00-18:00 Europe/Berlin`" };
  const [, dayText, h1, m1, h2, m2, zone] = match as unknown as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const open = daysOf(dayText);
  if (open === undefined) return { why: "its days are not such as `mon-fri` or `mon,wed,sat-sun`" };
  const [from, until] = [minuteOf(h1, m1), minuteOf(h2, m2)];
  if (from === undefined || until === undefined || from === DAY) return { why: "it has no such time of day" };
  if (from === until) return { why: "it ends when it begins" };
  const clock = clockOf(zone);
  if (clock === undefined) return { why: `it names no time zone: \`${zone}\`` };
  const holds = (instant: number): boolean => {
    const { day, minute } = clock(instant);
    if (from < until) return open.has(day) && from <= minute && minute < until;
    return (open.has(day) && minute >= from) || (open.has((day + 6) % 7) && minute < until);
  };
  return { value: prepare<Window>({ prepared: "window", text: value, holds }) };
});

/** Days as numbers from Monday, 0. `fri-mon` runs over the end of the week. */
function daysOf(text: string): ReadonlySet<number> | undefined {
  const found = new Set<number>();
  for (const part of text.split(",")) {
    const ends = part.split("-").map((name) => days.indexOf(name as (typeof days)[number]));
    const [first, last = first] = ends;
    if (first === undefined || last === undefined || ends.length > 2 || ends.includes(-1)) return undefined;
    for (let day = first; ; day = (day + 1) % 7) {
      found.add(day);
      if (day === last) break;
    }
  }
  return found;
}

/** Minutes since midnight, 24:00 included. */
function minuteOf(hour: string, minute: string): number | undefined {
  const minutes = Number(hour) * 60 + Number(minute);
  return Number(minute) < 60 && minutes <= DAY ? minutes : undefined;
}

/** What clocks of a time zone show; undefined where there is no such zone. */
function clockOf(zone: string): ((instant: number) => { readonly day: number; readonly minute: number }) | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
  } catch {
    return undefined;
  }
  return (instant) => {
    const parts = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, value]));
    const day = days.indexOf((parts["weekday"] ?? "").toLowerCase() as (typeof days)[number]);
    return { day, minute: Number(parts["hour"]) * 60 + Number(parts["minute"]) };
  };
}
