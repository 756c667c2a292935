import { diagnostic, type Span } from "@mcpolicy/diagnostics";
import type { Statement } from "./ast.ts";
import type { Report } from "./report.ts";

/**
 * What parses and prints already and gets its meaning in a later version. A policy that uses it builds nothing: a rule that is
 * written and not enforced would be worse than none.
 */
const laterKinds: Readonly<Record<string, string>> = {
  redact: "redact",
};

/** Reports something of a later version, at the place where it is used. */
export function reportUnsupported(used: { readonly kind: string; readonly span: Span }, report: Report): void {
  report(later(laterKinds[used.kind] ?? used.kind, used.span));
}

/** Reports each statement of a later version. */
export function reportUnsupportedStatements(statements: readonly Statement[], report: Report): void {
  for (const statement of statements) {
    if (Object.hasOwn(laterKinds, statement.kind)) {
      report(later(laterKinds[statement.kind]!, statement.span));
    }
  }
}

function later(what: string, span: Span) {
  return diagnostic("P0216", span, `\`${what}\` is not enforced by this version`)
    .withNote("a policy that uses it builds nothing: everything is denied")
    .withHelp("leave it out, and say what you can with `allow`, `deny` and `check`");
}
