import { isNot, type Reader, type Reading, reader } from "./reader.ts";

/** An instant in epoch milliseconds, from RFC 3339 text (`2026-11-22T10:00:00Z`, offsets, fractions); numbers are instants already. */
export const time: Reader = reader("time", (value): Reading => {
  if (typeof value === "number") return isInstant(value) ? { value } : { why: "it is no instant that a date can be" };
  if (typeof value !== "string") return { why: isNot(value, "a time") };
  const match = rfc3339.exec(value);
  if (match === null) return { why: "it is no RFC 3339 time such as `2026-11-22T10:00:00Z`" };
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return { why: "it has no such day" };
  if (second === 60) return { why: "it is a leap second" };
  if (hour > 23 || minute > 59 || second > 59) return { why: "it has no such time of day" };
  const [sign, offsetHour, offsetMinute] = [match[9], Number(match[10] ?? 0), Number(match[11] ?? 0)];
  if (offsetHour > 23 || offsetMinute > 59) return { why: "it has no such offset" };
  const offset = (offsetHour * 60 + offsetMinute) * 60_000 * (sign === "-" ? -1 : 1);
  const milliseconds = Number((match[7] ?? "").slice(0, 3).padEnd(3, "0"));
  // Not Date.UTC, which takes the years 0 to 99 for 1900 to 1999.
  const midnight = new Date(0).setUTCFullYear(year, month - 1, day);
  return { value: midnight + ((hour * 60 + minute) * 60 + second) * 1000 + milliseconds - offset };
});

// Year, month, day, hour, minute, second, fraction, zone: sign, hours, minutes (RFC 3339 §5.6).
const rfc3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9})\d*)?([Zz]|([+-])(\d{2}):(\d{2}))$/;

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** ECMA-262 §21.4.1.1: a hundred million days about the epoch; whole milliseconds, as dates have. */
function isInstant(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= 8.64e15;
}

/** A number of milliseconds: `30s`, `5m`, `1h`, `7d`, or the number itself, which may be negative where two times are apart so. */
export const duration: Reader = reader("duration", (value): Reading => {
  if (typeof value === "number")
    return Number.isSafeInteger(value) ? { value } : { why: "it is no whole number of milliseconds" };
  if (typeof value !== "string") return { why: isNot(value, "a duration") };
  const match = /^(\d{1,9})([smhd])$/.exec(value);
  if (match === null) return { why: "it is no duration such as `30s`, `5m`, `1h`, `7d`" };
  return { value: Number(match[1]) * (units[match[2] as string] as number) };
});

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
