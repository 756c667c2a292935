import type { Effect } from "@mcpolicy/core";

/** How honest calls fared. */
export interface Utility {
  readonly calls: number;
  /** Calls that are let through; an ask counts half. */
  readonly points: number;
  readonly asks: number;
}

export function utilityOf(effects: readonly Effect[]): Utility {
  const asks = effects.filter((effect) => effect === "ask").length;
  return { calls: effects.length, asks, points: effects.filter((effect) => effect === "allow").length + asks / 2 };
}

export function sumOfUtility(parts: readonly Utility[]): Utility {
  const sum = (of: (part: Utility) => number): number => parts.reduce((all, part) => all + of(part), 0);
  return { calls: sum(({ calls }) => calls), points: sum(({ points }) => points), asks: sum(({ asks }) => asks) };
}

export function utilityLine({ calls, points, asks }: Utility): string {
  return `${points} of ${calls} calls (${((100 * points) / calls).toFixed(1)}%), ${asks} asks`;
}
