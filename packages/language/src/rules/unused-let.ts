import { type Diagnostic, diagnostic } from "@mcpolicy/diagnostics";
import type { Linted } from "./rule.ts";

/** A `let` or table that nothing names: often its text was written out where it was meant. */
export function* unusedLet({ scope, statements, mentions }: Linted): Iterable<Diagnostic> {
  const tables = statements.filter((each) => each.kind === "data");
  for (const each of [...scope.constants.values(), ...tables]) {
    const { text, span } = each.name;
    if (mentions.names.has(text)) continue;
    yield diagnostic("P0402", span, `nothing uses \`${text}\``)
      .withNote("it decides nothing")
      .withHelp("use it, or remove it");
  }
}
