import { type Diagnostic, diagnostic } from "@mcpolicy/diagnostics";
import { expressionsOf, walk } from "../visit.ts";
import type { Linted } from "./rule.ts";

/** A label that no condition asks for: it is set and decides nothing. */
export function* unusedLabel({ statements }: Linted): Iterable<Diagnostic> {
  const asked = new Set(
    statements
      .flatMap(expressionsOf)
      .flatMap((each) => [...walk(each)])
      .flatMap((each) => (each.kind === "carries" ? [each.label.text] : [])),
  );
  for (const statement of statements) {
    if (statement.kind !== "label" || asked.has(statement.label.text)) continue;
    const { text, span } = statement.label;
    yield diagnostic("P0413", span, `nothing asks whether a caller carries \`${text}\``)
      .withNote("the label is set, and decides nothing")
      .withHelp(`write a rule with \`when carries ${text}\`, or remove the label`);
  }
}
