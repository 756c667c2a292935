import { type Diagnostic, type diagnostic, type Span, suggest } from "@mcpolicy/diagnostics";

/** A diagnostic that can still be added to. */
export type Finding = ReturnType<typeof diagnostic>;

/** Where a stage leaves what it finds. */
export type Report = (found: Diagnostic) => void;

/** A report that keeps the first of equal findings: one condition is looked at once for each branch that it stands in. */
export function collector(): { readonly report: Report; readonly found: readonly Diagnostic[] } {
  const found: Diagnostic[] = [];
  const seen = new Set<string>();
  const report = (each: Diagnostic): void => {
    const key = JSON.stringify([each.code, each.span, each.message]);
    if (seen.has(key)) return;
    seen.add(key);
    found.push(each);
  };
  return { report, found };
}

/** Adds "did you mean", with the edit, where a candidate is near the word; else lists the candidates, if they are few. */
export function withSuggestion(
  finding: Finding,
  word: string,
  candidates: Iterable<string>,
  span: Span,
  what: string,
): Finding {
  const all = [...new Set(candidates)];
  const near = suggest(word, all);
  if (near !== undefined) {
    return finding.withFix({ title: `did you mean \`${near}\`?`, span, replacement: near });
  }
  if (all.length === 0) return finding.withNote(`${what}: none`);
  const shown = all.slice(0, 8).map((each) => `\`${each}\``);
  return finding.withNote(`${what}: ${shown.join(", ")}${all.length > 8 ? `, and ${all.length - 8} more` : ""}`);
}
