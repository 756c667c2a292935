import { type Diagnostic, diagnostic } from "@mcpolicy/diagnostics";
import type { Linted } from "./rule.ts";

/** A rule without a name has an id that changes with its text: tests and the audit log cannot hold on to it. */
export function* unnamedRule({ rules }: Linted): Iterable<Diagnostic> {
  for (const rule of rules) {
    if (rule.named) continue;
    yield diagnostic("P0404", rule.span, `this \`${rule.effect}\` has no name`)
      .withNote(`decisions call it \`${rule.id}\`, which changes with its text`)
      .withHelp(`name it, as in \`${rule.effect} "what it is for" …\``);
  }
}
