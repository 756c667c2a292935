import { type Diagnostic, diagnostic } from "@mcpolicy/diagnostics";
import type { Linted } from "./rule.ts";

/** A role that grants nothing, and that no rule names: whoever has it can do no more than without it. */
export function* idleRole({ scope, mentions }: Linted): Iterable<Diagnostic> {
  for (const role of scope.roles.values()) {
    const { text, span } = role.name;
    if (role.members.length > 0 || mentions.roles.has(text)) continue;
    yield diagnostic("P0403", span, `role \`${text}\` does nothing`)
      .withNote("it grants no capability, and no rule speaks of it")
      .withHelp("list capabilities in it, name it in a rule, or remove it");
  }
}
