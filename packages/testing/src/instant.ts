import type { Value } from "@mcpolicy/core";

const iso = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/** Epoch milliseconds of an ISO date or RFC 3339 instant, or a number taken as such; a bare date is its first instant, UTC. */
export function instantOf(value: Value): number | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : undefined;
  if (typeof value !== "string" || !iso.test(value)) return undefined;
  const instant = Date.parse(value);
  if (Number.isNaN(instant)) return undefined;
  // `Date.parse` rolls 30 February over; a fixture that says so means something else.
  const day = Date.parse(value.slice(0, 10));
  return Number.isNaN(day) || new Date(day).toISOString().slice(0, 10) !== value.slice(0, 10) ? undefined : instant;
}
