import { type Diagnostic, diagnostic } from "@mcpolicy/diagnostics";
import type { Linted } from "./rule.ts";

/** A rule without a name has an id that changes with its text: tests and the audit log cannot hold on to it. */
export function* unnamedRule({ heads }: Linted): Iterable<Diagnostic> {
  for (const rule of heads) {
    // A `label` is called by what it sets; no other name can be given to it.
    if (rule.named || "label" in rule) continue;
    const effect = rule.id.slice(0, rule.id.lastIndexOf("-")).replace("-", " ");
    yield diagnostic("P0404", rule.span, `this \`${effect}\` has no name`)
      .withNote(`decisions call it \`${rule.id}\`, which changes with its text`)
      .withHelp(`name it, as in \`${effect} "what it is for" …\``);
  }
}
