import { type Diagnostic, diagnostic } from "@mcpolicy/diagnostics";
import type { Linted } from "./rule.ts";

/** A rule whose `review` date has come, or whose `until` is over. Said only where today is known. */
export function* pastDate({ statements, now }: Linted): Iterable<Diagnostic> {
  if (now === undefined) return;
  for (const statement of statements) {
    if (!("clauses" in statement)) continue;
    for (const clause of statement.clauses) {
      if (!("date" in clause) || clause.kind === "from" || clause.date.value > now) continue;
      const over = clause.kind === "until";
      yield diagnostic(
        "P0405",
        clause.date.span,
        over
          ? `this rule no longer applies since ${clause.date.text}`
          : `this rule was to be reviewed by ${clause.date.text}`,
      )
        .withNote(over ? "it decides nothing any more" : "it still applies as it stands")
        .withHelp(over ? "remove it, or give it a later date" : "read it again, then set the next date");
    }
  }
}
