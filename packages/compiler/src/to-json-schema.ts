import type { Value } from "@mcpolicy/core";
import type { CheckedCheck } from "@mcpolicy/language";
import { closeObjects, hasUnevaluated, withBeside } from "./close-objects.ts";

type Schema = Readonly<Record<string, Value>>;

/**
 * The schema that a tool's arguments must satisfy: the pinned one, its objects closed, with every `check` joined by `allOf`. The
 * dialect stays the one that the server chose, and references stay valid, since the pinned schema stays the root.
 *
 * The arguments themselves stay open where each check of the tool says `open`. One check that does not is enough to close them:
 * adding a check never lets more through.
 */
export function toJsonSchema(pinned: Schema, checks: readonly CheckedCheck[]): Schema {
  const isOpen = checks.length > 0 && checks.every((check) => check.open);
  const root = closeObjects(pinned, isOpen);
  if (checks.length === 0) return root;
  const { allOf, ...others } = withBeside(root, {}, hasUnevaluated(pinned));
  const joined = Array.isArray(allOf) ? (allOf as readonly Value[]) : [];
  return { ...others, allOf: [...joined, ...checks.map((check) => check.schema)] };
}
