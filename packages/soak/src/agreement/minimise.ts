import type { JsonObject, Request } from "@mcpolicy/core";
import { type Draft, textOf } from "./policies.ts";

/** A policy and a request on which something fails. */
export interface Failing {
  readonly draft: Draft;
  readonly request: Request;
}

/** Drops statements, lines of conditions and arguments for as long as the failure stays. Greedy: small, not smallest. */
export function minimise(failing: Failing, fails: (failing: Failing) => boolean): Failing {
  let smallest = failing;
  const shrink = (candidate: Failing): boolean => {
    if (!fails(candidate)) return false;
    smallest = candidate;
    return true;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (let index = smallest.draft.statements.length - 1; index >= 0; index -= 1) {
      const statements = smallest.draft.statements.filter((_, at) => at !== index);
      if (shrink({ ...smallest, draft: { statements } })) changed = true;
    }
    for (const [index, statement] of smallest.draft.statements.entries()) {
      for (const shorter of shorterThan(statement)) {
        const statements = smallest.draft.statements.with(index, shorter);
        if (shrink({ ...smallest, draft: { statements } })) {
          changed = true;
          break;
        }
      }
    }
    for (const name of Object.keys(smallest.request.arguments)) {
      const rest = Object.fromEntries(
        Object.entries(smallest.request.arguments).filter(([key]) => key !== name),
      ) as JsonObject;
      if (shrink({ ...smallest, request: { ...smallest.request, arguments: rest } })) changed = true;
    }
  }
  return smallest;
}

/** Statements of several lines without one of them. */
function shorterThan(statement: string): readonly string[] {
  const lines = statement.split("\n");
  if (lines.length === 1) return [];
  return lines.slice(1).map((_, index) => lines.filter((__, at) => at !== index + 1).join("\n"));
}

/** A failure as someone can paste it. */
export function show({ draft, request }: Failing): string {
  return `${textOf(draft)}\nrequest: ${JSON.stringify(request, undefined, 2)}`;
}
