import type { Request, State, Take } from "@mcpolicy/core";
import type { Outcome } from "./outcome.ts";

/**
 * Each side of a `narrows` has names of its own: two limits that are called alike count each for itself. What a wider policy took
 * stands in the common state under this prefix; it sees its own takes alone, by their own names.
 */
export const prefixOf = (side: number): string => `narrows ${side}: `;

/** A request as a wider policy sees it, the one that is narrowed at this place. */
export function asSeenBy(side: number, request: Request): Request {
  if (request.state === undefined) return request;
  const prefix = prefixOf(side);
  const takes = request.state.takes
    .filter(({ rule }) => rule.startsWith(prefix))
    .map((take): Take => ({ ...take, rule: take.rule.slice(prefix.length) }));
  const state: State = { ...request.state, takes };
  return { ...request, state };
}

/** What a wider policy says, with its takes as the common state has them. */
export function asRemembered(side: number, outcome: Outcome): Outcome {
  const takes = outcome.takes.map((take): Take => ({ ...take, rule: prefixOf(side) + take.rule }));
  return { ...outcome, takes };
}
