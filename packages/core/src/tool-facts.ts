import type { ServerIr } from "./ir.ts";
import type { Value } from "./value.ts";

/** A record of facts; a field that is `undefined` is there and unknown. */
export type Facts = { readonly [name: string]: Value | Facts | undefined };

/** MCP 2025-11-25, ToolAnnotations: what a hint means where it is left out, and the value that would reassure. */
// biome-ignore format: table
const hints = [
  { name: "readOnlyHint",    unless: false, reassuring: true },
  { name: "destructiveHint", unless: true,  reassuring: false },
  { name: "idempotentHint",  unless: false, reassuring: true },
  { name: "openWorldHint",   unless: true,  reassuring: false },
] as const;

/**
 * What a condition reads as `tool`: name, server, description, annotations. On a server that is not `trusted`, a reassuring hint
 * is the server's own word and reads as unknown: it neither grants nor lifts a `deny`. On an untyped server nothing is pinned, so
 * the description is absent and each hint has its default.
 */
export function toolFacts(server: ServerIr, name: string): Facts {
  const tool = Object.hasOwn(server.tools, name) ? server.tools[name] : undefined;
  const given = tool?.annotations ?? {};
  const annotations = Object.fromEntries(
    hints.map((hint) => {
      const value = Object.hasOwn(given, hint.name) ? given[hint.name] : hint.unless;
      return [hint.name, value === hint.reassuring && !server.trusted ? undefined : value];
    }),
  );
  return {
    name,
    server: server.name,
    ...(tool === undefined ? {} : { description: tool.description }),
    annotations,
  };
}
