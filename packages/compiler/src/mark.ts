import { type Code, identifier, js, type RuleHeadIr } from "@mcpolicy/core";

/** A line that says which rule the next line is of: from it source maps are made. */
export function markOf(sort: string, { id }: RuleHeadIr): Code {
  return js`// ${identifier(sort)} ${id}`;
}
