/** How many of each a driver in memory holds at most, of all tenants together. */
export interface StateBounds {
  /** Beyond this the oldest calls of the caller with most of them are forgotten, and what looks back so far reads as unknown. */
  readonly calls: number;
  /** Beyond these nothing more is taken in: forgetting one of them would let something through. */
  readonly takes: number;
  readonly labels: number;
  readonly spent: number;
}

/** 20,000 of each. */
export const defaultStateBounds: StateBounds = Object.freeze({
  calls: 20_000,
  takes: 20_000,
  labels: 20_000,
  spent: 20_000,
});
